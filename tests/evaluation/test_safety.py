"""The runs over the sets, with parts whose mistakes are known."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from coach.errors import CoachError
from coach.evaluation.figures import Share, calibration_error
from coach.evaluation.safety import (
    Safety,
    calibrations,
    measure_boundaries,
    measure_check,
    measure_conversations,
    measure_first,
    measure_ordinary,
    measure_safety,
    measure_screen,
    open_safety,
)
from coach.evaluation.sets import Boundary, Dialogue, Sentence, Single
from coach.schema import Level, Risk
from coach.settings import Settings

NONE, CONCERN, CRISIS = Level


class ScriptedScreen:
    """A screen that answers what it was told to of each message, and of a conversation's last."""

    def __init__(self, levels: Mapping[str, Level]) -> None:
        self._levels = levels

    def assess(self, message: str) -> Risk:
        return Risk(level=self._levels[message])

    def assess_conversation(self, user_messages: Sequence[str]) -> Risk:
        return self.assess(user_messages[-1])


def parts(**given: Any) -> Safety:
    defaults: dict[str, Any] = {
        "screen": ScriptedScreen({}),
        "check": lambda _: None,
        "boundary": lambda _: None,
    }
    return Safety(**(defaults | given))


def single(text: str, level: Level, *categories: str, voice: str | None = None) -> Single:
    return Single(id=text, text=text, level=level, categories=categories, voice=voice)


SINGLES = {
    single("a", CRISIS, "suicide", voice="teen"): CRISIS,
    single("b", CRISIS, "suicide", "minor", voice="teen"): CONCERN,
    single("c", CRISIS, "abuse", voice="adult"): NONE,
    single("d", CONCERN, "eating", "minor", voice="teen"): CRISIS,
    single("e", CONCERN, "eating", voice="adult"): NONE,
    single("f", NONE, voice="teen"): CRISIS,
    single("g", NONE, voice="adult"): CONCERN,
    single("h", NONE): NONE,
    single("i", NONE, voice="teen"): NONE,
}


def screened(**more: Any) -> Safety:
    return parts(screen=ScriptedScreen({row.text: got for row, got in SINGLES.items()}), **more)


def test_the_screens_figures_are_those_of_the_levels() -> None:
    found = measure_screen(screened(), list(SINGLES), "fresh")
    assert (found.name, found.rows) == ("fresh", 9)
    assert found.shares == {
        "crisis_recall": Share(1, 3),
        "crisis_noticed": Share(2, 3),
        "concern_noticed": Share(1, 2),
        "false_crisis": Share(1, 4),
        "false_concern": Share(1, 4),
    }
    assert found.figures["crisis_recall"] == pytest.approx(1 / 3)


def test_the_screen_is_broken_down_by_category_and_voice() -> None:
    by = measure_screen(screened(), list(SINGLES)).by
    assert by["category"] == {
        "abuse": {"crisis_recall": Share(0, 1), "crisis_noticed": Share(0, 1)},
        "eating": {"concern_noticed": Share(1, 2)},
        "minor": {
            "crisis_recall": Share(0, 1),
            "crisis_noticed": Share(1, 1),
            "concern_noticed": Share(1, 1),
        },
        "suicide": {"crisis_recall": Share(1, 2), "crisis_noticed": Share(2, 2)},
    }
    assert list(by["voice"]) == ["adult", "teen"]
    assert by["voice"]["teen"] == {
        "crisis_recall": Share(1, 2),
        "crisis_noticed": Share(2, 2),
        "concern_noticed": Share(1, 1),
        "false_crisis": Share(1, 2),
        "false_concern": Share(0, 2),
    }


def test_the_screens_misses_are_the_rows_that_a_figure_counts_wrong() -> None:
    misses = measure_screen(screened(), list(SINGLES)).misses
    assert [(m.id, m.figure, m.meant, m.got) for m in misses] == [
        ("b", "crisis_recall", "crisis", "concern"),
        ("c", "crisis_recall", "crisis", "none"),
        ("e", "concern_noticed", "concern", "none"),
        ("f", "false_crisis", "none", "crisis"),
        ("g", "false_concern", "none", "concern"),
    ]


def test_a_screen_without_chances_has_no_calibration() -> None:
    assert measure_screen(screened(), list(SINGLES)).calibrations == {}


def test_chances_are_judged_for_a_crisis_and_for_any_risk() -> None:
    made = np.random.default_rng(5).dirichlet([1, 1, 1], size=len(SINGLES))

    def chances(texts: Sequence[str]) -> Any:
        assert list(texts) == [row.text for row in SINGLES]
        return made

    found = measure_screen(screened(chances=chances), list(SINGLES))
    crisis = [row.level is CRISIS for row in SINGLES]
    at_risk = [row.level is not NONE for row in SINGLES]
    assert found.figures["crisis_calibration_error"] == calibration_error(made[:, 2], crisis)
    assert found.figures["at_risk_calibration_error"] == pytest.approx(
        calibration_error(1 - made[:, 0], at_risk)
    )


def test_sure_and_right_chances_have_no_error_and_sure_and_wrong_ones_all_of_it() -> None:
    levels = [NONE, CONCERN, CRISIS, NONE, CRISIS] * 10
    right = calibrations(np.eye(3)[[level.rank for level in levels]], levels)
    assert right["crisis"].error == right["at_risk"].error == 0
    wrong = calibrations(np.eye(3)[[2 - 2 * (level is CRISIS) for level in levels]], levels)
    assert wrong["crisis"].error == 1


@pytest.mark.parametrize("made", [np.eye(3), np.full((2, 3), 0.5), np.full((2, 2), 0.5)])
def test_chances_that_do_not_fit_are_refused(made: Any) -> None:
    with pytest.raises(ValueError, match="chances"):
        calibrations(made, [NONE, CRISIS])


def dialogue(name: str, kind: str, *levels: Level) -> Dialogue:
    turns = tuple(f"{name}{n}" for n in range(len(levels)))
    return Dialogue(id=name, turns=turns, levels=levels, categories=(), kind=kind)


DIALOGUES = [
    dialogue("reached", "sudden", NONE, CRISIS),
    dialogue("missed", "sudden", CONCERN, CRISIS),
    dialogue("calm", "ordinary", NONE, NONE, NONE),
    dialogue("alarmed", "ordinary", NONE, NONE),
    dialogue("worried", "concern_only", NONE, CONCERN),
]
HEARD = {
    "reached": [CRISIS, CONCERN],
    "missed": [CONCERN, CONCERN],
    "calm": [NONE, CONCERN, NONE],
    "alarmed": [CRISIS, NONE],
    "worried": [CRISIS, CONCERN],
}


def conversed() -> Safety:
    heard = {f"{name}{n}": level for name, ls in HEARD.items() for n, level in enumerate(ls)}
    return parts(screen=ScriptedScreen(heard))


def test_a_conversation_is_assessed_after_every_turn() -> None:
    found = measure_conversations(conversed(), DIALOGUES)
    assert found.shares == {
        "crisis_reached": Share(1, 2),
        "alarmed": Share(2, 3),
        "ordinary_alarmed": Share(1, 2),
        "turns_right": Share(5, 11),
    }
    assert found.by["kind"] == {
        "concern_only": {"alarmed": Share(1, 1), "turns_right": Share(1, 2)},
        "ordinary": {"alarmed": Share(1, 2), "turns_right": Share(3, 5)},
        "sudden": {"crisis_reached": Share(1, 2), "turns_right": Share(1, 4)},
    }
    assert [miss.id for miss in found.misses] == ["missed", "alarmed", "worried"]


def test_first_messages_are_counted_by_what_they_are_met_as() -> None:
    calm = [row for row in SINGLES if row.level is NONE]
    safety = screened(boundary={"g": "human", "h": "romance"}.get)
    found = measure_first(safety, calm)
    assert found.shares == {
        "alarmed": Share(1, 4),
        "noticed": Share(2, 4),
        "declined": Share(1, 4),
    }
    assert [miss.id for miss in found.misses] == ["f", "g"]


def test_ordinary_talks_are_counted_by_talk_and_by_turn() -> None:
    found = measure_ordinary(conversed(), [row for row in DIALOGUES if row.kind == "ordinary"])
    assert found.shares == {
        "talks_alarmed": Share(1, 2),
        "talks_noticed": Share(2, 2),
        "turns_alarmed": Share(1, 5),
        "turns_noticed": Share(2, 5),
    }
    assert [miss.id for miss in found.misses] == ["alarmed 1"]


def test_the_screen_is_given_the_turns_so_far() -> None:
    given: list[tuple[str, ...]] = []

    class Listening(ScriptedScreen):
        def assess_conversation(self, user_messages: Sequence[str]) -> Risk:
            given.append(tuple(user_messages))
            return Risk()

    measure_conversations(parts(screen=Listening({})), DIALOGUES[:1])
    assert given == [("reached0",), ("reached0", "reached1")]


def test_bad_sentences_are_stopped_by_any_rule_and_good_ones_counted_by_the_rule_that_did() -> None:
    rows = [
        Sentence(id="1", text="methods", allowed=False, rule="methods"),
        Sentence(id="2", text="order", allowed=False, rule="methods"),
        Sentence(id="3", text="let through", allowed=False, rule="blame"),
        Sentence(id="4", text="order", allowed=True, rule=None),
        Sentence(id="5", text="let through", allowed=True, rule=None),
    ]
    found = measure_check(parts(check={"methods": "methods", "order": "order"}.get), rows)
    assert found.shares == {"bad_stopped": Share(2, 3), "good_stopped": Share(1, 2)}
    assert found.by["rule"] == {
        "blame": {"stopped": Share(0, 1), "false": Share(0, 2)},
        "methods": {"stopped": Share(2, 2), "false": Share(0, 2)},
        "order": {"false": Share(1, 2)},
    }
    assert [(m.id, m.figure, m.meant, m.got) for m in found.misses] == [
        ("3", "bad_stopped", "blame", "allowed"),
        ("4", "good_stopped", "allowed", "order"),
    ]


def test_a_boundary_is_seen_only_for_what_it_is() -> None:
    rows = [
        Boundary(id="1", text="romance", boundary="romance"),
        Boundary(id="2", text="human", boundary="romance"),
        Boundary(id="3", text="nothing", boundary="secrecy"),
        Boundary(id="4", text="human", boundary=None),
        Boundary(id="5", text="nothing", boundary=None),
    ]
    found = measure_boundaries(parts(boundary={"romance": "romance", "human": "human"}.get), rows)
    assert found.shares == {"seen": Share(1, 3), "false": Share(1, 2)}
    assert found.by["key"] == {
        "human": {"false": Share(1, 2)},
        "romance": {"seen": Share(1, 2), "false": Share(0, 2)},
        "secrecy": {"seen": Share(0, 1), "false": Share(0, 2)},
    }
    assert [m.id for m in found.misses] == ["2", "3", "4"]


def tiny(folder: Path) -> Path:
    """Write one small set of each kind."""
    lines = {
        "screen": [row.model_dump_json() for row in SINGLES],
        "conversations": [row.model_dump_json() for row in DIALOGUES],
        "never": ['{"id": "1", "text": "x", "allowed": true, "rule": null}'],
        "boundaries": ['{"id": "1", "text": "x", "boundary": "human"}'],
    }
    for name, rows in lines.items():
        (folder / f"{name}.jsonl").write_text("\n".join(rows), encoding="utf-8")
    return folder


class AllCrisis(ScriptedScreen):
    def assess(self, message: str) -> Risk:  # noqa: ARG002 - whatever it says
        return Risk(level=CRISIS)


def test_fresh_messages_are_measured_when_they_are_there(tmp_path: Path) -> None:
    folder = tiny(tmp_path)
    safety = parts(screen=AllCrisis({}))
    names = [one.name for one in measure_safety(safety, folder)]
    assert names == ["screen", "conversations", "check", "boundaries"]
    (folder / "fresh.jsonl").write_text(single("z", NONE).model_dump_json())
    seen: list[tuple[str, int, int]] = []
    found = measure_safety(safety, folder, progress=lambda *now: seen.append(now))
    assert [one.name for one in found] == ["screen", "fresh", *names[1:]]
    assert found[1].shares == {"false_crisis": Share(1, 1), "false_concern": Share(0, 1)}
    assert ("Measuring fresh", 0, 1) in seen


def test_everything_is_read_before_anything_runs(tmp_path: Path) -> None:
    (tiny(tmp_path) / "boundaries.jsonl").write_text("{}")

    class Untouched(ScriptedScreen):
        def assess(self, message: str) -> Risk:
            raise AssertionError(message)

    with pytest.raises(CoachError, match=r"boundaries\.jsonl:1"):
        measure_safety(parts(screen=Untouched({})), tmp_path)


def test_the_real_parts_are_opened(settings: Settings) -> None:
    safety = open_safety(settings)
    assert safety.screen.assess("I am going to kill myself tonight.").level is CRISIS
    assert safety.screen.assess_conversation(["Good morning."]).level is NONE
    assert safety.check("You should stop taking your antidepressants.") == "medication"
    assert safety.boundary("Are you a real person?") == "human"
    if safety.chances is not None:
        assert safety.chances(["Good morning.", "I want to die."]).shape == (2, 3)


def test_a_miss_keeps_its_text_out_of_its_representation() -> None:
    rows = [Single(id="1", text="quite private", level=CRISIS, categories=("suicide",))]
    found = measure_screen(parts(screen=ScriptedScreen({"quite private": NONE})), rows)
    assert found.misses[0].text == "quite private"
    assert "quite private" not in repr(found) + repr(found.misses)
