"""Find and open what an author named: a file, a folder, or an address.

Flow: `coach import SOURCE` -> here -> `formats`.
"""

from datetime import UTC, datetime
from pathlib import Path

from coach.errors import ImportRefusedError
from coach.library.importing.fetch import Fetcher
from coach.library.importing.formats import SUFFIXES
from coach.library.importing.post import LeftOut, Original

__all__ = ["find", "is_address", "open_original"]

MAX_BYTES = 100_000_000


def is_address(source: str) -> bool:
    """Tell whether a source is an address of the web rather than a path."""
    return "://" in source


def find(source: str) -> tuple[list[str | Path], list[LeftOut]]:
    """Return what a source holds, in a steady order, and the files that are no posts.

    Hidden files, and links that lead out of a folder, are passed over in silence.

    Raises:
        ImportRefusedError: There is nothing of that name, or nothing in the folder.
    """
    if is_address(source):
        return [source], []
    path = Path(source)
    if not path.is_dir():
        if not path.is_file():
            reason = "is no file" if path.exists() else "is not there"
            raise ImportRefusedError(path, None, f"{reason}; name a file, a folder or an address")
        return [path], []
    inside = [
        found
        for found in sorted(path.rglob("*"))
        if found.is_file()
        and not any(part.startswith(".") for part in found.relative_to(path).parts)
        and found.resolve().is_relative_to(path.resolve())
    ]
    taken = [found for found in inside if found.suffix.lower() in SUFFIXES]
    if not taken:
        raise ImportRefusedError(path, None, f"holds no file to import; use {', '.join(SUFFIXES)}")
    left = [
        LeftOut(str(found), "not of a kind that can be imported")
        for found in inside
        if found not in set(taken)
    ]
    return [*taken], left


def open_original(where: str | Path, root: str, fetcher: Fetcher) -> Original:
    """Return a file or a download, read whole.

    Args:
        where: One of what `find` returned.
        root: What the author named; files under a folder are known by their path in it.
        fetcher: Fetches addresses.

    Raises:
        ImportRefusedError: It is too large or cannot be read.
    """
    if isinstance(where, str):
        return fetcher.get(where)
    try:
        status = where.stat()
        if status.st_size > MAX_BYTES:
            size = f"has {status.st_size:,} bytes, more than the {MAX_BYTES:,} that it may have"
            raise ImportRefusedError(where, None, size)
        data = where.read_bytes()
    except OSError as error:
        raise ImportRefusedError(where, None, f"cannot be read: {error.strerror}") from None
    within = where.name if where == Path(root) else where.relative_to(root).as_posix()
    modified = datetime.fromtimestamp(status.st_mtime, UTC).date()
    return Original(name=str(where), source=within, data=data, modified=modified)
