"""Open the zip archives that documents and books are, within limits.

Flow: bytes of a .docx or .epub -> here -> `formats.docx`, `formats.epub`.
"""

import io
import zipfile
import zlib

from coach.errors import ImportRefusedError

__all__ = ["Archive"]

MAX_UNPACKED = 100_000_000
MAX_MEMBERS = 5_000
MAX_RATIO = 200
ENCRYPTED = 0x1
_OF_DAMAGED = (KeyError, ValueError, EOFError, NotImplementedError, OSError)
"""What Python raises of a member that is not where or what the archive says."""


class Archive:
    """A zip archive that unpacks to no more than it may."""

    def __init__(self, data: bytes, name: str) -> None:
        """Open an archive.

        Raises:
            ImportRefusedError: It is damaged, encrypted, or unpacks to too much.
        """
        self._name = name
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OSError):
            raise ImportRefusedError(
                name, None, "is damaged or cut off; save or download it again"
            ) from None
        members = self._zip.infolist()
        unpacked = sum(member.file_size for member in members)
        if unpacked > MAX_UNPACKED or len(members) > MAX_MEMBERS:
            raise ImportRefusedError(
                name, None, f"unpacks to more than {MAX_UNPACKED:,} bytes or {MAX_MEMBERS:,} files"
            )
        if unpacked > MAX_RATIO * max(len(data), 5_000):
            raise ImportRefusedError(name, None, f"unpacks to over {MAX_RATIO} times its size")
        if any(member.flag_bits & ENCRYPTED for member in members):
            raise ImportRefusedError(name, None, "is encrypted; save it without a password")

    @property
    def names(self) -> list[str]:
        """The names of its files."""
        return self._zip.namelist()

    def read(self, member: str) -> bytes:
        """Return one file of the archive.

        Raises:
            ImportRefusedError: It is not there, or damaged.
        """
        try:
            return self._zip.read(member)
        except (*_OF_DAMAGED, zipfile.BadZipFile, zlib.error):
            raise ImportRefusedError(
                self._name, None, f"is damaged: {member} cannot be read"
            ) from None
