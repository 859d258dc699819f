"""Write an embedding model as graphs that ONNX Runtime runs without torch.

Flow: a sentence-transformers model, for the packaged one its adapters -> here -> a file a graph,
the tokenizer and a card -> `index.encoder`.

The packaged model is written in four graphs, in eight bits (`index.eight_bits`): its lower layers,
and what goes on from their states, its upper layers and these as two adapters change them.  So what
needs a vector alone does not pay for the others, and a message goes through two at once.
"""

import copy
import hashlib
import json
import logging
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from coach.errors import EmbeddingError
from coach.index.adapter import Adapters, lower_layers, upper_encoder

__all__ = [
    "ADAPTED",
    "ALIKE",
    "FORM",
    "LOWER",
    "MASK",
    "SHUT",
    "STATE",
    "VECTOR",
    "Graphs",
    "export",
    "graphs_of",
    "sha256_of",
]

VECTOR = "sentence_embedding"
LOWER = "lower_states"
MASK = "attention_mask"
STATE = "inner_state"
ADAPTED = "adapted_state"
ALIKE = "alike_vector"
INPUTS = ("input_ids", MASK, "token_type_ids")
FORM = 5
"""Which form an export has; one of another is exported anew (1: weights alone in bytes; 2: lower
and upper layers in one; 3: other bytes on other processors; 4: nothing that likens)."""
SHUT = -1e9
"""Added to the attention to what is padding."""
CALIBRATION = Path(__file__).with_name("calibration.txt")
"""Messages and passages, a text a line, on which the size of what flows in a network is seen."""


class Graphs(NamedTuple):
    """A packaged model in four, as torch modules.

    Attributes:
        lower: From the inputs to the mean inner state, and the states of the lower layers.
        upper: From those and the mask to the unit vector.
        adapted: From the same to the mean last state of the adapted upper layers.
        alike: From the same to the unit vector by which texts are likened.
    """

    lower: Any
    upper: Any
    adapted: Any
    alike: Any


def graphs_of(model: Any, names: Sequence[str], adapters: Adapters) -> Graphs:
    """Return the graphs of the packaged model.

    Args:
        model: The sentence-transformers model, which stays as it is.
        names: What its inputs are called, in the order in which the first graph takes them.
        adapters: What was learnt of messages.
    """
    import torch

    class Lower(torch.nn.Module):
        def __init__(self, network: Any) -> None:
            super().__init__()
            self.network = copy.deepcopy(network)
            self.network.encoder.layer = lower_layers(self.network.encoder)

        def forward(self, *inputs: Any) -> Any:
            features = dict(zip(names, inputs, strict=True))
            states = self.network(**features)[0]
            return _mean(states, features[MASK]), states

    class Upper(torch.nn.Module):
        def __init__(self, encoder: Any, *, of_length_1: bool) -> None:
            super().__init__()
            self.encoder, self.of_length_1 = encoder, of_length_1

        def forward(self, *inputs: Any) -> Any:
            states, mask = inputs
            shut = (1 - mask[:, None, None, :].to(states.dtype)) * SHUT
            made = _mean(self.encoder(states, attention_mask=shut)[0], mask)
            return torch.nn.functional.normalize(made, dim=1) if self.of_length_1 else made

    network = model[0].auto_model
    return Graphs(
        Lower(network).eval(),
        Upper(upper_encoder(network), of_length_1=True).eval(),
        Upper(adapters.told.upper(network), of_length_1=False).eval(),
        Upper(adapters.alike.upper(network), of_length_1=True).eval(),
    )


def _mean(states: Any, mask: Any) -> Any:
    return (states * mask.unsqueeze(-1)).sum(dim=1) / mask.sum(dim=1, keepdim=True)


class Original(Protocol):
    """A model as sentence-transformers runs it."""

    model: Any

    @property
    def adapters(self) -> Adapters | None:
        """What was learnt that changes it, if it is the packaged one."""

    @property
    def dimension(self) -> int:
        """The length of each vector."""


def export(original: Original, folder: Path) -> None:
    """Write a model as ONNX with its tokenizer and a card of what it is.

    Raises:
        EmbeddingError: torch gave no graph.
        Exception: torch and onnx raise classes of their own.
    """
    model, adapters = original.model, original.adapters
    sample = dict(
        model.tokenizer(["two texts", "of different length"], padding=True, return_tensors="pt")
    )
    names = [name for name in INPUTS if name in sample]
    inputs = tuple(sample[name] for name in names)
    digests = (
        _export_in_parts(model, names, inputs, adapters, folder)
        if adapters
        else _export_whole(model, names, inputs, folder)
    )
    card = {
        "form": FORM,
        "inputs": names,
        "dimension": original.dimension,
        "max_tokens": model.max_seq_length,
        "sha256": digests,
        "adapters": adapters.fingerprints if adapters else None,
    }
    model.tokenizer.backend_tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "encoder.json").write_text(json.dumps(card, indent=1))


class _Graph(NamedTuple):
    """A torch module, sample inputs, (texts, tokens, …), and what all is called that it has."""

    module: Any
    inputs: tuple[Any, ...]
    takes: Sequence[str]
    gives: Sequence[str]


def _export_whole(
    model: Any, names: Sequence[str], inputs: tuple[Any, ...], folder: Path
) -> dict[str, str]:
    """Write a model as one graph, from the inputs to the vector; return its digest by its name."""
    import torch

    class Whole(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *given: Any) -> Any:
            made = self.model(dict(zip(names, given, strict=True)))
            return torch.nn.functional.normalize(made[VECTOR], dim=1)

    graph = _Graph(Whole().eval(), inputs, names, [VECTOR])
    return {"whole": _write(folder / "whole.onnx", graph, model.max_seq_length)}


def _export_in_parts(
    model: Any, names: Sequence[str], inputs: tuple[Any, ...], adapters: Adapters, folder: Path
) -> dict[str, str]:
    """Write the packaged model; return the digest of each graph by its name."""
    import torch

    graphs = graphs_of(model, names, adapters)
    _in_eight_bits(graphs, model.tokenizer, names)
    with torch.no_grad():
        states = graphs.lower(*inputs)[1]
    given = states, inputs[names.index(MASK)]
    written = {
        "lower": _Graph(graphs.lower, inputs, names, [STATE, LOWER]),
        "upper": _Graph(graphs.upper, given, [LOWER, MASK], [VECTOR]),
        "adapted": _Graph(graphs.adapted, given, [LOWER, MASK], [ADAPTED]),
        "alike": _Graph(graphs.alike, given, [LOWER, MASK], [ALIKE]),
    }
    return {
        name: _write(folder / f"{name}.onnx", graph, model.max_seq_length)
        for name, graph in written.items()
    }


def _in_eight_bits(graphs: Graphs, tokenizer: Any, names: Sequence[str]) -> None:
    """Let the graphs multiply bytes, after a look at what flows in them."""
    import torch

    from coach.index.eight_bits import in_eight_bits

    texts = CALIBRATION.read_text(encoding="utf-8").splitlines()
    tokenized = [tokenizer([text], return_tensors="pt") for text in texts]
    inputs = [tuple(tokens[name] for name in names) for tokens in tokenized]
    lower = copy.deepcopy(graphs.lower).double()
    with torch.no_grad():
        states = [
            (lower(*given)[1], tokens[MASK])
            for given, tokens in zip(inputs, tokenized, strict=True)
        ]
    in_eight_bits(graphs.lower, inputs)
    in_eight_bits(graphs.upper, states)
    in_eight_bits(graphs.adapted, states)
    in_eight_bits(graphs.alike, states)


def _write(path: Path, graph: _Graph, longest: int) -> str:
    """Write one graph and return its digest; `longest` is the most tokens that it takes."""
    import torch

    shape = {0: torch.export.Dim("batch"), 1: torch.export.Dim("length", max=longest)}
    exporter_log = logging.getLogger("torch.onnx")
    level = exporter_log.level
    exporter_log.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            program = torch.onnx.export(
                graph.module,
                graph.inputs,
                dynamo=True,
                verbose=False,
                input_names=list(graph.takes),
                output_names=list(graph.gives),
                dynamic_shapes=(tuple(shape for _ in graph.inputs),),
            )
    finally:
        exporter_log.setLevel(level)
    if program is None:
        raise EmbeddingError("torch.onnx.export returned nothing")
    program.save(str(path), external_data=False)
    return sha256_of(path)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
