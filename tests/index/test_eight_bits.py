"""A layer of bytes gives nearly what the layer in single precision gives."""

import torch

from coach.index.eight_bits import EightBitLinear, in_eight_bits


class Network(torch.nn.Module):
    """Two layers, of which the second is not used."""

    def __init__(self) -> None:
        super().__init__()
        self.used = torch.nn.Linear(64, 32)
        self.other = torch.nn.Linear(64, 32)

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """Return what the first layer gives."""
        given: torch.Tensor = self.used(states)
        return given


def network_and_states() -> tuple[Network, torch.Tensor]:
    torch.manual_seed(0)
    states = torch.randn(2, 9, 64)
    states[..., 3] *= 20  # as a few inputs of each layer of a real network are
    states[0, 0] *= 50  # as a few tokens are
    return Network(), states


def test_products_of_bytes_are_near_the_originals_where_some_inputs_are_huge() -> None:
    network, states = network_and_states()
    expected = network(states)
    in_eight_bits(network, [(states,)])
    given = network(states)
    assert torch.nn.functional.cosine_similarity(given, expected, dim=-1).min() > 0.999


def test_a_layer_that_nothing_reaches_stays_as_it_is() -> None:
    network, states = network_and_states()
    in_eight_bits(network, [(states,)])
    assert isinstance(network.used, EightBitLinear)
    assert isinstance(network.other, torch.nn.Linear)
