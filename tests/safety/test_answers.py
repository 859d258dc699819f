"""The very question gets the answer that was written for it, and its opposite does not."""

import re
from collections import Counter

import pytest

from coach.pronouns import SLOTS, Called
from coach.safety.answers import YOUNG, Answers, Asked, leaning
from coach.safety.needs import NEARLY, OTHER, Known, Needs, Scope, Talk
from coach.safety.reader import SafetyReader
from coach.safety.wordings import read_yaml
from tests.safety.conftest import CORPUS

SLOT = re.compile(r"\{([A-Za-z_]+)\}")
OTHER_SLOTS = {"helper", "one", "lines", "emergency"}
WHOSE = {*Scope, YOUNG}


@pytest.fixture(scope="module")
def answers(reader: SafetyReader) -> Answers:
    return Answers(CORPUS / "crisis", reader)


def test_every_answer_is_whole() -> None:
    tiers = read_yaml(CORPUS / "crisis" / "needs.yaml")["tiers"]
    kinds = {kind for tier in tiers for kind in tier} | {OTHER}
    every = Answers(CORPUS / "crisis").every
    assert len(every) > 1000
    for answer in every:
        assert answer.kind in kinds, answer.asks
        assert answer.whose, answer.asks
        assert answer.whose <= WHOSE, answer.asks
        assert len(answer.asks) >= 3, answer.asks
        assert len(answer.say) == 2, answer.asks
        for line in (*answer.say, *answer.then):
            assert set(SLOT.findall(line)) <= SLOTS | OTHER_SLOTS, line
        assert all(len(line.split()) <= 40 for line in answer.say)
        assert not any("?" in re.sub(r'"[^"]*"', "", line) for line in answer.say)
        assert all(line.rstrip('"').endswith("?") for line in answer.then)


def test_nothing_is_said_or_asked_twice() -> None:
    every = Answers(CORPUS / "crisis").every
    said = Counter(line for answer in every for line in (*answer.say, *answer.then))
    asked = Counter(text.lower() for answer in every for text in answer.asks)
    assert [line for line, times in said.items() if times > 1] == []
    assert [text for text, times in asked.items() if times > 1] == []


@pytest.mark.parametrize(
    ("scope", "young", "message", "words"),
    [
        (
            "own",
            False,
            "can my uncle just hold on to the gun for a while?",
            "hold|relative|gun shop",
        ),
        (
            "third",
            False,
            "she made me promise not to tell anyone. do i have to keep it?",
            "life is at risk",
        ),
        ("third", False, "does asking her put the idea in her head?", "asking|idea|put it there"),
        ("abuse", False, "he takes my wages every month, is that normal?", "wages|pay"),
        ("harm", True, "does childline show up on the phone bill cos my dad pays it", "bill|wifi"),
    ],
)
def test_the_very_question_is_answered(
    answers: Answers, scope: str, young: bool, message: str, words: str
) -> None:
    found = answers.called_for(message, {scope}, young=young)
    assert found
    assert any(re.search(words, line) for it in found for line in it.say)
    assert all(it.answer.fits({scope}, young=young) for it in found)


def test_what_would_harm_in_a_near_situation_must_be_surer(answers: Answers) -> None:
    marked = [answer for answer in answers.every if answer.sure]
    assert 0.2 < len(marked) / len(answers.every) < 0.5
    near = (
        "he'll sleep it off, and if we go barging in we'll only make it worse. What if he's right?"
    )
    assert not any(it.answer.sure for it in answers.called_for(near, {"third"}, young=False))
    (fumes,) = (it for it in marked if it.say[0].startswith("Get out of the car"))
    found = answers.called_for(fumes.asks[0], fumes.whose - {YOUNG}, young=False)
    assert fumes in [it.answer for it in found]


def test_a_day_that_was_not_set_is_no_day_that_was(answers: Answers) -> None:
    kinds = {
        it.answer.kind for it in answers.called_for("I've not set a day.", {"own"}, young=False)
    }
    assert "day_set" not in kinds


def test_an_ordinary_sentence_calls_for_nothing(answers: Answers) -> None:
    message = "The bus was late and the baker had run out of the small loaves again."
    assert answers.called_for(message, {"own"}, young=False) == ()


def test_who_was_spoken_of_as_she_is_she(answers: Answers) -> None:
    found = answers.called_for(
        "he'd freak out if i told him, he'd be round in ten minutes", {"own"}, young=False
    )
    turned = answers.called_for(
        "she'd freak out if i told her, she'd be round in ten minutes", {"own"}, young=False
    )
    assert found
    assert {it.called for it in turned} == {Called.SHE}
    assert not any(re.search(r"\b(?:he|him|his)\b", line) for it in turned for line in it.say)


def test_without_a_reader_there_is_no_answer() -> None:
    assert (
        Answers(CORPUS / "crisis").called_for("will they send the police?", {"own"}, young=False)
        == ()
    )


def test_a_short_question_is_read_with_what_it_leans_on() -> None:
    parts = ["I've pushed it under the bed.", "Is that any good?", "Who could take it out of here?"]
    assert leaning(parts) == ["I've pushed it under the bed. Is that any good?"]


def test_every_way_to_put_what_cannot_wait_is_met(reader: SafetyReader) -> None:
    needs, met = Needs(CORPUS / "crisis", reader), 0
    for answer in needs.answers.every:
        scope = next((s for s in Scope if s in answer.whose), None)
        if scope is None or answer.kind not in NEARLY:
            continue
        for ask in answer.asks:
            asked = [Asked(answer, 1.0)]
            talk = Talk(scope, Known(), (), asked=asked, holds=needs.holds([ask]), latest=ask)
            assert needs.reply([answer.kind], talk), ask
            met += 1
    assert met > 100
