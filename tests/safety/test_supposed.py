"""No line takes for granted what nobody has told."""

import re
from collections.abc import Callable

import pytest

from coach.errors import CorpusError
from coach.safety.crisis import CrisisPath, says_so, without_ai
from coach.safety.needs import Known, Needs, Scope, Talk, out_of_place
from coach.safety.reader import SafetyReader
from coach.safety.supposed import Supposed
from coach.schema import Level, Message, Risk
from tests.safety.conftest import CORPUS

Told = Callable[..., bool]


@pytest.fixture(scope="module")
def holds() -> Told:
    supposed = Supposed(CORPUS / "crisis")
    return lambda line, *theirs: supposed.holds(line, supposed.told(theirs))


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("Let your uncle make the call to ask.", "my uncle Ray could hold on to it"),
        ("Your union can tell you, without names.", "i rang the union rep"),
        ("Ask the solicitor about that.", "there's a custody hearing on the 14th"),
        ("Who could have the children for a night?", "I've two girls asleep upstairs"),
        ("Is the baby all right?", "I'm 4 months pregnant"),
        ("Could the school know of it?", "my form tutor ms hussain is nice"),
        ("Ask somebody to take the gun.", "theres a 9mm in the closet"),
        (
            "A police federation can be asked before the force knows.",
            "I'm a sergeant in the police",
        ),
    ],
)
def test_a_line_is_said_to_who_told_of_what_it_takes_for_granted(
    holds: Told, line: str, told: str
) -> None:
    assert holds(line, "hello", told)
    assert not holds(line, "hello", "I stay awake at night and cannot go on")


@pytest.mark.parametrize(
    "line",
    [
        'You could write, "Can I come to yours after your shift?"',
        "An uncle, a teacher or a neighbour could hear of it.",
        "It isn't your job to keep anyone alive.",
        "The doctor will not be shocked.",
    ],
)
def test_what_is_quoted_or_only_proposed_takes_nothing_for_granted(holds: Told, line: str) -> None:
    assert holds(line)


def test_another_line_is_said_in_its_place() -> None:
    needs = Needs(CORPUS / "crisis")
    lines = ["Let your uncle make the call.", "Let somebody else make the call."]
    told = Talk(Scope.OWN, Known(), said=(), seed="x", holds=needs.holds(["my uncle Ray"]))
    assert {told.chosen(lines[:1]), told.chosen(lines[1:])} == set(lines)
    other = Talk(Scope.OWN, Known(), said=(), seed="x", holds=needs.holds(["my brother Dale"]))
    assert other.chosen(lines) == lines[1]
    assert not other.chosen(lines[:1])


def test_a_broken_file_is_named(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("crisis")
    (folder / "supposed.yaml").write_text("supposed:\n  - told: uncle\n")
    with pytest.raises(CorpusError, match=r"supposed\.yaml.*'line'"):
        Supposed(folder)


def test_a_push_is_not_taken_for_a_hand_on_the_throat() -> None:
    needs = Needs(CORPUS / "crisis")

    def left_out(*theirs: str) -> frozenset[str]:
        holds = needs.holds(theirs)
        talk = Talk(Scope.ABUSE, Known(), said=(), seed="x", latest=theirs[-1], holds=holds)
        return out_of_place(["throat"], talk)

    assert "throat" in left_out("he grabbed me on the arm and pushed me on the wall")
    assert "throat" not in left_out("he put the pillow on my face until I saw stars")
    assert "throat" not in left_out("his hands round here till it went dark", "is it serious?")


def test_that_this_is_an_ai_is_said_once() -> None:
    heavy = "That is a very heavy thing to carry through a whole night."
    bare = "I am an AI and no person reads along."
    assert without_ai(f"{heavy} {bare} Do you want to die?") == f"{heavy} Do you want to die?"
    for more in (
        "I am an AI, nobody reads along, so a doctor has to know.",
        "You are writing with a program, an AI: does any of it mean dying?",
    ):
        assert without_ai(f"That is heavy. {more}") == f"That is heavy. {more}"


def test_means_that_were_told_first_are_met_when_the_talk_goes_on(reader: SafetyReader) -> None:
    path, risk = (
        CrisisPath(CORPUS / "crisis", reader),
        Risk(level=Level.CRISIS, categories=("suicide",)),
    )
    told = "There's a loaded 357 in the nightstand and I think about it. I want to die."
    messages = [Message(role="user", content=told)]
    first, _ = path.reply(risk, messages, ())
    answer = "I rang a line in March and they read me a script. I'm thinking about killing myself."
    messages += [Message(role="assistant", content=first), Message(role="user", content=answer)]
    second, _ = path.reply(risk, messages, ())
    assert re.search("gun|distance|away from|out of reach|where it is", second)
    assert "emergency number" in second


@pytest.mark.parametrize(
    ("message", "so"),
    [
        ("And yeah, I'm thinking about killing myself.", True),
        ("no, I'm not thinking about killing myself", False),
        ("my sister wants to kill herself", False),
        ("I used to think about killing myself", False),
    ],
)
def test_a_wish_to_die_that_is_said_plainly_is_known(message: str, *, so: bool) -> None:
    assert says_so(message) == so


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("Is {one} with somebody at this moment?", "she's asleep in the next room"),
        ("Can you go to {one}, or ring {them}, within the hour?", "I'm sitting on his floor"),
        ("Do you know where {one} {are} right now?", "he is in his room with the door shut"),
        ("Who could come and sit with you?", "chris is here, he's sitting next to me"),
        ("Is that person near you right now?", "no he's at work till six"),
        ("Is it where you are right now?", "they're in my bedside drawer"),
    ],
)
def test_what_was_told_a_moment_ago_is_not_asked(holds: Told, line: str, told: str) -> None:
    later = ["and then it got dark"] * 4
    assert not holds(line, "hello", told)
    assert holds(line, "hello", "I cannot sleep and nobody knows")
    assert holds(line, told, *later), "where somebody is may have changed"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("Who could come and be with you?", "I'm sitting here with my pills in front of me"),
        ("Who could come and be with you?", "sitting with my dad's gun on my lap"),
        ("Who could come and be with you?", "my pills are sitting on the table"),
        ("Who could come and be with you?", "i'm at my mum's grave"),
        ("Who could come and be with you?", "my boyfriend is holding me down"),
        ("Who can come and be with you both?", "I'm sitting with my husband on the floor"),
        ("Is {one} with somebody at this moment?", "my mum's asleep and he just texted goodbye"),
        (
            "Is {one} with somebody at this moment?",
            "she's in her room and won't answer, it's locked",
        ),
        (
            "Is {one} with somebody at this moment?",
            "I was sitting with her yesterday, now she's gone",
        ),
        ("Is {one} with somebody at this moment?", "I'm with him on the phone"),
        ("Call {emergency} and say where they are and who is with them.", "he's here with me"),
        ("Someone should be with {one} from now on.", "I'm sitting on his floor"),
    ],
)
def test_what_was_not_told_may_still_be_asked_and_help_is_always_urged(
    holds: Told, line: str, told: str
) -> None:
    assert holds(line, "hello", told)


def test_what_somebody_may_say_is_no_question_of_the_coach(holds: Told) -> None:
    line = 'Ask it plainly: "Who is with you, and is another person with you?"'
    assert holds(line, "my sister is here with me")
