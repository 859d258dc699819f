"""Measure everything, and show it as one report.

Flow: every part of `coach.evaluation` -> here -> `coach eval all`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.box import MARKDOWN, Box
from rich.table import Table

from coach.dialogue.preparation import ready_conversation
from coach.evaluation import plots, report
from coach.evaluation.budgets import (
    Kept,
    Ratio,
    budgets_table,
    kept_results,
    kept_voice,
    measure_turns,
)
from coach.evaluation.dialogue import measure_dialogue
from coach.evaluation.gates import Breach, Gate, breaches, load_gates
from coach.evaluation.grounding import measure_grounding
from coach.evaluation.measured import Measured
from coach.evaluation.page import as_page
from coach.evaluation.report import Provenance, as_text
from coach.evaluation.retrieval import measure_retrieval
from coach.evaluation.safety import measure_safety, open_safety
from coach.evaluation.voice import VoiceMeasured, measure_voice
from coach.evaluation.voice_report import TABLE, voice_table
from coach.index.build import Progress, unseen
from coach.index.encoder import open_encoder
from coach.index.models import model_of
from coach.settings import Settings

__all__ = ["Whole", "measure_whole"]

GATES, BUDGETS, VOICE = "Gates", "Budgets", "Voice"


@dataclass(frozen=True)
class Whole:
    """Everything that was measured."""

    made: Provenance
    gates: tuple[Gate, ...]
    measured: tuple[Measured, ...]
    voice: VoiceMeasured
    voice_made: Provenance
    """Where the voice was measured: here, or when it was measured last."""
    ratios: tuple[Ratio, ...]
    """Speed and search against their budgets, the first measured here."""
    kept: tuple[Kept, ...]

    @property
    def beyond(self) -> list[Breach]:
        """The figures beyond their gates."""
        figures = {one.name: one.figures for one in self.measured}
        return breaches(self.gates, figures | {TABLE: self.voice.values})

    def tables(self, box: Box | None = None) -> Iterator[tuple[str, Table]]:
        """Yield a heading and a table for each set, without what it is divided by."""
        for heading, table in report.tables(self.measured, self.gates, box):
            if " by " not in heading and "chances" not in heading:
                yield heading, table
        yield from _searches(self.kept, box)
        yield VOICE, voice_table(self.voice, self.gates, box)
        yield BUDGETS, budgets_table(self.ratios, box)

    def as_markdown(self) -> str:
        """Return the report."""
        voice = as_text(voice_table(self.voice, self.gates, MARKDOWN))
        if self.voice_made != self.made:
            voice = "\n\n".join((*self.voice_made.lines(), voice))
        before = [
            (BUDGETS, as_text(budgets_table(self.ratios, MARKDOWN))),
            *((heading, as_text(table)) for heading, table in _searches(self.kept, MARKDOWN)),
            (VOICE, voice),
        ]
        return report.as_markdown(self.measured, self.gates, self.beyond, self.made, before=before)

    def as_html(self) -> str:
        """Return the report with plots, as one page that loads nothing."""
        drawn = {
            GATES: plots.plot_shares(self.measured, self.gates)
            + plots.plot_calibrations(self.measured),
            BUDGETS: plots.plot_budgets(self.ratios),
        }
        return as_page(self.as_markdown(), drawn)

    def as_json(self) -> dict[str, Any]:
        """Return everything as values that `json.dumps` takes."""
        return report.as_json(self.measured, self.gates, self.beyond, self.made) | {
            "voice": asdict(self.voice) | {"made": asdict(self.voice_made)},
            "budgets": [asdict(ratio) for ratio in self.ratios],
        }


def measure_whole(
    settings: Settings,
    evals: Path,
    command: str,
    *,
    quick: bool = False,
    progress: Progress = unseen,
) -> Whole:
    """Measure every set, a turn, and the voice.

    Args:
        settings: Who answers.
        evals: The folder with the sets and `thresholds.toml`.
        command: By which it is measured.
        quick: Show the voice as it was measured last.
        progress: Told how far it is.

    Raises:
        CoachError: A set, a gate or a result is missing or wrong.
    """
    gates = load_gates(evals / "thresholds.toml")
    kept = kept_results()
    made = report.provenance(command)
    conversation = ready_conversation(settings, lambda line: progress(line, 0, 0))
    measured = (
        *measure_safety(open_safety(settings), evals / "safety", progress=progress),
        *measure_dialogue(conversation, evals / "dialogue", progress=progress),
        measure_retrieval(conversation, evals / "retrieval", progress=progress),
        measure_grounding(conversation, evals / "retrieval", progress=progress),
    )
    encoder = open_encoder(model_of(settings), settings.encoders_dir)
    now = measure_turns(conversation, encoder, made, progress)
    voice, voice_made = (
        kept_voice(kept)
        if quick
        else (measure_voice(settings, evals / "voice", progress=progress), made)
    )
    ratios = (now, *(ratio for one in kept for ratio in one.ratios))
    return Whole(made, gates, measured, voice, voice_made, ratios, tuple(kept))


def _searches(kept: Sequence[Kept], box: Box | None) -> Iterator[tuple[str, Table]]:
    """Yield a table for each collection in which search was measured last."""
    quality = next((one for one in kept if one.name == "quality"), None)
    for name, systems in (quality.figures if quality else {}).items():
        table = Table("", "nDCG@10", "x dense", "95 % interval", "p", box=box)
        for system, found in systems.items():
            span = f"{found['low']:.3f} to {found['high']:.3f}"
            ndcg, ratio = f"{found['nDCG@10']:.3f}", f"{found['x dense']:.3f}"
            table.add_row(system, ndcg, ratio, span, f"{found['p']:.4f}")
        yield f"Search in {name}, as measured last", table
