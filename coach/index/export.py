"""Write an embedding model as graphs that ONNX Runtime runs without torch.

Flow: a sentence-transformers model, for the packaged one its adapter -> here -> `model.onnx`,
`adapted.onnx`, the tokenizer and a card -> `index.encoder`.

The packaged model's first graph also gives its inner state and the states of its lower layers, from
which the second one, the adapted upper layers, goes on: what needs a vector alone does not pay for
it.  Both are written in eight bits (`index.eight_bits`).
"""

import copy
import hashlib
import json
import logging
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from coach.errors import EmbeddingError
from coach.index.adapter import FIRST_LAYER, Adapter

__all__ = [
    "ADAPTED",
    "FORM",
    "LOWER",
    "MASK",
    "SHUT",
    "STATE",
    "VECTOR",
    "export",
    "graphs_of",
    "sha256_of",
]

VECTOR = "sentence_embedding"
LOWER = "lower_states"
MASK = "attention_mask"
STATE = "inner_state"
ADAPTED = "adapted_state"
INPUTS = ("input_ids", MASK, "token_type_ids")
FORM = 2
"""Which form an export has; one of another is exported anew (1: weights alone in bytes)."""
SHUT = -1e9
"""Added to the attention to what is padding."""
CALIBRATION = Path(__file__).with_name("calibration.txt")
"""Messages and passages, a text a line, on which the size of what flows in a network is seen."""


def graphs_of(model: Any, names: Sequence[str], adapter: Adapter | None) -> tuple[Any, Any]:
    """Return the graphs as torch modules; the second is None without an adapter.

    The first takes the inputs in the order of `names`, the second lower states and mask.

    Args:
        model: The sentence-transformers model.
        names: What its inputs are called.
        adapter: What was learnt of messages, for the packaged model, whose first graph then gives
            the inner state and the states of the lower layers beside the vector.
    """
    import torch

    def mean(states: Any, mask: Any) -> Any:
        return (states * mask.unsqueeze(-1)).sum(dim=1) / mask.sum(dim=1, keepdim=True)

    class Whole(torch.nn.Module):
        """From token ids to the unit vector and the states on the way."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *inputs: Any) -> Any:
            features = dict(zip(names, inputs, strict=True))
            made = model(features)
            vector = torch.nn.functional.normalize(made[VECTOR], dim=1)
            if not adapter:
                return vector
            lower = made["all_layer_embeddings"][FIRST_LAYER]
            return vector, mean(lower, features[MASK]), lower

    class Upper(torch.nn.Module):
        """From the states of the lower layers to the mean last state of the adapted ones."""

        def __init__(self, learnt: Adapter) -> None:
            super().__init__()
            self.encoder = learnt.upper(model[0].auto_model)

        def forward(self, states: Any, mask: Any) -> Any:
            shut = (1 - mask[:, None, None, :].to(states.dtype)) * SHUT
            return mean(self.encoder(states, attention_mask=shut)[0], mask)

    model[0].auto_model.config.output_hidden_states = adapter is not None
    return Whole().eval(), Upper(adapter).eval() if adapter else None


class Original(Protocol):
    """A model as sentence-transformers runs it."""

    model: Any
    adapter: Adapter | None

    @property
    def dimension(self) -> int:
        """The length of each vector."""


def export(original: Original, folder: Path) -> None:
    """Write a model as ONNX with its tokenizer and a card of what it is.

    Raises:
        EmbeddingError: torch gave no graph.
        Exception: torch and onnx raise classes of their own.
    """
    import torch

    model, adapter = original.model, original.adapter
    sample = dict(
        model.tokenizer(["two texts", "of different length"], padding=True, return_tensors="pt")
    )
    names = [name for name in INPUTS if name in sample]
    whole, upper = graphs_of(copy.deepcopy(model) if adapter else model, names, adapter)
    if adapter:
        _in_eight_bits(whole, upper, model.tokenizer, names)
    batch, length = torch.export.Dim("batch"), torch.export.Dim("length", max=model.max_seq_length)
    shape = {0: batch, 1: length}
    inputs = tuple(sample[name] for name in names)
    outputs = [VECTOR, *([STATE, LOWER] if adapter else [])]
    shapes = (tuple(shape for _ in names),)
    _write(folder / "model.onnx", whole, inputs, names=(names, outputs), shapes=shapes)
    card: dict[str, Any] = {
        "form": FORM,
        "inputs": names,
        "outputs": outputs,
        "dimension": original.dimension,
        "max_tokens": model.max_seq_length,
        "sha256": sha256_of(folder / "model.onnx"),
        "adapter": None,
    }
    if adapter:
        with torch.no_grad():
            lower = whole(*inputs)[outputs.index(LOWER)]
        path, given = folder / "adapted.onnx", (lower, sample[MASK])
        _write(path, upper, given, names=([LOWER, MASK], [ADAPTED]), shapes=(shape, shape))
        card["adapter"] = {"fingerprint": adapter.fingerprint, "sha256": sha256_of(path)}
    model.tokenizer.backend_tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "encoder.json").write_text(json.dumps(card, indent=1))


def _in_eight_bits(whole: Any, upper: Any, tokenizer: Any, names: Sequence[str]) -> None:
    """Let both graphs multiply bytes, after a look at what flows in them."""
    import torch

    from coach.index.eight_bits import in_eight_bits

    texts = CALIBRATION.read_text(encoding="utf-8").splitlines()
    tokenized = [tokenizer([text], return_tensors="pt") for text in texts]
    inputs = [tuple(tokens[name] for name in names) for tokens in tokenized]
    with torch.no_grad():
        lower = [
            (whole(*given)[-1], tokens[MASK])
            for given, tokens in zip(inputs, tokenized, strict=True)
        ]
    in_eight_bits(whole, inputs)
    in_eight_bits(upper, lower)


def _write(
    path: Path, graph: Any, inputs: tuple[Any, ...], *, names: tuple[Any, Any], shapes: Any
) -> None:
    """Write one graph; `names` are those of its inputs and of its outputs."""
    import torch

    exporter_log = logging.getLogger("torch.onnx")
    level = exporter_log.level
    exporter_log.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            program = torch.onnx.export(
                graph,
                inputs,
                dynamo=True,
                verbose=False,
                input_names=names[0],
                output_names=names[1],
                dynamic_shapes=shapes,
            )
    finally:
        exporter_log.setLevel(level)
    if program is None:
        raise EmbeddingError("torch.onnx.export returned nothing")
    program.save(str(path), external_data=False)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
