"""Keep what takes long to make in a file whose name carries the digest of what it was made from.

Flow: `index.learning`, `dialogue.questions` -> here -> a folder that is shipped, or the index's.

So a file never answers for other texts, another model or other settings, and none goes stale.
"""

import zipfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

__all__ = ["kept"]

Made = TypeVar("Made")


def kept(
    folders: Sequence[Path],
    name: str,
    digest: str,
    *,
    make: Callable[[], Made],
    read: Callable[[Path], Made],
    write: Callable[[Made, Path], None],
) -> Made:
    """Return what is kept in one of the folders, or else make it and keep it in the last.

    Args:
        folders: Where it may be; a folder that cannot be written to costs minutes a start.
        name: What it is for; one file of each name is kept.
        digest: Of all that it is made from.
        make: Makes it.
        read: Reads what `write` wrote; raises `OSError`, `ValueError` or `BadZipFile` where it
            cannot.
        write: Writes it to a file.
    """
    file = f"{name}-{digest[:32]}.npz"
    for path in (folder / file for folder in folders):
        if path.is_file():
            with suppress(OSError, ValueError, zipfile.BadZipFile):
                return read(path)
    made = make()
    with suppress(OSError):
        _publish(made, folders[-1] / file, name, write)
        made = read(folders[-1] / file)
    return made


def _publish(made: Made, path: Path, name: str, write: Callable[[Made, Path], None]) -> None:
    """Write the file in one step, and remove what was made of other things."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{uuid4().hex}")
    try:
        write(made, draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    for other in path.parent.glob(f"{name}-*.npz"):
        if other != path:
            other.unlink(missing_ok=True)
