"""Read a Word document (.docx); mammoth turns its styles into headings and lists."""

import io
from collections.abc import Iterator
from datetime import date

from coach.errors import ImportRefusedError
from coach.library.importing.formats.archive import Archive
from coach.library.importing.formats.markup import markdown_of
from coach.library.importing.formats.xml import parse_xml
from coach.library.importing.post import Original, Post, day_of

__all__ = ["OLD_WORD", "read_docx"]

OLD_WORD = b"\xd0\xcf\x11\xe0"
"""How old .doc files begin, and .docx files with a password."""

_STYLES = "p[style-name='Title'] => h1:fresh\np[style-name='Subtitle'] => p:fresh"
_DC = "{http://purl.org/dc/elements/1.1/}"
_CREATED = "{http://purl.org/dc/terms/}created"


def read_docx(original: Original) -> Iterator[Post]:
    """Yield the one post of a document.

    Raises:
        ImportRefusedError: It is damaged, encrypted, or an XML or zip bomb.
    """
    import mammoth

    archive = Archive(original.data, original.name)
    if "word/document.xml" not in archive.names:
        raise ImportRefusedError(original.name, None, "is no Word document")
    for member in archive.names:
        if member.endswith((".xml", ".rels")):
            parse_xml(archive.read(member), original.name)
    try:
        html: str = mammoth.convert_to_html(
            io.BytesIO(original.data),
            style_map=_STYLES,
            convert_image=mammoth.images.img_element(lambda _: {"src": ""}),
            external_file_access=False,
        ).value
    except Exception as error:  # mammoth meets odd documents with whatever Python raises
        raise ImportRefusedError(
            original.name, None, f"cannot be read as Word document ({type(error).__name__})"
        ) from None
    author, created = _about(archive, original.name)
    yield Post(
        name=original.name,
        source=original.source,
        stem=original.stem,
        body=markdown_of(html),
        published=created,
        author=author,
        modified=original.modified,
    )


def _about(archive: Archive, name: str) -> tuple[str | None, date | None]:
    if "docProps/core.xml" not in archive.names:
        return None, None
    core = parse_xml(archive.read("docProps/core.xml"), name)
    author = (core.findtext(f"{_DC}creator") or "").strip() or None
    return author, day_of(core.findtext(_CREATED))
