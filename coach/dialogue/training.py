"""Learn what messages do in a conversation, from `evals/dialogue/train/acts.jsonl`.

Flow: JSONL rows -> `index.lessons` -> `learnt/acts.npz` with its card, which `dialogue.acts`
opens.
"""

import json
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from coach.dialogue.acts import LEARNT_DIR, NOTHING
from coach.index.embedder import Encoder
from coach.index.lessons import Lesson, Row, chosen, lesson_of, read_rows, teach
from coach.settings import PROJECT_ROOT

__all__ = ["TRAINING_DIR", "train"]

TRAINING_DIR = PROJECT_ROOT / "evals" / "dialogue" / "train"
LANDMARKS = 2048


def train(
    encoder: Encoder,
    *,
    folder: Path = TRAINING_DIR,
    into: Path = LEARNT_DIR,
    told: Callable[[str], None] = lambda _line: None,
) -> None:
    """Learn acts, aspects, turns and feelings, and write them with a card.

    Args:
        encoder: The packaged model.
        folder: Where `acts.jsonl` is.
        into: Where the arrays go.
        told: Told of each step in a line.

    Raises:
        CorpusError: The set is missing, or a row is wrong.
        EmbeddingError: The model failed.
    """
    data = folder / "acts.jsonl"
    rows = read_rows(data)
    lesson = of_acts(rows)
    into.mkdir(parents=True, exist_ok=True)
    lifts = json.dumps(lifts_of(rows), indent=1)
    (into / "acts.lifts.json").write_text(lifts + "\n", encoding="utf-8")
    teach(encoder, lesson, data=data, into=into, landmarks=LANDMARKS, told=told)


def of_acts(rows: Sequence[Row]) -> Lesson:
    """Return what messages teach: the act, the aspect, the turn, and the feelings shown."""
    labels = {
        "act": _names(row["act"] for row in rows),
        "aspect": _names(row["aspect"] or NOTHING for row in rows),
        "turn": _names(row["turn"] or NOTHING for row in rows),
        "feeling": _names(feeling for row in rows for feeling in row["feelings"]),
    }
    goals = [
        chosen(labels["act"], [row["act"]])
        + chosen(labels["aspect"], [row["aspect"] or NOTHING])
        + chosen(labels["turn"], [row["turn"] or NOTHING])
        + chosen(labels["feeling"], row["feelings"])
        for row in rows
    ]
    return lesson_of(rows, goals, labels, exclusive=["act", "aspect", "turn"])


def lifts_of(rows: Sequence[Row]) -> dict[str, dict[str, float]]:
    """Return by how much likelier each act is after each thing that the coach did.

    The square root of the ratio, each act and place counted once more than it occurs, for
    the set was written to be broad and its shares are no visitor's.
    """
    acts = Counter(row["act"] for row in rows)
    places: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        places[row["after"] or "nothing"][row["act"]] += 1
    return {
        place: {
            act: round(
                math.sqrt(((here[act] + 1) / (here.total() + len(acts))) / (count / len(rows))),
                3,
            )
            for act, count in sorted(acts.items())
        }
        for place, here in sorted(places.items())
    }


def _names(given: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(given)))
