"""Cut the documents of the corpus into the chunks that are embedded and searched.

Flow: `library.corpus` -> here -> `index.build`.  A section is one chunk as long as
the model can read it whole; longer ones are cut between paragraphs, then sentences.
"""

import hashlib
from collections.abc import Iterator, Mapping

from langchain_text_splitters import RecursiveCharacterTextSplitter

from coach.library import Corpus
from coach.schema import Article, Chunk, Document, Section

__all__ = ["corpus_chunks", "section_chunks"]

MAX_CHARS = 1_100
"""About 256 tokens of English, the most that the packaged model is given."""


def corpus_chunks(corpus: Corpus, *, max_chars: int = MAX_CHARS) -> list[Chunk]:
    """Return all chunks in the order of the corpus; equal text gives equal chunks."""
    splitter = _splitter(max_chars)
    wider = {topic.id: topic.within for topic in corpus.topics if topic.within}
    return [
        chunk
        for document in corpus.searched
        for section in document.sections
        for chunk in _section_chunks(document, section, wider, splitter)
    ]


def section_chunks(document: Document, section: Section) -> list[Chunk]:
    """Return the chunks of one section, which search does not find."""
    return list(_section_chunks(document, section, {}, _splitter(MAX_CHARS)))


def _splitter(max_chars: int) -> RecursiveCharacterTextSplitter:
    return RecursiveCharacterTextSplitter(
        chunk_size=max_chars,
        chunk_overlap=0,
        separators=["\n\n", "\n", ". ", " "],
        keep_separator="end",
    )


def _section_chunks(
    document: Document,
    section: Section,
    wider: Mapping[str, str],
    splitter: RecursiveCharacterTextSplitter,
) -> Iterator[Chunk]:
    topics = section.topics or document.topics
    within = dict.fromkeys(wider[topic] for topic in topics if topic in wider)
    # A piece that a section says twice is one chunk: its id would be the same.
    for text in dict.fromkeys(splitter.split_text(section.text)):
        digest = hashlib.sha256(f"{document.title}\0{section.heading}\0{text}".encode())
        yield Chunk(
            id=f"{document.slug}#{section.anchor}-{digest.hexdigest()[:12]}",
            slug=document.slug,
            kind="article" if isinstance(document, Article) else "practice",
            title=document.title,
            section=section.heading,
            anchor=section.anchor,
            aspect=section.aspect,
            topics=topics,
            within=tuple(theme for theme in within if theme not in topics),
            text=text,
            url=_web_address(document),
        )


def _web_address(document: Document) -> str | None:
    source = document.source if isinstance(document, Article) else None
    return source if source and source.startswith(("https://", "http://")) else None
