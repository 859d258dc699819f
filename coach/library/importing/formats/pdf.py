"""Read the text of a PDF: its paragraphs, and what is larger as headings.

pdfminer.six reads it in a process of its own, within limits of memory and time: a PDF
can be made to unpack without end, and nothing in the format says so beforehand.
`python -m coach.library.importing.formats.pdf < file.pdf` is that process.
"""

import io
import json
import re
import resource
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from statistics import median
from typing import Any

from coach.errors import ImportRefusedError
from coach.library.importing.post import Original, Post

__all__ = ["read_pdf"]

MAX_SECONDS = 120
MAX_MEMORY = 2_000_000_000
MAX_PAGES = 300
HEADING_SCALE = 1.15
"""A line is a heading from this size on, against the median size of the text."""

_REASONS = {
    "encrypted": "is encrypted; save it without a password",
    "pictures": "holds pictures of text only; run text recognition (OCR) over it first",
    "damaged": "is damaged or no PDF; save it again",
}


def read_pdf(original: Original) -> Iterator[Post]:
    """Yield the one post of a PDF.

    Raises:
        ImportRefusedError: It is encrypted, damaged, pictures only, or too much.
    """
    try:
        done = subprocess.run(  # noqa: S603 - our own module, by our own interpreter
            [sys.executable, "-m", __name__],
            input=original.data,
            capture_output=True,
            timeout=MAX_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ImportRefusedError(
            original.name, None, f"took more than {MAX_SECONDS} seconds to read; split it"
        ) from None
    try:
        found = json.loads(done.stdout)
    except ValueError:
        raise ImportRefusedError(original.name, None, "needs too much memory to read") from None
    if refusal := found.get("refused"):
        raise ImportRefusedError(original.name, None, _REASONS[refusal])
    yield Post(
        name=original.name,
        source=original.source,
        stem=original.stem,
        body=found["body"],
        title=found["title"],
        author=found["author"],
        modified=original.modified,
    )


def _read(data: bytes) -> dict[str, Any]:
    """Return title, author and body of a PDF, or under `refused` why not."""
    from pdfminer.high_level import extract_pages
    from pdfminer.pdfdocument import PDFDocument, PDFPasswordIncorrect
    from pdfminer.pdfparser import PDFParser

    try:
        document = PDFDocument(PDFParser(io.BytesIO(data)))
        if document.encryption is not None:
            return {"refused": "encrypted"}
        layout = extract_pages(io.BytesIO(data), maxpages=MAX_PAGES)
        pages = [list(_blocks(page)) for page in layout]
    except PDFPasswordIncorrect:
        return {"refused": "encrypted"}
    except MemoryError:
        raise
    except Exception:  # of damaged files, pdfminer raises almost anything
        return {"refused": "damaged"}
    blocks = _without_running_heads(pages)
    if not any(re.search(r"\w", text) for text, _ in blocks):
        return {"refused": "pictures" if pages else "damaged"}
    about = document.info[0] if document.info else {}
    normal = median(size for text, size in blocks for _ in text.split())
    title, rest = _title(blocks, normal)
    return {"title": title, "author": _text(about.get("Author")), "body": _markdown(rest, normal)}


def _blocks(page: Any) -> Iterator[tuple[str, float]]:
    """Yield the paragraphs of a page in reading order, each with the size of its letters."""
    from pdfminer.layout import LTChar, LTTextContainer, LTTextLine

    for box in page:
        if not isinstance(box, LTTextContainer):
            continue
        lines = [
            (
                line.get_text().strip(),
                round(median(c.size for c in line if isinstance(c, LTChar)), 1),
            )
            for line in box
            if isinstance(line, LTTextLine) and line.get_text().strip()
        ]
        # A heading close to its text comes in one box with it.
        for size, alike in groupby(lines, key=lambda line: line[1]):
            yield "\n".join(text for text, _ in alike), size


def _without_running_heads(pages: list[list[tuple[str, float]]]) -> list[tuple[str, float]]:
    """Return all blocks but page numbers and what stands on most pages."""
    seen = Counter(text for page in pages for text in {text for text, _ in page})
    often = max(3, len(pages) // 2)
    return [
        (text, size)
        for page in pages
        for text, size in page
        if seen[text] < often and not re.fullmatch(r"[\W\d]*(page \d+( of \d+)?)?", text, re.I)
    ]


def _title(
    blocks: list[tuple[str, float]], normal: float
) -> tuple[str | None, list[tuple[str, float]]]:
    """Return the first large line as the title, and the rest; None where there is none."""
    text, size = blocks[0]
    if size >= HEADING_SCALE * normal:
        return " ".join(text.split()), blocks[1:]
    return None, blocks


def _markdown(blocks: list[tuple[str, float]], normal: float) -> str:
    paragraphs: list[str] = []
    for raw, size in blocks:
        text = re.sub(r"(\w)-\n(?=[a-z])", r"\1", raw)
        listed = re.match(r"\s*([•‣◦·*-]|\d+[.)])\s", text)
        text = text if listed else " ".join(text.split())
        if size >= HEADING_SCALE * normal:
            text = f"## {' '.join(text.split())}"
        elif paragraphs and not listed and _goes_on(paragraphs[-1], text):
            paragraphs[-1] += f" {text}"
            continue
        paragraphs.append(text)
    return "\n\n".join(paragraphs)


def _goes_on(before: str, text: str) -> bool:
    """Tell whether a paragraph was only broken by the end of a page."""
    ends = before.startswith("#") or re.search(r"[.!?:…\"”)]$", before)
    return not ends and text[:1].islower()


def _text(value: Any) -> str | None:
    from pdfminer.utils import decode_text

    text = decode_text(value) if isinstance(value, bytes) else value
    return text.strip() or None if isinstance(text, str) else None


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_SECONDS, MAX_SECONDS))
    sys.stdout.write(json.dumps(_read(sys.stdin.buffer.read())))
