"""The crisis path: what is said, in which order, and never twice."""

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from coach.errors import CorpusError
from coach.safety.check import check
from coach.safety.crisis import CrisisPath
from coach.safety.helplines import Helplines
from coach.safety.reader import Judged
from coach.safety.wordings import was_said
from coach.schema import Level, Message, Risk
from tests.safety.conftest import CORPUS, CalmReader

GROUPS = [
    ("suicide",),
    ("self_harm",),
    ("abuse",),
    ("harm_to_others",),
    ("medical_emergency",),
    ("third_party", "suicide"),
    ("minor",),
    ("suicide", "minor"),
    (),
]
REGIONS = ["GB", "US", "AU", "DE", "NL", None]
AI = re.compile(r"\b(?:an AI|a program|computer program)\b")
NO_PERSON = re.compile(r"no person|nobody|no one")


def crisis(*categories: str) -> Risk:
    return Risk(level=Level.CRISIS, categories=categories)


def talk(path: CrisisPath, helplines: Helplines, *said: str, risk: Risk | None = None) -> list[str]:
    """Return the path's replies to what was said, one each."""
    messages: list[Message] = []
    risk = risk or crisis("suicide")
    resources = helplines.for_region("GB", categories=risk.categories)
    for words in said:
        messages.append(Message(role="user", content=words))
        reply, _ = path.reply(risk, messages, resources)
        messages.append(Message(role="assistant", content=reply))
    return [m.content for m in messages if m.role == "assistant"]


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("categories", GROUPS)
def test_a_first_reply_keeps_the_limits(
    path: CrisisPath, helplines: Helplines, categories: tuple[str, ...], region: str | None
) -> None:
    resources = helplines.for_region(region, categories=categories)
    for first in ("I can't any more", "help", "it happened again", "what do I do", "hello"):
        message = Message(role="user", content=first)
        reply, _ = path.reply(crisis(*categories), [message], resources)
        assert len(reply.split()) <= 90
        assert reply.count("?") == 1
        assert "{" not in reply
        assert AI.search(reply)
        assert NO_PERSON.search(reply)
        assert all(check(s) is None for s in re.split(r"(?<=[.?!])\s+", reply))


def test_the_first_reply_to_suicide_asks_directly_and_gives_lines(
    path: CrisisPath, helplines: Helplines
) -> None:
    (reply,) = talk(path, helplines, "I don't want to be here anymore")
    assert re.search(r"kill(?:ing)? yourself|ending your life", reply)
    assert "116 123" in reply
    assert "85258" in reply


def test_every_wording_keeps_the_limits(path: CrisisPath) -> None:
    for words in path.sentences():
        assert len(words.split()) <= 70
        # What somebody may ask another stands in quotes, and is no question of the coach.
        assert re.sub(r'"[^"]*"', "", words).count("?") <= 1


def test_yes_is_followed_by_a_question_about_a_plan(path: CrisisPath, helplines: Helplines) -> None:
    _, second = talk(path, helplines, "I want to die", "yes")
    assert re.search(r"plan|how or when|preparations|chosen a time", second)


@pytest.mark.parametrize("answer", ["I have pills next to me", "There is a plan", "tonight", "yes"])
def test_a_plan_is_followed_by_the_emergency_number_and_distance(
    path: CrisisPath, helplines: Helplines, answer: str
) -> None:
    replies = talk(path, helplines, "I want to die", "yes", answer)
    assert "999" in replies[-1]


def test_no_plan_is_followed_by_a_line_a_professional_and_a_person(
    path: CrisisPath, helplines: Helplines
) -> None:
    replies = talk(path, helplines, "I want to die", "yes", "no plan")
    assert "116 123" in replies[-1]
    assert re.search(r"doctor|therapist|counsellor|professional|trained", replies[-1])


def test_a_denial_is_accepted(path: CrisisPath, helplines: Helplines) -> None:
    replies = talk(path, helplines, "everyone would be better off", "no")
    assert "killing yourself" not in replies[-1]
    assert re.search(r"take that as you say it|believe you|Good to know", replies[-1])


def test_after_a_denial_new_danger_is_asked_about_again(
    path: CrisisPath, helplines: Helplines
) -> None:
    replies = talk(path, helplines, "everyone would be better off", "no", "I want to die")
    assert replies[-1] not in replies[:-1]
    assert "?" in replies[-1]
    assert re.search(r"killing yourself|ending your life|dying", replies[-1])


@pytest.mark.parametrize(
    ("barrier", "words"),
    [
        ("no one can help me", r"help"),
        ("please don't tell anyone", r"secrecy|one person|Telling"),
        ("no doctors, they'd lock me up", r"ask|afraid|fear|wary"),
        ("I can't afford therapy", r"Money|Therapy|paid"),
        ("I have no one", r"stranger|nobody|No one"),
        ("are you a real person?", r"AI|program"),
        ("I only want to talk to you", r"AI|voice|person"),
        ("I called and they hung up on me", r"second try|next person|queue"),
    ],
)
def test_a_barrier_gets_its_own_answer(
    path: CrisisPath, helplines: Helplines, barrier: str, words: str
) -> None:
    replies = talk(path, helplines, "I want to die", "sometimes", "no plan", barrier)
    assert re.search(words, replies[-1])


@pytest.mark.parametrize("categories", GROUPS)
def test_nothing_is_said_twice(
    path: CrisisPath, helplines: Helplines, categories: tuple[str, ...]
) -> None:
    said = ["help", "yes", "no plan", "no one can help", "I have no one", "hm", "still here", "ok"]
    replies = talk(path, helplines, *said, risk=crisis(*categories))
    assert len(set(replies)) == len(replies)


def test_the_same_messages_get_the_same_reply(path: CrisisPath, helplines: Helplines) -> None:
    said = ("I want to die", "yes", "no")
    assert talk(path, helplines, *said) == talk(path, helplines, *said)


def test_yes_to_the_question_of_a_concern_is_not_asked_again(
    path: CrisisPath, helplines: Helplines
) -> None:
    resources = helplines.for_region("GB")
    messages = [Message(role="user", content="everything feels hopeless")]
    concern = Risk(level=Level.CONCERN, categories=("hopelessness",))
    asked = path.concern_words(concern, messages, resources)
    messages += [Message(role="assistant", content=asked), Message(role="user", content="yes")]
    reply, _ = path.reply(crisis("suicide", "hopelessness"), messages, resources)
    assert "Are you thinking about" not in reply
    assert re.search(r"plan|how and when|within reach", reply)


def test_abuse_says_how_to_leave_the_page_and_nothing_about_couples(
    path: CrisisPath, helplines: Helplines
) -> None:
    replies = talk(path, helplines, "he hits me", "it's my fault", risk=crisis("abuse"))
    assert re.search(r"page", replies[0])
    assert "fault" in replies[0] or "their doing" in replies[0] or "right to hurt" in replies[0]
    assert not re.search(
        r"couples (?:therapy|counselling) (?:can|could|may) help", " ".join(replies)
    )


def test_a_medical_emergency_begins_with_the_number(path: CrisisPath, helplines: Helplines) -> None:
    risk = crisis("medical_emergency")
    messages = [Message(role="user", content="I took all my pills")]
    resources = helplines.for_region("DE", categories=risk.categories)
    reply, _ = path.reply(risk, messages, resources)
    assert "112" in reply.split(".")[0] or "112" in reply.split(".")[1]


@pytest.mark.parametrize(
    "answer", ["I'm fine really, it's no emergency", "i feel ok tbh", "we're all right"]
)
def test_feeling_fine_is_no_answer_to_a_medical_emergency(
    path: CrisisPath, helplines: Helplines, answer: str
) -> None:
    said = talk(path, helplines, "I took all my pills", answer, risk=crisis("medical_emergency"))
    assert "999" in said[1]
    assert not re.search(r"eased|in waves", said[1])


@pytest.mark.parametrize(
    "answer",
    ["I'm not okay", "it's not good", "I don't feel so good", "no emergency room near here"],
)
def test_who_is_not_well_is_not_heard_as_feeling_fine(
    path: CrisisPath, helplines: Helplines, answer: str
) -> None:
    said = talk(path, helplines, "I took all my pills", answer, risk=crisis("medical_emergency"))
    assert not re.search(
        r"[Ff]eel(?:ing)? (?:all right|okay)|may well be fine|agree with you", said[1]
    )


def test_the_path_holds_until_it_came_to_an_end(path: CrisisPath, helplines: Helplines) -> None:
    concern = Risk(level=Level.CONCERN, categories=("suicide",))
    first, denied = talk(path, helplines, "better off without me", "no")
    begun = [Message(role="user", content="x"), Message(role="assistant", content=first)]
    ended = [*begun, Message(role="user", content="no"), Message(role="assistant", content=denied)]
    later = Message(role="user", content="how do I do the practice?")
    assert path.holds(crisis("suicide"), [later])
    assert path.holds(concern, [*begun, later])
    assert not path.holds(concern, [*ended, later])
    assert not path.holds(Risk(), [*begun, later])


@pytest.mark.parametrize(
    "category",
    [
        "hopelessness",
        "eating",
        "psychosis",
        "substance",
        "panic",
        "past_risk",
        "abuse",
        "third_party",
        "minor",
    ],
)
def test_concern_is_named_with_one_question(
    path: CrisisPath, helplines: Helplines, category: str
) -> None:
    risk = Risk(level=Level.CONCERN, categories=(category,))
    message = Message(role="user", content="it is like that")
    words = path.concern_words(risk, [message], helplines.for_region("US"))
    assert words.count("?") == 1
    assert len(words.split()) <= 60
    assert "{" not in words


def test_concern_is_not_named_in_every_reply(path: CrisisPath) -> None:
    risk = Risk(level=Level.CONCERN, categories=("eating",))
    message = Message(role="user", content="I skip meals")
    words = path.concern_words(risk, [message])
    again = [message, Message(role="assistant", content=words), message]
    assert words
    assert path.concern_words(risk, again) == ""


def test_without_concern_nothing_is_said(path: CrisisPath) -> None:
    assert path.concern_words(Risk(), [Message(role="user", content="hello")]) == ""


def test_a_missing_path_is_named(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="shared"):
        CrisisPath(tmp_path)


class Knowing(CalmReader):
    """Knows the kinds of the answers that it was told."""

    def __init__(self, kinds: Mapping[str, set[str]]) -> None:
        super().__init__()
        self._kinds = kinds

    def read(self, messages: Sequence[str]) -> list[Judged]:
        calm = super().read(messages)
        return [
            replace(judged, answers=dict.fromkeys(self._kinds.get(message, ()), 1.0))
            for judged, message in zip(calm, messages, strict=True)
        ]


def step_of(path: CrisisPath, reply: str) -> set[str]:
    """Return the names of the steps whose words a reply holds."""
    return {
        name
        for route in path._paths.values()
        for name, step in route.steps.items()
        if any(was_said(words, [reply]) for words in step.wordings)
    }


@pytest.mark.parametrize(
    ("kinds", "step"),
    [
        ({"did_it"}, "did_it"),
        ({"named_person"}, "named_person"),
        ({"cost"}, "cost"),
        ({"shame"}, "shame"),
        ({"fear_police"}, "fear_police"),
        ({"no_help_works"}, "no_help"),
        ({"anger"}, "anger"),
        ({"silence"}, "silence"),
        ({"plan", "later"}, "dated"),
        ({"means"}, "imminent"),
    ],
)
def test_answers_are_taken_by_their_kind_in_whatever_words(
    helplines: Helplines, kinds: set[str], step: str
) -> None:
    path = CrisisPath(CORPUS / "crisis", Knowing({"zig zag zog": kinds}))
    replies = talk(path, helplines, "I want to die", "yes", "no plan", "zig zag zog")
    assert step in step_of(path, replies[-1])


def test_a_safety_plan_is_made_line_by_line(helplines: Helplines) -> None:
    path = CrisisPath(CORPUS / "crisis", Knowing({"help me make a plan": {"want_plan"}}))
    said = ["I want to die", "yes", "no plan", "help me make a plan", "yes please"]
    lines = ["I stop eating", "the bath", "my aunt and the library", "her number", "to my aunt"]
    replies = talk(path, helplines, *said, *lines)
    steps = ["plan_offer", "plan_signs", "plan_calm", "plan_people", "plan_calls"]
    steps += ["plan_room", "plan_done"]
    found = [step_of(path, reply) for reply in replies[3:]]
    assert all(step in names for step, names in zip(steps, found, strict=True)), found


def test_a_path_that_was_begun_is_kept_when_a_neighbour_is_named(
    path: CrisisPath, helplines: Helplines
) -> None:
    messages = [Message(role="user", content="I want to die")]
    resources = helplines.for_region("GB")
    first, _ = path.reply(crisis("suicide"), messages, resources)
    messages += [
        Message(role="assistant", content=first),
        Message(role="user", content="my neighbour has been drinking too"),
    ]
    later = Risk(
        level=Level.CRISIS,
        categories=("third_party", "suicide"),
        latest=("third_party", "substance"),
    )
    second, _ = path.reply(later, messages, resources)
    assert "hear" not in step_of(path, second)


def test_every_step_has_five_wordings(path: CrisisPath) -> None:
    for route in path._paths.values():
        for step in route.steps.values():
            assert len(step.say) >= 5, f"{route.group}.{step.name}"
            assert len(step.young) == 0 or len(step.young) >= 5, f"{route.group}.{step.name}"


def test_the_lines_are_not_named_word_for_word_twice_running(
    path: CrisisPath, helplines: Helplines
) -> None:
    replies = talk(path, helplines, "I want to die", "yes", "no plan", "no one can help me")
    for one, other in itertools.pairwise(replies):
        assert not ("116 123" in one and "116 123" in other)
