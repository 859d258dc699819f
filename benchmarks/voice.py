"""Measure hearing and speaking as `coach eval voice` does; the first sound has a budget.

.venv/bin/python -m benchmarks.voice
"""

from dataclasses import asdict

from benchmarks.record import Budget, report
from coach.evaluation.sets import EVALS
from coach.evaluation.voice import measure_voice
from coach.evaluation.voice_report import VOICE_PACKAGES
from coach.settings import Settings


def main() -> None:
    """Measure and print the table."""
    measured = measure_voice(Settings.load(), EVALS / "voice")
    for name, figure in measured.figures.items():
        print(f"{name:30} {figure.value:8.3f}  {figure.of}")  # noqa: T201
    ratio = measured.values["first_sound_ratio"]
    budget = Budget("end of speech to first sound, against hearing and saying it", ratio, 1.2)
    figures = {name: asdict(figure) for name, figure in measured.figures.items()}
    report("voice", figures, [budget], packages=VOICE_PACKAGES)


if __name__ == "__main__":
    main()
