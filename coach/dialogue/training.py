"""Learn what messages do in a conversation, from `evals/dialogue/train/`.

Flow: JSONL rows -> `index.lessons` -> `learnt/acts.npz` and `learnt/moves.npz` with their cards,
which `dialogue.acts` and `dialogue.moves` open; and -> `index.choosing` ->
`learnt/short_answers.npz` and `learnt/tellings.npz`, which `dialogue.choices` opens.
"""

import json
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path

from coach.dialogue.readers import LEARNT_DIR, NOTHING
from coach.index.choosing import choose_among
from coach.index.embedder import Encoder
from coach.index.lessons import Lesson, Row, chosen, lesson_of, read_rows, teach
from coach.settings import PROJECT_ROOT

__all__ = ["SETS", "TRAINING_DIR", "adapted_by", "train"]

SETS = ("acts", "moves", "short_answers", "tellings")
"""What can be learnt here, each from the file of that name."""

TRAINING_DIR = PROJECT_ROOT / "evals" / "dialogue" / "train"
LANDMARKS = 2048


def train(
    encoder: Encoder,
    *,
    only: Collection[str] = SETS,
    folder: Path = TRAINING_DIR,
    into: Path = LEARNT_DIR,
    told: Callable[[str], None] = lambda _line: None,
) -> None:
    """Learn acts, aspects, turns and feelings, moves, short answers and tellings, a card each.

    Args:
        encoder: The packaged model.
        only: Which of `SETS`.
        folder: Where `acts.jsonl` and the others are.
        into: Where the arrays go.
        told: Told of each step in a line.

    Raises:
        CorpusError: The set is missing, or a row is wrong.
        EmbeddingError: The model failed.
    """
    into.mkdir(parents=True, exist_ok=True)
    for name in (name for name in SETS if name in only):
        data = folder / f"{name}.jsonl"
        rows = read_rows(data)
        if name not in LESSONS:
            texts = [row["text"] for row in rows]
            said = [row[CHOICES[name]] or NOTHING for row in rows]
            choose_among(encoder, texts, said, data=data, into=into, told=told)
            continue
        lesson = LESSONS[name](rows)
        teach(encoder, lesson, data=data, into=into, landmarks=LANDMARKS, told=told)
        if name == "acts":
            lifts = json.dumps(lifts_of(rows), indent=1)
            (into / "acts.lifts.json").write_text(lifts + "\n", encoding="utf-8")


def adapted_by(folder: Path = TRAINING_DIR) -> dict[str, Lesson]:
    """Return what the adapter is taught of what people tell, by the set's name.

    They are taught beside danger, which lies near them: what somebody bears, and when.

    Raises:
        CorpusError: The set is missing, or a row is wrong.
    """
    rows = read_rows(folder / "tellings.jsonl")
    return {"tellings": of_one_thing(rows, CHOICES["tellings"])}


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


def of_moves(rows: Sequence[Row]) -> Lesson:
    """Return what messages teach: the one thing that each does amid a talk, or none of them."""
    return of_one_thing(rows, "move")


def of_one_thing(rows: Sequence[Row], field: str) -> Lesson:
    """Return what texts teach that each say one thing, named in a field, or none."""
    labels = {field: _names(row[field] or NOTHING for row in rows)}
    goals = [chosen(labels[field], [row[field] or NOTHING]) for row in rows]
    return lesson_of(rows, goals, labels, exclusive=[field])


LESSONS = {"acts": of_acts, "moves": of_moves}
CHOICES = {"short_answers": "asks", "tellings": "tells"}
"""The sets of which each text says one thing of many hundred, and the field that names it."""


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
