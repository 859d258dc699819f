"""A network whose products are of whole numbers of eight bits.

Flow: the graphs of `index.export` -> here -> written as ONNX.

A processor multiplies bytes several times faster than numbers in single precision.  Both sides of
a product become bytes: the weights once, with a scale a column, and the states while it runs, with
a scale a token.  Some inputs are much larger than others and would leave these few of the 255
steps, so a part of their size is moved into the weights beforehand (SmoothQuant, Xiao et al.,
2022, arxiv.org/abs/2211.10438).

ONNX Runtime's own `quantize_dynamic` has one scale for all tokens of a message: the vectors of
this encoder then have a mean cosine of 0.90 to the original's (the least 0.84), here 0.998 (0.995).

What is moved depends on the sizes seen, and one of them rounded otherwise makes other bytes; so
they are seen in double precision, and every processor writes the same network.
"""

import copy
from collections.abc import Iterable, Iterator
from typing import Any

import torch

from coach.index.runtime import LEAST, MOST, ZERO

__all__ = ["EightBitLinear", "in_eight_bits"]


class EightBitLinear(torch.nn.Module):
    """A linear layer, of bytes; gives nearly what the original gives."""

    shrink: torch.Tensor
    weight: torch.Tensor
    scale: torch.Tensor
    zero: torch.Tensor
    bias: torch.Tensor

    def __init__(self, original: torch.nn.Linear, largest: torch.Tensor) -> None:
        """Take over the weights.

        Args:
            original: The layer, in single precision, with a bias.
            largest: The largest size that each of its inputs takes, (inputs,).
        """
        super().__init__()
        weight = original.weight.detach().T
        weighed = weight.abs().amax(dim=1).clamp_min(LEAST)
        share = (largest.clamp_min(LEAST) / weighed).sqrt()
        weight = weight * share[:, None]
        scale = weight.abs().amax(dim=0).clamp_min(LEAST) / MOST
        self.register_buffer("shrink", 1 / share)
        self.register_buffer("weight", (weight / scale).round().to(torch.int8))
        self.register_buffer("scale", scale)
        self.register_buffer("zero", torch.tensor(ZERO, dtype=torch.uint8))
        self.register_buffer("bias", original.bias.detach())

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """Return the products of states, (…, tokens, inputs), as (…, tokens, outputs)."""
        shrunk = states * self.shrink
        step = shrunk.abs().amax(dim=-1, keepdim=True).clamp_min(LEAST) / MOST
        left = ((shrunk / step).round() + ZERO).to(torch.uint8)
        if torch.onnx.is_in_onnx_export():
            product = torch.onnx.ops.symbolic(
                "MatMulInteger",
                (left, self.weight, self.zero),
                dtype=torch.int32,
                shape=(*left.shape[:-1], self.weight.shape[1]),
            )
        else:
            product = (left.float() - ZERO) @ self.weight.float()
        return product.float() * step * self.scale + self.bias


def in_eight_bits(graph: torch.nn.Module, inputs: Iterable[tuple[Any, ...]]) -> None:
    """Put products of bytes in the place of a graph's linear layers.

    Args:
        graph: The network; it is changed.
        inputs: What to run it on to see how large the inputs of each layer become; a layer
            that none of them reaches stays as it is.
    """
    largest: dict[torch.nn.Linear, torch.Tensor] = {}

    def look(layer: torch.nn.Linear, given: tuple[torch.Tensor, ...]) -> None:
        seen = given[0].abs().flatten(0, -2).amax(dim=0)
        largest[layer] = torch.maximum(largest.get(layer, seen), seen)

    precise = copy.deepcopy(graph).double()
    looked_at = [layer for _, _, layer in _linear_layers(precise)]
    for layer in looked_at:
        layer.register_forward_pre_hook(look)
    with torch.no_grad():
        for given in inputs:
            precise(*(each.double() if each.is_floating_point() else each for each in given))
    for (parent, name, layer), twin in zip(list(_linear_layers(graph)), looked_at, strict=True):
        if twin in largest:
            setattr(parent, name, EightBitLinear(layer, largest[twin].float()))


def _linear_layers(
    graph: torch.nn.Module,
) -> Iterator[tuple[torch.nn.Module, str, torch.nn.Linear]]:
    """Yield each linear layer with the module that holds it and its name there."""
    for parent in graph.modules():
        for name, layer in parent.named_children():
            if isinstance(layer, torch.nn.Linear):
                yield parent, name, layer
