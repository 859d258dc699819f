"""Turn a text file into an article of the corpus.

Flow: a file of the author's -> here -> `corpus/articles/<slug>.md` -> the index.
The article is written whole or not at all; the same file imported again updates it.
"""

import itertools
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import frontmatter

from coach.errors import CorpusError, ImportRefusedError
from coach.library.corpus import Corpus, read_document
from coach.library.front_matter import load_yaml
from coach.library.markdown import anchor_of, internal_links, split_sections, unlink
from coach.schema import Article, Topic

__all__ = ["ImportReport", "import_file"]

MAX_BYTES = 1_000_000
MAX_TITLE_CHARS = 200
MAX_HEADING_WORDS = 10
MAX_SUMMARY_CHARS = 200
SUFFIXES = {".txt", ".text", ".md", ".markdown"}


@dataclass(frozen=True)
class ImportReport:
    """What an import took and what it left.

    Attributes:
        path: The article in the corpus.
        outcome: `new`, `updated` or `unchanged`.
        left_out: The first words of each piece of site furniture that was left out.
    """

    path: Path
    article: Article
    outcome: str
    left_out: tuple[str, ...]

    @property
    def words(self) -> int:
        """The number of words of the article."""
        return sum(len(section.text.split()) for section in self.article.sections)


def import_file(
    path: Path,
    corpus: Corpus,
    folder: Path,
    *,
    slug: str | None = None,
    author: str | None = None,
    dry_run: bool = False,
) -> ImportReport:
    """Make an article of a text or Markdown file.

    The first line is the title; short lines that stand alone are headings. Sections
    are labelled with the topics whose names they hold.

    Args:
        path: The file, as the author has it.
        corpus: The corpus as it is; its topics label the sections.
        folder: The corpus folder to write to.
        slug: The article's slug; the file's name if None.
        author: Who wrote it; unknown if None.
        dry_run: Report only.

    Raises:
        ImportRefusedError: The file cannot become an article; the corpus is as it was.
    """
    blocks, left_out, series = _without_furniture(_blocks(_read(path)))
    slug = anchor_of(slug or path.stem)
    if not re.fullmatch(r"[a-z0-9-]{1,100}", slug):
        raise ImportRefusedError(
            path, None, f"{slug!r} cannot be an address; choose another with --slug"
        )
    title, blocks = _title_and_rest(path, blocks)
    body = _without_dead_links(_body(blocks, corpus.topics), corpus, slug)
    sections = split_sections(body)
    if not sections:
        raise ImportRefusedError(path, None, "needs a title line and some text under it")
    target = folder / "articles" / f"{slug}.md"
    before = _article_before(path, target, corpus, slug)
    named = {topic for section in sections for topic in section.topics}
    values: dict[str, Any] = {
        "slug": slug,
        "title": title,
        "author": author or (before.author if before else "Unknown author"),
        "date": before.date if before else _date_of(path),
        "summary": _summary(sections[0].text),
        "topics": [topic.id for topic in corpus.topics if topic.id in named],
        "series": series or (before.series if before else None),
        "part": before.part if before else None,
        "source": path.name,
    }
    text = frontmatter.dumps(frontmatter.Post(body, **values), sort_keys=False) + "\n"
    old = target.read_text(encoding="utf-8") if target.is_file() else None
    outcome = "new" if old is None else "unchanged" if old == text else "updated"
    article = _write(path, text, target, dry_run=dry_run)
    return ImportReport(target, article, outcome, tuple(left_out))


def _read(path: Path) -> str:
    """Return the file's text; refuse what is no text or has no business here."""
    if path.suffix.lower() not in SUFFIXES:
        raise ImportRefusedError(
            path, None, f"cannot be imported; use {', '.join(sorted(SUFFIXES))}"
        )
    try:
        if not path.is_file():
            reason = "is no file" if path.exists() else "is not there"
            raise ImportRefusedError(path, None, f"{reason}; name a text file")
        if (size := path.stat().st_size) > MAX_BYTES:
            raise ImportRefusedError(
                path, None, f"has {size:,} bytes, more than the {MAX_BYTES:,} that a post may have"
            )
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ImportRefusedError(path, None, "is no UTF-8 text; save it as UTF-8") from None
    except OSError as error:
        raise ImportRefusedError(path, None, f"cannot be read: {error.strerror}") from None
    if re.search(r"[\x00-\x08\x0e-\x1f]", text):
        raise ImportRefusedError(path, None, "is no text (it holds control characters)")
    return text


def _blocks(text: str) -> list[str]:
    """Return what stands between blank lines, with list marks as Markdown has them."""
    plain = re.sub(r"(?m)^[ \t]*[•‣◦·*][ \t]+", "- ", text)
    plain = re.sub(r"(?m)^[ \t]+(\d+)[.)][ \t]+", r"\1. ", plain)
    plain = re.sub(r"(?m)^ {0,3}(#{1,6}[ \t].*)$", r"\n\1\n", plain)
    return [block.strip() for block in re.split(r"\n[ \t]*\n", plain) if block.strip()]


def _without_furniture(blocks: list[str]) -> tuple[list[str], list[str], str | None]:
    """Return the post's blocks, the beginnings of what is left out, and the series named."""
    rules = _furniture()
    kept: list[str] = []
    left: list[str] = []
    series: str | None = None
    for number, block in enumerate(blocks):
        series = series or _first_group(rules["series"], block)
        if any(re.fullmatch(rule, block, re.IGNORECASE) for rule in rules["ends"]):
            left += blocks[number:]
            break
        if any(re.search(rule, block, re.IGNORECASE) for rule in rules["paragraphs"]):
            left.append(block)
        else:
            kept.append(block)
    return kept, [" ".join(block.split()[:8]) for block in left], series


def _title_and_rest(path: Path, blocks: Sequence[str]) -> tuple[str, list[str]]:
    """Return the first line, which is the title, and the blocks under it."""
    first, _, rest = (blocks[0] if blocks else "").partition("\n")
    title = first.strip("# \t")
    if not re.search(r"\w", title) or len(title) > MAX_TITLE_CHARS:
        raise ImportRefusedError(
            path, 1, f"must begin with a title of at most {MAX_TITLE_CHARS} characters"
        )
    return title, [*([rest] if rest else []), *blocks[1:]]


def _without_dead_links(body: str, corpus: Corpus, slug: str) -> str:
    """Return the body with links that lead nowhere in the corpus reduced to their words."""
    while dead := {
        target
        for target, _ in internal_links(body)
        if target.partition("#")[0] == slug or not corpus.resolves(target)
    }:
        body = unlink(body, dead)
    return body


def _body(blocks: Sequence[str], topics: Sequence[Topic]) -> str:
    """Return the Markdown of the article, its headings labelled with topics."""
    return "\n\n".join(_labelled(list(_with_headings(blocks)), topics))


def _with_headings(blocks: Sequence[str]) -> Iterator[str]:
    for number, block in enumerate(blocks):
        yield f"## {block}" if _is_heading(block) and number + 1 < len(blocks) else block


def _is_heading(block: str) -> bool:
    return (
        "\n" not in block
        and len(block.split()) <= MAX_HEADING_WORDS
        and block[0].isupper()
        and not re.search(r"[.?!:;,…\"”]$", block)
    )


def _labelled(blocks: list[str], topics: Sequence[Topic]) -> Iterator[str]:
    starts = [n for n, block in enumerate(blocks) if re.match(r"#{2,3}[ \t]", block)]
    starts.append(len(blocks))
    yield from blocks[: starts[0]]
    for start, end in itertools.pairwise(starts):
        text = " ".join(blocks[start:end]).lower()
        found = [
            t.id for t in topics if any(re.search(rf"\b{re.escape(n)}\b", text) for n in t.names)
        ]
        classes = " ".join(f".{topic}" for topic in found)
        heading = _without_attributes(blocks[start])
        yield f"{heading} {{{classes}}}" if found else heading
        yield from blocks[start + 1 : end]


def _without_attributes(heading: str) -> str:
    """Return a heading's line without the attributes and the marks that close it."""
    heading = heading.rstrip().rstrip("#").rstrip()
    while heading.endswith("}"):
        opening = max(heading.rfind("{"), 0)
        if heading[opening] != "{" or "}" in heading[opening:-1]:
            break
        heading = heading[:opening].rstrip()
    return heading


def _summary(text: str) -> str:
    words = " ".join(text.split())
    if len(words) <= MAX_SUMMARY_CHARS:
        return words
    return words[: MAX_SUMMARY_CHARS - 1].rsplit(" ", 1)[0] + "…"


def _article_before(path: Path, target: Path, corpus: Corpus, slug: str) -> Article | None:
    """Return the article that this file became when it was imported before."""
    document = corpus.document(slug)
    if document is None:
        if target.exists():
            raise ImportRefusedError(path, None, f"{target} is in the way; choose another --slug")
        return None
    if isinstance(document, Article) and document.source == path.name and target.is_file():
        return document
    raise ImportRefusedError(path, None, f"the slug {slug!r} is taken; choose another with --slug")


def _date_of(path: Path) -> date:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).date()


def _write(path: Path, text: str, target: Path, *, dry_run: bool) -> Article:
    """Check the article as the corpus will read it, then put it in place in one step."""
    try:
        if not dry_run:
            target.parent.mkdir(parents=True, exist_ok=True)
        beside = None if dry_run else target.parent
        with tempfile.TemporaryDirectory(prefix=".import-", dir=beside) as scratch:
            draft = Path(scratch) / target.name
            draft.write_text(text, encoding="utf-8")
            article = read_document(draft, Article)
            if not isinstance(article, Article):
                raise ImportRefusedError(path, None, "did not become an article")
            if not dry_run:
                draft.replace(target)
    except CorpusError as error:
        raise ImportRefusedError(path, None, error.reason) from None
    except OSError as error:
        raise ImportRefusedError(path, None, f"cannot be written: {error.strerror}") from None
    return article


@cache
def _furniture() -> dict[str, list[str]]:
    rules: dict[str, list[str]] = load_yaml(Path(__file__).with_name("furniture.yaml"))
    return rules


def _first_group(rules: Sequence[str], text: str) -> str | None:
    found = (re.search(rule, text, re.IGNORECASE) for rule in rules)
    return next((match[1].strip().capitalize() for match in found if match), None)
