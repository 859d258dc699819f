"""The corpus: everything that an author wrote, read and validated.

Flow: `library.front_matter`, `library.markdown` -> here -> `index.build`, `web`.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from coach.errors import CorpusError
from coach.library.front_matter import FrontMatter, load_yaml, read_front_matter, read_text
from coach.library.markdown import internal_links, split_sections
from coach.schema import Article, Document, Practice, Section, Topic

__all__ = ["Corpus", "load_corpus", "read_corpus", "read_document"]

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_TOPICS = TypeAdapter(tuple[Topic, ...])
"""Of `topics.yaml`; the questions of each stand in a file of their own."""


@dataclass(frozen=True)
class Corpus:
    """All documents and topics, in the order of series and title."""

    topics: tuple[Topic, ...]
    articles: tuple[Article, ...]
    practices: tuple[Practice, ...]
    digest: str
    """SHA-256 over the files; two corpora with the same digest are the same."""

    @property
    def documents(self) -> tuple[Document, ...]:
        """Articles, then practices."""
        return (*self.articles, *self.practices)

    @cached_property
    def _by_slug(self) -> Mapping[str, Document]:
        return {document.slug: document for document in self.documents}

    @property
    def searched(self) -> tuple[Document, ...]:
        """What search finds: all but the articles whose sections answer one question each."""
        unfound = {article.slug for article in self.articles if not article.searched}
        return tuple(one for one in self.documents if one.slug not in unfound)

    def document(self, slug: str) -> Document | None:
        """Return the article or practice of that slug, if there is one."""
        return self._by_slug.get(slug)

    def practice(self, practice_id: str) -> Practice | None:
        """Return the practice of that id, if there is one."""
        found = self._by_slug.get(practice_id)
        return found if isinstance(found, Practice) else None

    def resolves(self, target: str) -> bool:
        """Say whether a link of the form `slug` or `slug#anchor` leads somewhere."""
        slug, _, anchor = target.partition("#")
        return self.document(slug) is not None and (not anchor or self.section(target) is not None)

    def section(self, target: str) -> tuple[Document, Section] | None:
        """Return the section of the form `slug#anchor` with its document, if there is one."""
        slug, _, anchor = target.partition("#")
        document = self.document(slug)
        sections = document.sections if document else ()
        found = next((section for section in sections if section.anchor == anchor), None)
        return (document, found) if document and found else None


def load_corpus(folder: Path) -> Corpus:
    """Return the corpus under `folder`.

    Raises:
        CorpusError: The first thing that is wrong; `coach corpus check` shows all.
    """
    corpus, problems = read_corpus(folder)
    if problems:
        raise problems[0]
    return corpus


def read_corpus(folder: Path) -> tuple[Corpus, list[CorpusError]]:
    """Return what could be read of a corpus, and everything that is wrong with it."""
    topics, digest, problems = _read_topics(folder)
    known = {topic.id for topic in topics}

    articles: list[Article] = []
    practices: list[Practice] = []
    where: dict[str, Path] = {}
    heads: dict[str, FrontMatter] = {}
    for kind, collected in (("articles", articles), ("practices", practices)):
        for path in sorted((folder / kind).glob("*.md")):
            try:
                if not path.resolve().is_relative_to(folder.resolve()):
                    raise CorpusError(path, None, "leads outside the corpus; copy the file instead")
                head = read_front_matter(path)
                document = _document(path, head, Article if kind == "articles" else Practice)
            except CorpusError as error:
                problems.append(error)
                continue
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
            if document.slug in where:
                first = where[document.slug].name
                key = "slug" if kind == "articles" else "id"
                problems.append(
                    CorpusError(path, head.lines[key], f"{document.slug!r} is taken by {first}")
                )
                continue
            where[document.slug] = path
            heads[document.slug] = head
            problems.extend(_unknown_topics(path, head, document, known))
            collected.append(document)  # type: ignore[arg-type]  # by `kind`, just above

    articles.sort(key=lambda a: (a.series or "", a.part or 0, a.title))
    corpus = Corpus(topics, tuple(articles), tuple(practices), digest.hexdigest())
    for document in corpus.documents:
        problems.extend(_dead_links(where[document.slug], heads[document.slug], document, corpus))
    if not corpus.documents and not problems:
        problems.append(
            CorpusError(folder, None, "no articles or practices; add one, or import it")
        )
    return corpus, problems


def _read_topics(folder: Path) -> tuple[tuple[Topic, ...], "hashlib._Hash", list[CorpusError]]:
    """Return the topics with their questions, a digest over their files, and what is wrong."""
    file = folder / "topics.yaml"
    digest = hashlib.sha256(file.read_bytes() if file.is_file() else b"")
    try:
        topics = _TOPICS.validate_python(load_yaml(file))
    except CorpusError as error:
        return (), digest, [error]
    except ValidationError as error:
        return (), digest, [CorpusError(file, None, _first_reason(error))]
    known = {topic.id for topic in topics}
    problems = [
        CorpusError(file, None, f"{topic.id}: it is within {topic.within!r}, which is no topic")
        for topic in topics
        if topic.within is not None and topic.within not in known
    ]
    questions: dict[str, tuple[str, ...]] = {}
    for path in sorted((folder / "questions").glob("*.txt")):
        try:
            text = read_text(path)
        except CorpusError as error:
            problems.append(error)
            continue
        digest.update(path.name.encode() + b"\0" + text.encode() + b"\0")
        questions[path.stem] = tuple(line.strip() for line in text.split("\n") if line.strip())
        if path.stem not in known:
            problems.append(CorpusError(path, None, f"{path.stem!r} is no topic of topics.yaml"))
    asked = (t.model_copy(update={"questions": questions.get(t.id, ())}) for t in topics)
    return tuple(asked), digest, problems


def read_document(path: Path, kind: type[Article | Practice]) -> Document:
    """Return one file as the article or practice that it is.

    Raises:
        CorpusError: The file is wrong; says where.
    """
    return _document(path, read_front_matter(path), kind)


def _document(path: Path, head: FrontMatter, kind: type[Article | Practice]) -> Document:
    """Validate one file against its schema."""
    if "sections" in head.values:
        raise CorpusError(path, head.lines["sections"], "sections: the headings make them")
    sections = split_sections(head.body, head.body_line)
    name = "slug" if kind is Article else "id"
    values: dict[str, Any] = {**head.values, "sections": sections}
    try:
        document = kind.model_validate(values)
    except ValidationError as error:
        place = str(error.errors()[0]["loc"][0])
        raise CorpusError(path, head.lines.get(place, 1), _first_reason(error)) from None
    if not _SLUG.fullmatch(document.slug):
        raise CorpusError(
            path, head.lines[name], f"{name}: use lower-case letters, digits and hyphens only"
        )
    if not sections:
        raise CorpusError(path, head.body_line, "there is no text after the front matter")
    if isinstance(document, Practice) and not document.steps:
        raise CorpusError(path, head.lines["steps"], "steps: a practice needs one step or more")
    return document


def _unknown_topics(
    path: Path, head: FrontMatter, document: Document, known: set[str]
) -> Iterable[CorpusError]:
    places: list[tuple[int, tuple[str, ...]]] = [(head.lines["topics"], document.topics)]
    places += [(section.line, section.topics) for section in document.sections]
    for line, topics in places:
        for topic in topics:
            if topic not in known:
                yield CorpusError(path, line, f"unknown topic {topic!r}; add it to topics.yaml")


def _dead_links(
    path: Path, head: FrontMatter, document: Document, corpus: Corpus
) -> Iterable[CorpusError]:
    for target, line in internal_links(head.body):
        if not corpus.resolves(target):
            yield CorpusError(path, head.body_line + line, f"dead link {target!r}")
    for number, step in enumerate(document.steps if isinstance(document, Practice) else ()):
        for target, _ in internal_links(f"{step.say}\n{step.question or ''}"):
            if not corpus.resolves(target):
                reason = f"steps.{number}: dead link {target!r}"
                yield CorpusError(path, head.lines["steps"], reason)


def _first_reason(error: ValidationError) -> str:
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place}: {first['msg'][:1].lower()}{first['msg'][1:]}"
