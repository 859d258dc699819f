"""What `make bench` wrote down, and a turn measured anew."""

import json
from pathlib import Path

import pytest

from coach.dialogue.conversation import Conversation
from coach.errors import CoachError
from coach.evaluation.budgets import RESULTS, Ratio, kept_results, kept_voice, measure_turns
from coach.evaluation.report import Provenance, provenance
from coach.index.encoder import open_encoder
from coach.index.models import model_of
from coach.settings import Settings

MADE = Provenance("make bench", "2026-11-26", "0123456789ab", "A chip", {"numpy": "2.4"})


def test_every_committed_result_names_command_commit_machine_and_day() -> None:
    kept = kept_results()
    assert {path.stem for path in RESULTS.glob("*.json")} == {one.name for one in kept}
    for one in kept:
        assert one.name in one.made.command
        assert one.made.commit
        assert one.made.machine
        assert one.made.date.startswith("20")


def test_a_file_that_is_no_result_is_named(tmp_path: Path) -> None:
    path = tmp_path / "turn.json"
    path.write_text(json.dumps({"figures": {}}))
    with pytest.raises(CoachError, match=str(path)):
        kept_results(tmp_path)


def test_a_voice_that_was_never_measured_is_said_to_be_so(tmp_path: Path) -> None:
    with pytest.raises(CoachError, match="never measured"):
        kept_voice(kept_results(tmp_path))


@pytest.mark.parametrize(
    ("ratio", "bound", "holds", "of_limit"),
    [(1.0, "at most", True, 0.5), (4.0, "at most", False, 2.0), (4.0, "at least", True, 0.5)],
)
def test_a_ratio_holds_on_its_own_side(
    ratio: float, bound: str, holds: bool, of_limit: float
) -> None:
    one = Ratio("a turn", ratio, 2.0, bound, MADE)
    assert one.holds is holds
    assert one.of_limit == of_limit


def test_a_turn_costs_more_than_the_embedding_in_it(
    conversation: Conversation, settings: Settings
) -> None:
    encoder = open_encoder(model_of(settings), settings.encoders_dir)
    measured = measure_turns(conversation, encoder, provenance("a test"))
    assert measured.ratio > 1
