"""The values that travel: frozen, strict, and private where they must be."""

import json
from datetime import date

import pytest
from pydantic import ValidationError

from coach.schema import (
    Article,
    Aspect,
    Chunk,
    Citation,
    Level,
    Message,
    Practice,
    PracticePosition,
    Reply,
    Resource,
    Risk,
    Section,
    Step,
)

SECTION = Section(heading="Then", anchor="then", text="Text.")


def test_values_cannot_be_changed() -> None:
    message = Message(role="user", content="hello")
    with pytest.raises(ValidationError):
        message.content = "goodbye"  # type: ignore[misc]


@pytest.mark.parametrize("value", [Message, Reply, Risk, Chunk, Article, Practice, Resource])
def test_unknown_fields_are_refused(value: type[Message]) -> None:
    with pytest.raises(ValidationError) as caught:
        value.model_validate({"colour": "red"})
    assert ("extra_forbidden", ("colour",)) in [
        (error["type"], error["loc"]) for error in caught.value.errors()
    ]


@pytest.mark.parametrize("role", ["system", "tool", "", "User"])
def test_only_a_person_and_the_coach_speak(role: str) -> None:
    with pytest.raises(ValidationError):
        Message.model_validate({"role": role, "content": "hello"})


def test_levels_are_ranked() -> None:
    assert sorted(Level, key=lambda level: level.rank) == [
        Level.NONE,
        Level.CONCERN,
        Level.CRISIS,
    ]


def test_why_a_risk_was_seen_never_leaves_in_a_reply() -> None:
    risk = Risk(level=Level.CRISIS, categories=("suicide",), why=("pattern: secret words",))
    reply = Reply(text="Here.", kind="crisis", risk=risk)
    assert "why" not in reply.model_dump()["risk"]
    assert "secret words" not in reply.model_dump_json()


def test_the_json_of_a_reply_has_the_fields_of_the_contract() -> None:
    reply = Reply(
        text="One [1].",
        kind="practice",
        citations=(
            Citation(n=1, article="a", title="A", section="S", topics=("t",), quote="One."),
        ),
        practice=PracticePosition(id="p", step=1, steps=3),
        resources=(Resource(name="Line", call="116 123"),),
        options=("More",),
        timings_ms={"total": 1.5},
    )
    data = json.loads(reply.model_dump_json())
    assert list(data) == [
        "text",
        "kind",
        "risk",
        "citations",
        "practice",
        "resources",
        "options",
        "timings_ms",
    ]
    assert list(data["citations"][0]) == [
        "n",
        "article",
        "title",
        "section",
        "topics",
        "quote",
        "url",
    ]
    assert data["risk"] == {"level": "none", "categories": []}
    assert Reply.model_validate_json(reply.model_dump_json()) == reply


def test_a_reply_has_one_of_the_known_kinds() -> None:
    with pytest.raises(ValidationError):
        Reply.model_validate({"text": "x", "kind": "sermon"})


def test_a_practice_is_addressed_by_its_id() -> None:
    practice = Practice(
        title="P",
        topics=("t",),
        summary="S",
        sections=(SECTION,),
        id="p",
        minutes=5,
        steps=(Step(say="Breathe."),),
    )
    assert practice.slug == "p"
    assert "slug" not in practice.model_dump()


def test_silence_is_neither_negative_nor_endless() -> None:
    for pause in (-1, 601):
        with pytest.raises(ValidationError):
            Step(say="Wait.", pause=pause)


def test_an_article_needs_no_series() -> None:
    article = Article(
        title="A",
        topics=(),
        summary="S",
        sections=(SECTION,),
        slug="a",
        author="B",
        date=date(2026, 9, 14),
    )
    assert (article.series, article.part, article.source) == (None, None, None)


def test_the_aspects_are_those_that_headings_may_carry() -> None:
    assert [a.value for a in Aspect] == ["what", "why", "how", "when", "hard", "example", "beyond"]
