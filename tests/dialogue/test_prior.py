"""What a conversation adds to the score of each passage."""

import pytest

from coach.dialogue.prior import STRENGTHS, Prior
from coach.dialogue.understood import Act, Understood
from coach.index.chunks import corpus_chunks
from coach.library import Corpus
from coach.schema import Aspect, Chunk


@pytest.fixture(scope="module")
def chunks(corpus: Corpus) -> list[Chunk]:
    return corpus_chunks(corpus)


def test_a_message_that_says_nothing_moves_only_the_scenes(chunks: list[Chunk]) -> None:
    gained = Prior(chunks).of(Understood(Act.QUESTION))
    divided = {chunk.slug for chunk in chunks if chunk.aspect is not None}
    scenes = [chunk.aspect is None and chunk.slug in divided for chunk in chunks]
    assert any(scenes)
    assert gained.tolist() == [STRENGTHS.aside if scene else 0.0 for scene in scenes]


def test_topic_aspect_and_document_add_up(chunks: list[Chunk]) -> None:
    at, how = next((i, c) for i, c in enumerate(chunks) if c.aspect is Aspect.HOW and c.topics)
    understood = Understood(
        Act.QUESTION, topics=frozenset(how.topics), aspect=Aspect.HOW, subject=how.slug
    )
    gained = Prior(chunks).of(understood)
    assert gained[at] == STRENGTHS.topic + STRENGTHS.aspect + STRENGTHS.subject
    assert gained[at] == gained.max()


def test_a_message_leans_to_the_passages_of_its_topics(chunks: list[Chunk]) -> None:
    topic = chunks[0].topics[0]
    gained = Prior(chunks).of(Understood(Act.STORY, leaning={topic: 3.0}))
    plain = Prior(chunks).of(Understood(Act.STORY))
    about = [topic in chunk.topics for chunk in chunks]
    moved = [bool(one > other) for one, other in zip(gained, plain, strict=True)]
    assert moved == [a or not chunk.topics for a, chunk in zip(about, chunks, strict=True)]
