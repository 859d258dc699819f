"""Read the chapters of an EPUB as the posts of a series.

EbookLib, the library that reads such books, is under the AGPL; what is needed here
is the order of the chapters, and their HTML.
"""

import posixpath
import re
from collections.abc import Iterator
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from coach.errors import ImportRefusedError
from coach.library.importing.formats.archive import Archive
from coach.library.importing.formats.markup import decoded_html, markdown_of
from coach.library.importing.formats.xml import parse_xml
from coach.library.importing.post import LeftOut, Original, Post, day_of

__all__ = ["read_epub"]

FEWEST_WORDS = 40
_DC = "{http://purl.org/dc/elements/1.1/}"
_OPF = "{http://www.idpf.org/2007/opf}"
_ROOTFILE = "{urn:oasis:names:tc:opendocument:xmlns:container}rootfile"
_CHAPTERS = {"application/xhtml+xml", "text/html"}


def read_epub(original: Original) -> Iterator[Post | LeftOut]:
    """Yield each chapter of a book; covers and tables of contents are left out.

    Raises:
        ImportRefusedError: It is damaged, protected, or a zip bomb.
    """
    archive = Archive(original.data, original.name)
    package_at = _package(archive, original.name)
    package = parse_xml(archive.read(package_at), original.name)
    chapters = list(_spine(package, posixpath.dirname(package_at)))
    _refuse_protected(archive, original.name, set(chapters))
    series = _about(package, "title")
    part = 0
    for member in chapters:
        try:
            html = decoded_html(archive.read(member), None)
        except (UnicodeDecodeError, LookupError):
            yield LeftOut(f"{original.name}: {member}", "is not in the encoding that it names")
            continue
        body = _from_first_heading(markdown_of(html))
        if len(body.split()) < FEWEST_WORDS or not body.startswith("#"):
            yield LeftOut(f"{original.name}: {member}", "no chapter: no heading, or little text")
            continue
        part += 1
        yield Post(
            name=f"{original.name}: {member}",
            source=f"{original.source}#{member}",
            stem=re.sub(r"^#+\s*", "", body.partition("\n")[0]),
            body=body,
            published=day_of(_about(package, "date")),
            author=_about(package, "creator"),
            series=series,
            part=part,
            modified=original.modified,
        )
    if not part:
        raise ImportRefusedError(original.name, None, "is a book without chapters")


def _package(archive: Archive, name: str) -> str:
    container = parse_xml(archive.read("META-INF/container.xml"), name)
    rootfile = next(container.iter(_ROOTFILE), None)
    if rootfile is None:
        raise ImportRefusedError(name, None, "is no EPUB: it names no package")
    return rootfile.get("full-path", "")


def _spine(package: Element, folder: str) -> Iterator[str]:
    """Yield the members of the archive that are read one after the other."""
    items = {item.get("id"): item for item in package.iter(f"{_OPF}item")}
    for reference in package.iter(f"{_OPF}itemref"):
        item = items.get(reference.get("idref"))
        if item is not None and item.get("media-type") in _CHAPTERS:
            yield posixpath.normpath(posixpath.join(folder, unquote(item.get("href", ""))))


def _refuse_protected(archive: Archive, name: str, chapters: set[str]) -> None:
    """Refuse a book whose chapters are encrypted; fonts may be."""
    if "META-INF/encryption.xml" not in archive.names:
        return
    root = parse_xml(archive.read("META-INF/encryption.xml"), name)
    if any(unquote(element.get("URI", "")) in chapters for element in root.iter()):
        raise ImportRefusedError(name, None, "is protected against copying (DRM)")


def _from_first_heading(body: str) -> str:
    start = re.search(r"^#{1,3} ", body, re.MULTILINE)
    return body[start.start() :] if start else body


def _about(package: Element, name: str) -> str | None:
    found = next(package.iter(f"{_DC}{name}"), None)
    return " ".join(found.text.split()) if found is not None and found.text else None
