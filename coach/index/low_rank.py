"""The upper layers of the packaged network while changes of low rank to them are learnt.

Flow: `index.adapting`, `index.likening` -> here -> `index.adapter`, which keeps what was learnt.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coach.index.adapter import FIRST_LAYER, Adapter, linear_parts
from coach.index.encoder import SentenceTransformerEmbedder
from coach.index.export import SHUT
from coach.index.learning import Scores

__all__ = [
    "BATCH",
    "RANK",
    "LowerStates",
    "adapter_of",
    "changed_parts",
    "mean_state",
    "tokens_of",
    "without_pooler",
]

RANK = 16
BATCH = 64
LONGEST = 128
"""Tokens of a text that are read while learning."""
SCALE = 2.0


def without_pooler(original: SentenceTransformerEmbedder) -> Any:
    """Return the network itself, up to its last states."""
    network: Any = original.model[0].auto_model
    network.pooler = None
    return network


def tokens_of(original: SentenceTransformerEmbedder, texts: Sequence[str]) -> list[list[int]]:
    """Return the tokens of each text that are read while learning."""
    tokenized = original.model.tokenizer(list(texts), truncation=True, max_length=LONGEST)
    found: list[list[int]] = tokenized["input_ids"]
    return found


def changed_parts(upper: Any, further: Adapter | None = None) -> dict[str, Any]:
    """Let each linear part of the upper layers be changed; return the parts by their places.

    Args:
        upper: The layers, which take the changed parts in.
        further: What the changes are at first; None begins with none.
    """
    import torch

    changed = {place: _low_rank(part) for place, part in list(linear_parts(upper))}
    for place, part in changed.items():
        if further:
            part.down.data = torch.from_numpy(further.down[place])
            part.up.data = torch.from_numpy(further.up[place] / SCALE)
        _put(upper, place, part)
    return changed


def adapter_of(changed: Mapping[str, Any], heads: Mapping[str, Scores] | None = None) -> Adapter:
    """Return what was learnt in parts, which is not written yet."""
    return Adapter(
        {place: part.down.detach().numpy() for place, part in changed.items()},
        {place: SCALE * part.up.detach().numpy() for place, part in changed.items()},
        heads or {},
        fingerprint="",
    )


def _low_rank(original: Any) -> Any:
    """Return a linear part with a change of low rank, nought at first, which alone is learnt."""
    import torch
    from torch.nn.functional import linear

    class LowRank(torch.nn.Module):
        """Gives W x + b + s B A x."""

        def __init__(self) -> None:
            super().__init__()
            inputs, outputs = original.in_features, original.out_features
            self.weight, self.bias = original.weight, original.bias
            self.down = torch.nn.Parameter(torch.randn(RANK, inputs) / inputs**0.5)
            self.up = torch.nn.Parameter(torch.zeros(outputs, RANK))

        def forward(self, states: Any) -> Any:
            lower = linear(states, self.down.to(states.dtype))
            change = linear(lower, SCALE * self.up.to(states.dtype))
            return linear(states, self.weight, self.bias) + change

    return LowRank()


def _put(upper: Any, place: str, part: Any) -> None:
    """Put a part in its place among the upper layers."""
    layer, _, path = place.partition(".")
    *above, name = path.split(".")
    holder = upper[int(layer) - FIRST_LAYER]
    for step in above:
        holder = getattr(holder, step)
    setattr(holder, name, part)


class LowerStates:
    """What the lower layers make of texts, computed once, for nothing there is learnt.

    Attributes:
        lengths: The tokens of each text.
    """

    def __init__(self, network: Any, tokens: Sequence[Sequence[int]]) -> None:
        """Run the texts through a network that has its lower layers alone."""
        import torch

        self.lengths = np.array([len(text) for text in tokens])
        self._starts = np.concatenate([[0], np.cumsum(self.lengths)])
        shape = int(self._starts[-1]), network.config.hidden_size
        self._held = torch.empty(shape, dtype=network.dtype)
        order = np.argsort(self.lengths, kind="stable")
        with torch.no_grad():
            for rows in (order[at : at + BATCH] for at in range(0, len(order), BATCH)):
                ids, mask = _padded([torch.tensor(tokens[row]) for row in rows])
                states = network(input_ids=ids, attention_mask=mask).last_hidden_state
                for row, state in zip(rows, states, strict=True):
                    self._of(row)[:] = state[: self.lengths[row]]

    def of(self, rows: NDArray[np.int_]) -> tuple[Any, Any]:
        """Return the states of some texts, (texts, tokens, width), and which are of tokens."""
        return _padded([self._of(row) for row in rows])

    def _of(self, row: int) -> Any:
        return self._held[self._starts[row] : self._starts[row + 1]]


def _padded(texts: Sequence[Any]) -> tuple[Any, Any]:
    """Return what each text's tokens are, side by side, and where there are tokens."""
    import torch

    mask = [torch.ones(len(text)) for text in texts]
    pad = torch.nn.utils.rnn.pad_sequence
    return pad(list(texts), batch_first=True), pad(mask, batch_first=True)


def mean_state(encoder: Any, held: LowerStates, rows: NDArray[np.int_]) -> Any:
    """Return the mean last state of each text, (texts, dimension), in single precision."""
    states, mask = held.of(rows)
    shut = ((1 - mask)[:, None, None, :] * SHUT).to(states.dtype)
    states = encoder(states, attention_mask=shut)[0].float()
    mask = mask.unsqueeze(-1)
    return (states * mask).sum(dim=1) / mask.sum(dim=1)
