"""What somebody in danger asks or tells is met, by name where the name is known, and once."""

import re

import pytest

from coach.pronouns import SLOTS, Called
from coach.safety.crisis import CrisisPath
from coach.safety.needs import Known, Needs, Scope, Talk, kinds_in, means_in, words_in
from coach.safety.reader import SafetyReader
from coach.safety.wordings import read_yaml, was_said
from coach.schema import Level, Message, Risk
from tests.safety.conftest import CORPUS

SLOT = re.compile(r"\{([A-Za-z_]+)\}")
OTHER_SLOTS = {"helper", "one", "means", "question", "gone", "lines", "emergency"}
MAUREEN = Known(helper="Maureen", called=Called.SHE, means="the tablets")


@pytest.fixture(scope="module")
def needs() -> Needs:
    return Needs(CORPUS / "crisis")


def talk(scope: Scope = Scope.OWN, known: Known | None = None, **more: object) -> Talk:
    return Talk(scope=scope, known=known or Known(), said=(), seed="x", **more)  # type: ignore[arg-type]


def test_every_line_is_short_and_names_only_what_can_be_filled() -> None:
    rows = read_yaml(CORPUS / "crisis" / "needs.yaml")["needs"]
    assert len(rows) > 100
    for row in rows.values():
        for part, lines in row.items():
            assert len(lines) >= 3, part
            for line in lines:
                assert set(SLOT.findall(line)) <= SLOTS | OTHER_SLOTS, line
                assert words_in(line) <= 42, line
                unquoted = re.sub(r'"[^"]*"', "", line)
                assert unquoted.count("?") <= part.endswith("then"), line
            of_all = [x for x in lines if not {"helper", "one", "means"} & set(SLOT.findall(x))]
            assert of_all, part


def test_no_need_says_a_sentence_twice() -> None:
    for kind, row in read_yaml(CORPUS / "crisis" / "needs.yaml")["needs"].items():
        for lines in row.values():
            said = [s for line in lines for s in re.split(r"(?<=[.?!])\s+", line) if "{" not in s]
            assert len(said) == len(set(said)), kind


def test_a_question_is_answered_before_what_was_told_is_met(needs: Needs) -> None:
    reply = needs.reply(["burden", "line_sends"], talk())
    answer = needs.reply(["line_sends"], talk())
    assert reply.split(". ")[0] == answer.split(". ")[0]
    assert reply.count("?") <= 1 + reply.count('?"')


def test_who_could_help_is_named_where_known_and_nobody_is_made_up(needs: Needs) -> None:
    assert "Maureen" in needs.reply(["helper_named"], talk(known=MAUREEN))
    for kind in ("helper_named", "words_for", "means_here", "bother"):
        assert "{" not in SLOT.sub(
            lambda m: "" if m[1] in {"lines", "emergency"} else m[0], needs.reply([kind], talk())
        )


def test_a_line_is_not_said_twice_and_a_way_to_care_once(needs: Needs) -> None:
    said: list[str] = []
    for _ in range(5):
        reply = needs.reply(
            ["line_sends"], Talk(scope=Scope.OWN, known=MAUREEN, said=tuple(said), seed="x")
        )
        sentences = [s for s in re.split(r"(?<=[.?!])\s+", reply) if "{" not in s]
        assert not any(sentence in earlier for sentence in sentences for earlier in said)
        said.append(reply)


def test_what_was_refused_is_not_proposed_again(needs: Needs) -> None:
    lines = read_yaml(CORPUS / "crisis" / "needs.yaml")["cares"]["own"]["line"]
    kept = [line.replace("{lines}", "").strip() for line in lines]
    said: list[str] = []
    for i in range(8):
        this = Talk(Scope.OWN, MAUREEN, tuple(said), frozenset({"line_refused"}), seed=str(i))
        said.append(needs.reply(["tired"], this) or needs.reply(["burden"], this))
    assert said[0]
    assert not any(line in reply for line in kept for reply in said)


def test_somebody_who_hurts_themselves_is_given_no_words_about_killing(needs: Needs) -> None:
    for seed in range(12):
        for scope in (Scope.HARM, Scope.MILD):
            this = Talk(scope=scope, known=Known(), said=(), seed=str(seed))
            assert not re.search(
                r"kill|suicid|end(?:ing)? (?:my|your) life", needs.reply(["words_for"], this)
            )


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("if i call them will they send the police round to my flat?", "line_sends"),
        ("does childline tell your mum", "line_tells"),
        ("what do i even say to her when she opens the door", "words_for"),
        ("can my neighbour keep the tablets for me, would that help?", "means_ask"),
        ("nobody is hurting me, i think you mixed me up with someone", "misread"),
        ("you still havent answered my question", "unanswered"),
        ("is that even abuse? he cried after", "is_it_abuse"),
        ("can i leave him alone tonight or do i sit outside his door", "third_alone"),
    ],
)
def test_what_is_asked_is_understood(reader: SafetyReader, message: str, kind: str) -> None:
    assert kind in kinds_in([message], reader)[0]


def test_a_question_in_the_middle_of_a_long_message_is_found(reader: SafetyReader) -> None:
    message = (
        "My daughter rang at six, she was tired again, the little one has an ear thing. I made "
        "toast. If I tell the doctor about this, will she have me put away in a hospital? The "
        "telly is on with the sound off."
    )
    assert "put_away" in kinds_in([message], reader)[0]


def test_means_are_named_as_they_were() -> None:
    assert means_in(["I kept my tablets in a tin", "yes"]) == "the tablets"
    assert means_in(["there is a pistol by the bed"]) == "the pistol"
    assert means_in(["nothing of the kind"]) == ""


def test_a_question_that_may_stand_in_any_talk_is_no_sign_of_danger(needs: Needs) -> None:
    assert not needs.spoke("Who is with you at the moment? What did he say?")
    assert not needs.spoke("That was a long way to go. Who was with you there?")
    said = needs.reply(["line_sends"], talk())
    assert needs.spoke(said)


def test_who_has_died_is_named_once_where_the_danger_is_ones_own(needs: Needs) -> None:
    sheila = Known(gone="Sheila")
    said = needs.of_gone(talk(known=sheila))
    assert "Sheila" in said
    assert not needs.of_gone(Talk(Scope.OWN, sheila, said=(said,), seed="x"))
    assert not needs.of_gone(talk(Scope.THIRD, sheila))
    assert not needs.of_gone(talk())


def test_who_asks_again_what_nothing_answers_is_told_so(reader: SafetyReader) -> None:
    path = CrisisPath(CORPUS / "crisis", reader)
    risk = Risk(level=Level.CRISIS, categories=("suicide",))
    messages = [Message(role="user", content="I don't want to be alive any more")]

    def replied(answer: str) -> str:
        messages.append(Message(role="assistant", content=path.reply(risk, messages, ())[0]))
        messages.append(Message(role="user", content=answer))
        return path.reply(risk, messages, ())[0]

    replied("no plan, nothing like that. does the tram to Leith run on a Sunday?")
    said = replied("you didn't answer me. does the tram run on Sundays?")
    lines = read_yaml(CORPUS / "crisis" / "needs.yaml")["needs"]
    assert any(was_said(line, [said]) for line in lines["no_answer"]["say"]), said
    assert "tram" not in said, "nothing that somebody in danger asks is said back"
