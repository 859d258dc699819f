"""Teach the packaged network to tell what the coach must know of a message.

Flow: the lessons of `evals/*/train/` -> here (`coach train adapter`, by an engineer, about half an
hour) -> `learnt/adapter.npz` with a card -> `index.adapter`.

All lessons are taught to one adapter, a batch of one lesson at a time in mixed order, each with a
linear head of its own: what tells danger from an idiom also helps to tell a joke from a secret.
"""

import json
import random
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coach.index.adapter import FIRST_LAYER, Adapter, adapted_layers, linear_parts
from coach.index.embedder import Encoder
from coach.index.encoder import SentenceTransformerEmbedder
from coach.index.lessons import Lesson, columns_of, figures
from coach.index.models import PACKAGED, find_model

__all__ = ["adapt"]

RANK = 16
EPOCHS = 3
BATCH = 64
ALIKE = 50
"""Batches among which texts of like lengths are put together."""
LONGEST = 192
"""Tokens of a text that are read while learning."""
RATE, HEAD_RATE = 1e-3, 2e-3
WARM_UP = 0.04
"""The share of the steps in which the rates rise."""
DROPPED = 0.1
SMOOTHED = 0.05
SCALE = 2.0
SEED = 0
HELD_BACK = 10
EVERY = 100


def adapt(
    original: SentenceTransformerEmbedder,
    lessons: Mapping[str, Lesson],
    path: Path,
    *,
    whole: Collection[str] = (),
    told: Callable[[str], None] = lambda _line: None,
) -> None:
    """Learn an adapter from lessons, and write it with a card.

    Not deterministic to the last bit: sums depend on the processor.

    Args:
        original: The packaged model.
        lessons: What there is to learn, by name.
        path: Where the arrays go; the card goes beside them.
        whole: The lessons that are measured on other rows and taught whole; of the others every
            tenth row is held back, and the card says how many of these are then read right.
        told: Told of each step in a line.
    """
    import torch

    parts = {name: _parts(lesson, name in whole) for name, lesson in lessons.items()}
    lessons = {name: taught for name, (taught, _) in parts.items()}

    torch.manual_seed(SEED)
    order = random.Random(SEED)  # noqa: S311
    draw = np.random.default_rng(SEED)
    tokenizer = original.model.tokenizer
    network: Any = original.model[0].auto_model
    network.pooler = None
    network.requires_grad_(requires_grad=False).to(torch.bfloat16)
    originals = list(linear_parts(adapted_layers(network)))
    changed = {place: _low_rank(part) for place, part in originals}
    for place, part in changed.items():
        _put(network, place, part)
    heads: Any = torch.nn.ModuleDict(
        {n: torch.nn.Linear(original.dimension, len(x.goals[0])) for n, x in lessons.items()}
    )
    tokens = {
        name: [tokenizer(t, truncation=True, max_length=LONGEST)["input_ids"] for t in x.texts]
        for name, x in lessons.items()
    }
    goals = {name: torch.from_numpy(lesson.goals) for name, lesson in lessons.items()}
    changes = [part for part in network.parameters() if part.requires_grad]
    groups = [{"params": changes, "lr": RATE}, {"params": heads.parameters(), "lr": HEAD_RATE}]
    optimiser = torch.optim.AdamW(groups)
    steps = EPOCHS * len(_batches(tokens, draw, order))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min(1, (step + 1) / (WARM_UP * steps)) * max(0.0, 1 - step / steps)
    )
    drop = torch.nn.Dropout(DROPPED)
    network.train()
    done = 0
    for _ in range(EPOCHS):
        for name, rows in _batches(tokens, draw, order):
            state = _mean_state(network, [tokens[name][row] for row in rows])
            loss: Any = _loss(lessons[name], heads[name](drop(state)), goals[name][rows])
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(changes, 1.0)
            optimiser.step()
            schedule.step()
            done += 1
            if done % EVERY == 0:
                told(f"adapter: {done} of {steps} steps")
    Adapter(
        {place: part.down.detach().numpy() for place, part in changed.items()},
        {place: SCALE * part.up.detach().numpy() for place, part in changed.items()},
        {
            name: np.concatenate([h.weight.detach().numpy().T, h.bias.detach().numpy()[None]])
            for name, h in heads.items()
        },
        fingerprint="",
    ).write(path)
    write_card(path, parts, SentenceTransformerEmbedder(find_model(PACKAGED)))


def write_card(
    path: Path, parts: Mapping[str, tuple[Lesson, Lesson | None]], encoder: Encoder
) -> None:
    """Write beside an adapter what it was taught, and what it reads right of the rest.

    Args:
        path: The adapter.
        parts: What of each lesson was taught, and what was held back, if anything was.
        encoder: Gives the states of that adapter.
    """
    adapter = Adapter.read(path)
    right = {
        name: figures(adapter.scores(name, encoder.encode(held.texts).adapted), held)
        for name, (_, held) in parts.items()
        if held
    }
    card = {
        "texts": {name: len(taught.texts) for name, (taught, _) in parts.items()},
        "rank": RANK,
        "first_layer": FIRST_LAYER,
        "epochs": EPOCHS,
        "right_of_held_back": right,
    }
    path.with_suffix(".json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")


def _parts(lesson: Lesson, whole: bool) -> tuple[Lesson, Lesson | None]:
    """Return what of a lesson is taught and what is held back."""
    if whole:
        return lesson, None
    rows = np.arange(len(lesson.texts))
    held = rows % HELD_BACK == HELD_BACK - 1
    return lesson.part(rows[~held]), lesson.part(rows[held])


def _batches(
    tokens: Mapping[str, Sequence[Sequence[int]]], draw: np.random.Generator, order: random.Random
) -> list[tuple[str, NDArray[np.int_]]]:
    """Return which rows of which lesson are learnt together, each row once, in mixed order."""
    batches = []
    for name, texts in tokens.items():
        rows = draw.permutation(len(texts))
        for at in range(0, len(rows), BATCH * ALIKE):
            some = np.array(sorted(rows[at : at + BATCH * ALIKE], key=lambda row: len(texts[row])))
            batches += [(name, some[i : i + BATCH]) for i in range(0, len(some), BATCH)]
    order.shuffle(batches)
    return batches


def _low_rank(original: Any) -> Any:
    """Return a linear part with a change of low rank, nought at first, which alone is learnt."""
    import torch
    from torch.nn.functional import linear

    class LowRank(torch.nn.Module):
        """Gives W x + b + s B A x."""

        def __init__(self) -> None:
            super().__init__()
            inputs, outputs = original.in_features, original.out_features
            self.weight, self.bias = original.weight, original.bias
            self.down = torch.nn.Parameter(torch.randn(RANK, inputs) / inputs**0.5)
            self.up = torch.nn.Parameter(torch.zeros(outputs, RANK))

        def forward(self, states: Any) -> Any:
            lower = linear(states, self.down.to(states.dtype))
            change = linear(lower, SCALE * self.up.to(states.dtype))
            return linear(states, self.weight, self.bias) + change

    return LowRank()


def _put(network: Any, place: str, part: Any) -> None:
    """Put a part in its place in the network."""
    layer, _, path = place.partition(".")
    *above, name = path.split(".")
    holder = network.encoder.layer[int(layer)]
    for step in above:
        holder = getattr(holder, step)
    setattr(holder, name, part)


def _mean_state(network: Any, tokens: Sequence[Sequence[int]]) -> Any:
    """Return the mean last state of each text, (texts, dimension), in single precision."""
    import torch

    texts = [torch.tensor(text) for text in tokens]
    ids = torch.nn.utils.rnn.pad_sequence(texts, batch_first=True)
    mask = torch.nn.utils.rnn.pad_sequence([torch.ones_like(t) for t in texts], batch_first=True)
    states = network(input_ids=ids, attention_mask=mask).last_hidden_state.float()
    mask = mask.unsqueeze(-1)
    return (states * mask).sum(dim=1) / mask.sum(dim=1)


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
