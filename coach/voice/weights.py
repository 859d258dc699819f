"""Find the weights that packages carry, and check them to the byte.

Flow: an installed package, found but never imported -> here -> `whisper`, `piper`.
"""

import hashlib
import importlib.util
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from coach.errors import VoiceError, VoiceMissingError

__all__ = ["HOW_TO_INSTALL", "Pinned", "installed", "pinned_bytes"]

HOW_TO_INSTALL = "pip install 'homeward[voice]'"


@dataclass(frozen=True)
class Pinned:
    """A file, perhaps split over packages, and the only content that is accepted.

    Attributes:
        name: What the library that reads it calls the file.
        sha256: Of the whole.
        parts: Package and path inside it, of each part in order.
    """

    name: str
    sha256: str
    parts: tuple[tuple[str, str], ...]


def installed(*packages: str) -> bool:
    """Tell whether all of these can be imported, without importing any."""
    return all(importlib.util.find_spec(package) for package in packages)


def pinned_bytes(files: Sequence[Pinned]) -> Mapping[str, bytes]:
    """Return the content of each file by its name.

    Raises:
        VoiceMissingError: A package is not installed.
        VoiceError: A file is missing, or is not the pinned one.
    """
    return {file.name: _read(file) for file in files}


def _read(file: Pinned) -> bytes:
    content = b"".join(_part(package, path) for package, path in file.parts)
    digest = hashlib.sha256(content).hexdigest()
    if digest != file.sha256:
        package = file.parts[0][0].replace("_", "-")
        raise VoiceError(
            f"{file.name} of {package} is not the pinned file (SHA-256 {digest[:12]}…, expected "
            f"{file.sha256[:12]}…); reinstall the package."
        )
    return content


def _part(package: str, path: str) -> bytes:
    spec = importlib.util.find_spec(package)
    name = package.replace("_", "-")
    if spec is None or not spec.submodule_search_locations:
        raise VoiceMissingError(f"The package {name} is not installed; {HOW_TO_INSTALL}.")
    place = Path(next(iter(spec.submodule_search_locations))) / path
    try:
        return place.read_bytes()
    except OSError:
        raise VoiceError(f"{place} cannot be read; reinstall the package {name}.") from None
