"""The adapted network: the packaged one with changes that were learnt.

Flow: `evals/*/train/` -> `index.adapting` -> `learnt/adapter.npz`; what people may say in other
words (`corpus/`) -> `index.likening` -> `learnt/alike.npz` (both once, by an engineer) -> here ->
`index.encoder`, which exports the upper layers as each changes them beside the original ones.

The lower layers are the same for all; each weight W of the upper ones becomes W + B A, where A
and B are of low rank (LoRA, Hu et al., 2021, arxiv.org/abs/2106.09685).  So search keeps the
vectors it had, and what was learnt is a megabyte of plain arrays instead of a second model.
"""

import copy
import hashlib
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

from coach.errors import EmbeddingError
from coach.index.learning import Scores

__all__ = [
    "ADAPTER",
    "ALIKE",
    "FIRST_LAYER",
    "Adapter",
    "Adapters",
    "linear_parts",
    "lower_layers",
    "upper_encoder",
    "upper_layers",
]

LEARNT_DIR = Path(__file__).with_name("learnt")
ADAPTER = LEARNT_DIR / "adapter.npz"
ALIKE = LEARNT_DIR / "alike.npz"
FIRST_LAYER = 8
"""The lowest of the layers that are adapted, counted from 0; those under it stay as they are."""


@dataclass(frozen=True)
class Adapter:
    """What was learnt; plain arrays.

    Attributes:
        down: A of each part, by its place in the network, (rank, inputs).
        up: B of each part, (outputs, rank).
        heads: What each training set's labels weigh the adapted state with, and the last row
            what is then added, by the set's name, (dimension + 1, labels).
        fingerprint: SHA-256 of the file.
    """

    down: Mapping[str, Scores]
    up: Mapping[str, Scores]
    heads: Mapping[str, Scores]
    fingerprint: str

    @classmethod
    def read(cls, path: Path = ADAPTER) -> Self:
        """Return the adapter that a file holds.

        Raises:
            EmbeddingError: The file is missing or broken.
        """
        try:
            fingerprint = hashlib.sha256(path.read_bytes()).hexdigest()
            with path.open("rb") as file, np.load(file, allow_pickle=False) as held:
                arrays = {name: held[name].astype(np.float32) for name in held.files}
        except (OSError, EOFError, ValueError, zipfile.BadZipFile) as error:
            raise EmbeddingError(
                f"{path} cannot be read ({type(error).__name__}); "
                f"take it from the release again, or run `coach train {path.stem}`."
            ) from None
        kinds: dict[str, dict[str, Scores]] = {"down": {}, "up": {}, "head": {}}
        for name, array in arrays.items():
            kind, _, place = name.partition(":")
            kinds[kind][place] = array
        return cls(kinds["down"], kinds["up"], kinds["head"], fingerprint)

    def write(self, path: Path) -> None:
        """Write the arrays, in half precision, in one step; nothing is written of the print."""
        kinds = {"down": self.down, "up": self.up, "head": self.heads}
        arrays = {
            f"{kind}:{n}": a.astype(np.float16) for kind, of in kinds.items() for n, a in of.items()
        }
        draft = path.with_name(f".{path.name}")
        with draft.open("wb") as file:
            np.savez_compressed(file, allow_pickle=False, **arrays)
        draft.replace(path)

    def scores(self, name: str, states: Scores) -> Scores:
        """Return the logits of a training set's labels for adapted states, (texts, labels)."""
        *weights, added = self.heads[name]
        logits: Scores = states @ np.asarray(weights) + added
        return logits

    def upper(self, network: Any) -> Any:
        """Return a copy of a network's upper layers with the changes made.

        The products are summed in double precision: so they are the same on every processor.

        Args:
            network: The original, an `MPNetModel` of transformers; it stays as it is.

        Returns:
            An `MPNetEncoder` that goes on from the states of the lower layers.
        """
        import torch

        encoder = upper_encoder(network)
        with torch.no_grad():
            for place, part in linear_parts(encoder.layer):
                change = self.up[place].astype(np.float64) @ self.down[place]
                part.weight += torch.from_numpy(change.astype(np.float32))
        return encoder


@dataclass(frozen=True)
class Adapters:
    """Both.

    Attributes:
        told: Of what messages tell, with a head for each set of labels.
        alike: Of which texts say the same in other words; it has no heads.
    """

    told: Adapter
    alike: Adapter

    @classmethod
    def read(cls) -> Self:
        """Return them as they are shipped.

        Raises:
            EmbeddingError: One is missing or broken.
        """
        return cls(Adapter.read(ADAPTER), Adapter.read(ALIKE))

    @property
    def fingerprints(self) -> list[str]:
        """SHA-256 of each file."""
        return [self.told.fingerprint, self.alike.fingerprint]


def upper_encoder(network: Any) -> Any:
    """Return a copy of a network's encoder that has its upper layers alone."""
    encoder = copy.deepcopy(network.encoder)
    encoder.layer = upper_layers(encoder)
    return encoder


def lower_layers(encoder: Any) -> Any:
    """Return the layers of a network's encoder that stay as they are."""
    return encoder.layer[:FIRST_LAYER]


def upper_layers(encoder: Any) -> Any:
    """Return the layers of a network's encoder that are adapted."""
    return encoder.layer[FIRST_LAYER:]


def linear_parts(layers: Any) -> Iterator[tuple[str, Any]]:
    """Yield each part of the upper layers that is adapted, with its place in the network."""
    import torch

    for at, layer in enumerate(layers, start=FIRST_LAYER):
        for name, part in layer.named_modules():
            if isinstance(part, torch.nn.Linear):
                yield f"{at}.{name}", part
