"""Teach the packaged network which texts say the same in other words.

Flow: groups of texts, what one person may say in several ways (`corpus/crisis/answers.yaml`,
`heard.yaml`) -> here (`coach train alike`, by an engineer, about 20 minutes) -> `learnt/alike.npz`
with a card -> `index.adapter`.

The packaged network puts texts together that are about the same: "will they lock me up" and "they
locked me up" are close.  Here it learns to put those together that one answer is for, and apart
from those of the groups nearest to it ("Supervised Contrastive Learning", Khosla and others, 2020,
arxiv.org/abs/2004.11362, with hard negatives).
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coach.index.adapter import FIRST_LAYER, lower_layers, upper_layers
from coach.index.encoder import SentenceTransformerEmbedder
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

__all__ = ["liken"]

EPOCHS = 2
DRAWN = 14
"""Groups that a step begins with."""
BESIDE, OF_NEAREST = 3, 8
"""Groups that it takes beside each, and among how many of the nearest to it."""
OF_EACH = 3
"""Texts that it takes of each group."""
TEMPERATURE = 0.05
RATE = 3e-4
WARM_UP = 0.05
DROPPED = 0.1
SEED = 0
EVERY = 50


def liken(
    original: SentenceTransformerEmbedder,
    groups: Sequence[Sequence[str]],
    path: Path,
    *,
    told: Callable[[str], None] = lambda _line: None,
) -> None:
    """Learn an adapter from groups of texts, and write it with a card.

    Not deterministic to the last bit: sums depend on the processor.

    Args:
        original: The packaged model.
        groups: Texts that say the same, two or more in each.
        path: Where the arrays go; the card goes beside them.
        told: Told of each step in a line.
    """
    import torch

    torch.manual_seed(SEED)
    draw = np.random.default_rng(SEED)
    texts = [text for group in groups for text in group]
    of_group = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    network = without_pooler(original)
    network.requires_grad_(requires_grad=False).to(torch.bfloat16).eval()
    encoder = network.encoder
    encoder.layer, upper = lower_layers(encoder), upper_layers(encoder)
    told(f"alike: the lower layers read {len(texts)} texts")
    states = LowerStates(network, tokens_of(original, texts))
    encoder.layer = upper
    nearest = _nearest_groups(_vectors(encoder, states), of_group)
    changed = changed_parts(upper)
    steps = [rows for _ in range(EPOCHS) for rows in _steps(of_group, nearest, draw)]
    changes = [part for part in encoder.parameters() if part.requires_grad]
    optimiser = torch.optim.AdamW(changes, lr=RATE)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser,
        lambda step: min(1, (step + 1) / (WARM_UP * len(steps))) * (1 - step / len(steps)),
    )
    drop = torch.nn.Dropout(DROPPED)
    encoder.train()
    for done, rows in enumerate(steps, start=1):
        made = drop(mean_state(encoder, states, rows))
        loss = _loss(torch.nn.functional.normalize(made, dim=1), torch.from_numpy(of_group[rows]))
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(changes, 1.0)
        optimiser.step()
        schedule.step()
        if done % EVERY == 0:
            told(f"alike: {done} of {len(steps)} steps")
    adapter_of(changed).write(path)
    card = {
        "groups": len(groups),
        "texts": len(texts),
        "texts_sha256": hashlib.sha256("\0".join(texts).encode()).hexdigest(),
        "rank": RANK,
        "first_layer": FIRST_LAYER,
        "epochs": EPOCHS,
    }
    path.with_suffix(".json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")


def _vectors(encoder: Any, states: LowerStates) -> NDArray[np.float32]:
    """Return the unit vector of each text, (texts, dimension)."""
    import torch

    order = np.argsort(states.lengths, kind="stable")
    parts = []
    with torch.no_grad():
        for at in range(0, len(order), BATCH):
            made = mean_state(encoder, states, order[at : at + BATCH])
            parts.append(torch.nn.functional.normalize(made, dim=1).numpy())
    vectors: NDArray[np.float32] = np.concatenate(parts)[np.argsort(order)]
    return vectors


def _nearest_groups(vectors: NDArray[np.float32], of_group: NDArray[np.int_]) -> NDArray[np.int_]:
    """Return the nearest other groups of each, by their middles, (groups, `OF_NEAREST`)."""
    middles = np.zeros((of_group[-1] + 1, vectors.shape[1]), dtype=np.float32)
    np.add.at(middles, of_group, vectors)
    middles /= np.linalg.norm(middles, axis=1, keepdims=True)
    near = middles @ middles.T
    np.fill_diagonal(near, -1)
    return np.argsort(-near, axis=1)[:, :OF_NEAREST]


def _steps(
    of_group: NDArray[np.int_], nearest: NDArray[np.int_], draw: np.random.Generator
) -> list[NDArray[np.int_]]:
    """Return the texts of each step of an epoch, in which each group begins one step."""
    ends = np.searchsorted(of_group, np.arange(len(nearest) + 1))
    members = [np.arange(start, end) for start, end in pairwise(ends)]
    order = draw.permutation(len(nearest))
    steps = []
    for at in range(0, len(order), DRAWN):
        taken: dict[int, None] = {}
        for group in order[at : at + DRAWN]:
            beside = draw.choice(nearest[group], BESIDE, replace=False)
            taken.update(dict.fromkeys([int(group), *map(int, beside)]))
        some = [draw.choice(m, min(OF_EACH, len(m)), False) for m in (members[g] for g in taken)]
        steps.append(np.concatenate(some))
    return steps


def _loss(vectors: Any, of_group: Any) -> Any:
    """Return how far each text is from those that say the same, against all of its step."""
    import torch

    itself = torch.eye(len(vectors), dtype=torch.bool)
    likeness = (vectors @ vectors.T / TEMPERATURE).masked_fill(itself, float("-inf"))
    same = (of_group[:, None] == of_group[None]) & ~itself
    log_chance = likeness - torch.logsumexp(likeness, dim=1, keepdim=True)
    of_same = log_chance.masked_fill(~same, 0.0).sum(dim=1) / same.sum(dim=1)
    return -of_same.mean()
