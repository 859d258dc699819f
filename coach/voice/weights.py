"""Find the weights that packages carry, and check them to the byte.

Flow: an installed package -> here -> `whisper`, `hibari`, `piper`.  A package that holds weights
alone is found and never imported; one whose code runs, too, is checked whole before it does.
"""

import hashlib
import importlib.util
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from coach.errors import VoiceError, VoiceMissingError

__all__ = [
    "HOW_TO_INSTALL",
    "HOW_TO_INSTALL_PIPER",
    "Pinned",
    "check_package",
    "installed",
    "pinned_bytes",
]

HOW_TO_INSTALL = "pip install 'homeward[voice]'"
HOW_TO_INSTALL_PIPER = "pip install 'homeward[piper]'"


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


def check_package(package: str, sha256: str) -> None:
    """Refuse a package of which any file is not the pinned one; nothing of it runs before.

    Args:
        package: What would be imported.
        sha256: Of the names and contents of all its files, in the order of their names.

    Raises:
        VoiceMissingError: It is not installed.
        VoiceError: A file was altered, added or left out, or cannot be read.
    """
    folder = _folder(package)
    paths = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
    digest = hashlib.sha256()
    for path in sorted(paths, key=lambda path: path.relative_to(folder).as_posix()):
        digest.update(
            path.relative_to(folder).as_posix().encode() + b"\0" + _content(path, package)
        )
    _compare(package, f"The package {_name(package)}", digest.hexdigest(), sha256)


def _read(file: Pinned) -> bytes:
    content = b"".join(_content(_folder(package) / path, package) for package, path in file.parts)
    package = file.parts[0][0]
    digest = hashlib.sha256(content).hexdigest()
    _compare(package, f"{file.name} of {_name(package)}", digest, file.sha256)
    return content


def _compare(package: str, what: str, found: str, expected: str) -> None:
    if found != expected:
        raise VoiceError(
            f"{what} is not the pinned one (SHA-256 {found[:12]}…, expected {expected[:12]}…); "
            f"reinstall the package {_name(package)}."
        )


def _folder(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise VoiceMissingError(f"The package {_name(package)} is not installed; {HOW_TO_INSTALL}.")
    return Path(next(iter(spec.submodule_search_locations)))


def _content(path: Path, package: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        raise VoiceError(
            f"{path} cannot be read; reinstall the package {_name(package)}."
        ) from None


def _name(package: str) -> str:
    return package.replace("_", "-")
