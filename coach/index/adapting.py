"""Teach the packaged network to tell what the coach must know of a message.

Flow: the lessons of `evals/*/train/` -> here (`coach train adapter`, by an engineer, about 40
minutes and 8 GB) -> `learnt/adapter.npz` with a card -> `index.adapter`.

All lessons are taught to one adapter, a batch of one lesson at a time in mixed order, each with a
linear head of its own: what tells danger from an idiom also helps to tell a joke from a secret.

An adapter can go on from what it knows (`coach train adapter --further`): it learns the rows that
were put to the ends of the sets since, among rows that it knows, so that these are not forgotten.
What is kept is halfway between before and after, which keeps more of both than either ("Model
soups", Wortsman and others, 2022).
"""

import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from coach.index.adapter import FIRST_LAYER, Adapter, lower_layers, upper_layers
from coach.index.encoder import SentenceTransformerEmbedder
from coach.index.learning import Scores
from coach.index.lessons import Lesson, columns_of
from coach.index.low_rank import (
    BATCH,
    RANK,
    LowerStates,
    adapter_of,
    changed_parts,
    mean_state,
    tokens_of,
    without_pooler,
)

__all__ = ["adapt"]

EPOCHS = 2
ALIKE = 50
"""Batches among which texts of like lengths are put together."""
RATE, HEAD_RATE = 5e-4, 2e-3
FURTHER = 0.4
"""The share of these rates with which an adapter goes on from what it knows."""
REHEARSED, LEAST_REHEARSED = 1, 2000
"""The rows that it knows, for each that is new to it, and the fewest of a set."""
WARM_UP = 0.04
"""The share of the steps in which the rates rise."""
DROPPED = 0.1
SMOOTHED = 0.05
SEED = 0
EVERY = 100
LEAST_SPREAD = 1e-2
"""Four numbers of 768 are the same for every text; the spread of the others is 0.03 and more."""
USUAL_OF = 30
"""One batch of so many says what states usually are."""


def adapt(
    original: SentenceTransformerEmbedder,
    lessons: Mapping[str, Lesson],
    path: Path,
    *,
    further: Adapter | None = None,
    told: Callable[[str], None] = lambda _line: None,
) -> None:
    """Learn an adapter from lessons, and write it with a card.

    Not deterministic to the last bit: sums depend on the processor. What it reads right is measured
    where it is used, on other rows (`index.lessons.teach`, `coach eval`).

    Args:
        original: The packaged model.
        lessons: What there is to learn, by name.
        path: Where the arrays go; the card goes beside them.
        further: What to go on from, which stands at `path`; of the lessons it learns the rows that
            its card does not count, and some that it knows; sets that it was never taught, or
            that have another number of labels since, are left out.
        told: Told of each step in a line.
    """
    import torch

    torch.manual_seed(SEED)
    order = random.Random(SEED)  # noqa: S311
    draw = np.random.default_rng(SEED)
    known = json.loads(path.with_suffix(".json").read_text())["texts"] if further else {}
    if further:
        lessons = {
            name: lesson for name, lesson in lessons.items() if _goes_on(name, lesson, further)
        }
    texts = {name: len(lesson.texts) for name, lesson in lessons.items()}
    lessons = {
        name: lesson.part(_to_learn(texts[name], known.get(name, 0), draw))
        for name, lesson in lessons.items()
    }
    network = without_pooler(original)
    # All lessons fit into the memory in bfloat16 alone; a few are learnt sooner in float32.
    network.requires_grad_(requires_grad=False).to(torch.float32 if further else torch.bfloat16)
    network.eval()
    encoder = network.encoder
    encoder.layer, upper = lower_layers(encoder), upper_layers(encoder)
    states = {}
    for name, lesson in lessons.items():
        told(f"adapter: the lower layers read {len(lesson.texts)} {name}")
        states[name] = LowerStates(network, tokens_of(original, lesson.texts))
    encoder.layer = upper
    changed = changed_parts(upper, further)
    batches = [
        batch
        for _ in range(EPOCHS)
        for batch in _batches({n: held.lengths for n, held in states.items()}, draw, order)
    ]
    with torch.no_grad():
        some = [mean_state(encoder, states[name], rows) for name, rows in batches[::USUAL_OF]]
        usual = _Usual.of(some)
    heads: Any = torch.nn.ModuleDict(
        {n: torch.nn.Linear(original.dimension, len(x.goals[0])) for n, x in lessons.items()}
    )
    if further:
        for name, head in heads.items():
            usual.unfold(further.heads[name], head)
    goals = {name: torch.from_numpy(lesson.goals) for name, lesson in lessons.items()}
    changes = [part for part in encoder.parameters() if part.requires_grad]
    optimiser, schedule = _optimiser(
        changes, heads, steps=len(batches), share=FURTHER if further else 1.0
    )
    drop = torch.nn.Dropout(DROPPED)
    encoder.train()
    for done, (name, rows) in enumerate(batches, start=1):
        state = drop(usual.away_from(mean_state(encoder, states[name], rows)))
        loss: Any = _loss(lessons[name], heads[name](state), goals[name][rows])
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(changes, 1.0)
        optimiser.step()
        schedule.step()
        if done % EVERY == 0:
            told(f"adapter: {done} of {len(batches)} steps")
    learnt = adapter_of(changed, {name: usual.folded_into(head) for name, head in heads.items()})
    _halfway(further or learnt, learnt).write(path)
    card = {
        "texts": texts,
        "went_on_from": {"texts": known, "sha256": further.fingerprint} if further else None,
        "rank": RANK,
        "first_layer": FIRST_LAYER,
        "epochs": EPOCHS,
    }
    path.with_suffix(".json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")


def _goes_on(name: str, lesson: Lesson, further: Adapter) -> bool:
    """Tell whether an adapter was taught a set with as many labels as it has now."""
    return name in further.heads and further.heads[name].shape[1] == lesson.goals.shape[1]


def _halfway(before: Adapter, after: Adapter) -> Adapter:
    """Return the adapter halfway between one and what went on from it."""

    def mean(one: Mapping[str, Scores], other: Mapping[str, Scores]) -> dict[str, Scores]:
        halves = np.float32(0.5)
        return {name: halves * (one[name] + array) for name, array in other.items()}

    return Adapter(
        mean(before.down, after.down),
        mean(before.up, after.up),
        mean(before.heads, after.heads),
        fingerprint="",
    )


def _to_learn(texts: int, known: int, draw: np.random.Generator) -> NDArray[np.int_]:
    """Return the rows of a set to learn: those after the known ones, and some of these."""
    rehearsed = max(LEAST_REHEARSED, REHEARSED * (texts - known))
    some = draw.permutation(known)[:rehearsed]
    return np.concatenate([np.sort(some), np.arange(known, texts)])


def _optimiser(changes: list[Any], heads: Any, *, steps: int, share: float) -> tuple[Any, Any]:
    """Return what takes the steps, and the schedule of a share of the usual rates."""
    import torch

    groups = [
        {"params": changes, "lr": RATE * share},
        {"params": heads.parameters(), "lr": HEAD_RATE * share},
    ]
    optimiser = torch.optim.AdamW(groups)
    return optimiser, torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min(1, (step + 1) / (WARM_UP * steps)) * max(0.0, 1 - step / steps)
    )


def _batches(
    lengths: Mapping[str, NDArray[np.int_]], draw: np.random.Generator, order: random.Random
) -> list[tuple[str, NDArray[np.int_]]]:
    """Return which rows of which lesson are learnt together, each row once, in mixed order."""
    batches = []
    for name, of_each in lengths.items():
        rows = draw.permutation(len(of_each))
        for at in range(0, len(rows), BATCH * ALIKE):
            some = rows[at : at + BATCH * ALIKE]
            some = some[np.argsort(of_each[some], kind="stable")]
            batches += [(name, some[i : i + BATCH]) for i in range(0, len(some), BATCH)]
    order.shuffle(batches)
    return batches


@dataclass(frozen=True)
class _Usual:
    """What states usually are: a head learns quickly only of how they differ from that."""

    middle: Any
    spread: Any

    @classmethod
    def of(cls, states: Sequence[Any]) -> Self:
        """Return what some states, (texts, dimension) each, usually are."""
        import torch

        held = torch.cat(list(states))
        return cls(held.mean(dim=0), held.std(dim=0).clamp(min=LEAST_SPREAD))

    def away_from(self, states: Any) -> Any:
        """Return how states differ from what is usual."""
        return (states - self.middle) / self.spread

    def unfold(self, folded: Scores, head: Any) -> None:
        """Give a head the weights that `folded_into` has given for states as they are."""
        import torch

        weights, added = torch.from_numpy(folded[:-1].T.copy()), torch.from_numpy(folded[-1])
        head.weight.data = weights * self.spread
        head.bias.data = added + weights @ self.middle

    def folded_into(self, head: Any) -> Scores:
        """Return the weights of a head, and below them what is added, for states as they are."""
        weights = (head.weight / self.spread).detach()
        added = head.bias.detach() - weights @ self.middle
        folded: Scores = np.concatenate([weights.numpy().T, added.numpy()[None]])
        return folded


def _loss(lesson: Lesson, logits: Any, goals: Any) -> Any:
    """Return the loss of a batch over all questions of its lesson."""
    from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

    losses = []
    for question, columns in columns_of(lesson.labels):
        mine, truth = logits[:, columns], goals[:, columns]
        if question in lesson.exclusive:
            losses.append(cross_entropy(mine, truth, label_smoothing=SMOOTHED))
        else:
            losses.append(2 * binary_cross_entropy_with_logits(mine, truth))
    return sum(losses)
