"""Measure a corpus: how much there is, what is missing, what stands there twice.

Flow: `library.corpus` -> here -> `coach corpus stats`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from coach.library.corpus import Corpus
from coach.library.markdown import plain
from coach.schema import Aspect, Document

__all__ = ["Count", "Coverage", "Statistics", "Twins", "measure"]

ALIKE = 80
"""Per cent from which two paragraphs count as nearly the same."""
FEWEST_WORDS = 8
"""Shorter paragraphs are alike by chance."""
_BEGINNING = 12


@dataclass(frozen=True)
class Count:
    """How much there is of a kind of document."""

    documents: int
    words: int
    sections: int


@dataclass(frozen=True)
class Coverage:
    """What there is on a topic; `missing` names the aspects that no section is for."""

    id: str
    documents: int
    sections: int
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Twins:
    """Two paragraphs that say nearly the same in nearly the same words."""

    one: str
    other: str
    beginning: str
    alike: int
    """Per cent."""


@dataclass(frozen=True)
class Statistics:
    """What `coach corpus stats` shows."""

    counts: dict[str, Count]
    topics: tuple[Coverage, ...]
    twins: tuple[Twins, ...]


def measure(corpus: Corpus) -> Statistics:
    """Return the statistics of a corpus; twins are sorted by likeness."""
    return Statistics(
        counts={
            "articles": _count(corpus.articles),
            "practices": _count(corpus.practices),
        },
        topics=tuple(_coverage(corpus)),
        twins=tuple(sorted(_twins(corpus), key=lambda twins: -twins.alike)),
    )


def _count(documents: Sequence[Document]) -> Count:
    sections = [section for document in documents for section in document.sections]
    words = sum(len(plain(section.text).split()) for section in sections)
    return Count(len(documents), words, len(sections))


def _coverage(corpus: Corpus) -> Iterator[Coverage]:
    labelled = [
        (document.slug, section.topics or document.topics, section.aspect)
        for document in corpus.documents
        for section in document.sections
    ]
    for topic in corpus.topics:
        about = [(slug, aspect) for slug, topics, aspect in labelled if topic.id in topics]
        there = {aspect for _, aspect in about}
        yield Coverage(
            id=topic.id,
            documents=len({slug for slug, _ in about}),
            sections=len(about),
            missing=tuple(aspect.value for aspect in Aspect if aspect not in there),
        )


def _twins(corpus: Corpus) -> Iterator[Twins]:
    paragraphs = [
        (f"{document.slug}#{section.anchor}", " ".join(plain(block).split()))
        for document in corpus.documents
        for section in document.sections
        for block in section.text.split("\n\n")
        if len(block.split()) >= FEWEST_WORDS
    ]
    texts = [text for _, text in paragraphs]
    alike = process.cdist(texts, texts, scorer=fuzz.ratio, score_cutoff=ALIKE, workers=-1)
    for i, j in zip(*alike.nonzero(), strict=True):
        if i < j:
            beginning = " ".join(texts[i].split()[:_BEGINNING])
            yield Twins(paragraphs[i][0], paragraphs[j][0], beginning, round(float(alike[i, j])))
