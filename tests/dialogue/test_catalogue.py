"""What is asked of the practices as such, and what is said of them."""

import pytest

from coach.dialogue.conversation import Conversation
from coach.schema import Company, Reply
from tests.dialogue.talks import talk


def last(conversation: Conversation, *said: str) -> Reply:
    """Return the last reply of a talk."""
    return talk(conversation, *said)[-1]


def test_every_practice_is_named_with_its_minutes(conversation: Conversation) -> None:
    asked = "Which practices are there exactly, and how long does each one take?"
    reply = last(conversation, asked)
    assert reply.kind == "practice"
    lines = [line for line in reply.text.splitlines() if line.startswith("- ")]
    for practice in conversation.corpus.practices:
        (line,) = [line for line in lines if practice.title in line]
        assert line.startswith(f"- {practice.minutes} minutes:")
    assert len(reply.options) == 5


def test_one_of_those_named_is_asked_after_by_its_place_and_begun(
    conversation: Conversation,
) -> None:
    second = sorted(conversation.corpus.practices, key=lambda p: (p.minutes, p.id))[1]
    said = ["what practices do you have?", "how long does the second one take?"]
    reply = last(conversation, *said)
    assert f"{second.minutes} minutes" in reply.text
    assert f"{len(second.steps)} steps" in reply.text
    begun = last(conversation, *said, "yes please").practice
    assert begun is not None
    assert (begun.id, begun.step) == (second.id, 1)


def test_two_practices_stand_side_by_side_in_the_order_of_the_question(
    conversation: Conversation,
) -> None:
    reply = last(
        conversation,
        'What is the difference between "Savouring a small contact" and "One question deeper"?',
    )
    assert [c.article for c in reply.citations] == [
        "savouring-a-small-contact",
        "one-question-deeper",
    ]
    for cited in reply.citations:
        practice = conversation.corpus.practice(cited.article)
        assert practice is not None
        assert cited.quote == practice.summary
        assert cited.quote in reply.text


def test_those_that_need_nobody_are_named_and_no_others(conversation: Conversation) -> None:
    reply = last(conversation, "which practice suits someone who lives alone and works nights")
    for practice in conversation.corpus.practices:
        assert (practice.title in reply.text) is (practice.company is not Company.SOMEONE)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Does deep listening need another person?", "another person"),
        ("Does paced breathing need somebody else?", "alone"),
    ],
)
def test_whether_one_needs_somebody_is_said_plainly(
    conversation: Conversation, said: str, expected: str
) -> None:
    assert expected in last(conversation, said).text


@pytest.mark.parametrize(
    "said",
    [
        "how long should I wait before I text her?",
        "My mother died. How long does it take to get over it?",
        "I live alone and I need nobody, or so I say.",
        "My physio is strict. I do all my exercises, and nobody rings.",
        "What difference does it make, nobody cares",
        "I want to have a good ending with my brother before he emigrates.",
        "The physio will give me an exercise for my knee.",
        "Thanks. I'll do paced breathing tomorrow before it.",
        "I feel so alone in the evenings. How long does the last one take?",
    ],
)
def test_what_is_asked_of_a_life_is_not_taken_for_a_question_of_practices(
    conversation: Conversation, said: str
) -> None:
    assert last(conversation, said).kind != "practice"


@pytest.mark.parametrize(
    "said",
    [
        "Let us do one to the end. The five senses one, though it sounds a bit silly.",
        "Grounding with five senses, please. Step by step.",
    ],
)
def test_a_practice_that_is_asked_for_by_name_begins(conversation: Conversation, said: str) -> None:
    practice = last(conversation, "I feel tense tonight.", said).practice
    assert practice is not None
    assert (practice.id, practice.step) == ("grounding-five-senses", 1)


def test_after_the_last_step_no_next_one_is_promised(conversation: Conversation) -> None:
    steps = ["Guide me through the two-minute check-in", *["next"] * 4]
    reply = last(conversation, *steps)
    assert reply.practice is not None
    assert reply.practice.step == reply.practice.steps
    assert "next" not in reply.text.lower()
    assert last(conversation, *steps, "done").practice is None


def test_what_a_page_rests_on_is_said_where_it_names_no_study(conversation: Conversation) -> None:
    reply = last(
        conversation,
        "I dread Sundays, they are so long. What does your author say?",
        "What is it based on, though? Is there any research behind it?",
    )
    assert [citation.article for citation in reply.citations] == ["long-sundays"]
    assert any(word in reply.text for word in ("study", "evidence", "figures", "source", "numbers"))


def test_what_is_told_beside_a_yes_is_not_passed_over(conversation: Conversation) -> None:
    said = [
        "I am tense tonight.",
        "give me a breathing exercise",
        "yeah go on then. also i rang beth",
    ]
    reply = last(conversation, *said)
    assert reply.practice is not None
    assert reply.text.startswith("You rang beth.")
