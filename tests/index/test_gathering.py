"""Texts of many threads in one run: each gets its own, nobody waits for good."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np
import pytest

from coach.index.embedder import Encoded
from coach.index.gathering import TOGETHER, Gathering

LIMIT = 60


class Lengths:
    """A model that gives the length of each text, one run at a time where it is told to wait."""

    def __init__(self) -> None:
        self.runs: list[list[str]] = []
        self.may_go = threading.Event()
        self.has_begun = threading.Event()

    def run(self, texts: Sequence[str]) -> Encoded:
        self.runs.append(list(texts))
        self.has_begun.set()
        assert self.may_go.wait(LIMIT)
        if "broken" in texts:
            raise ValueError("broken")
        if "stopped" in texts:
            raise KeyboardInterrupt
        part = np.array([[len(text)] for text in texts], dtype=np.float32).reshape(-1, 1)
        return Encoded(part, part + 1, part + 2)


@contextmanager
def asked_while_another_runs(
    model: Lengths, gathering: Gathering, *asked: list[str]
) -> Iterator[list[Future[Encoded]]]:
    """Give what becomes of each request, all of which waited while a first one ran."""
    with ThreadPoolExecutor(len(asked) + 1) as threads:
        first = threads.submit(gathering.encode, ["alone"])
        assert model.has_begun.wait(LIMIT)
        others = [threads.submit(gathering.encode, texts) for texts in asked]
        while len(gathering._waiting) < len(asked):
            threading.Event().wait(0.001)
        model.may_go.set()
        assert first.result(LIMIT).vectors.tolist() == [[5]]
        yield others


def test_what_waits_while_another_runs_goes_together_and_each_gets_its_own() -> None:
    model = Lengths()
    gathering = Gathering(model.run, at_once=1)
    asked = [["x" * n, "y"] for n in range(1, TOGETHER + 1)]
    with asked_while_another_runs(model, gathering, *asked) as others:
        for texts, other in zip(asked, others, strict=True):
            found = other.result(LIMIT)
            assert found.vectors.ravel().tolist() == [len(text) for text in texts]
            assert found.adapted.ravel().tolist() == [len(text) + 2 for text in texts]
    assert len(model.runs) == 2


@pytest.mark.parametrize("at_once", [1, 2])
def test_many_threads_each_get_their_own(at_once: int) -> None:
    model = Lengths()
    model.may_go.set()
    gathering = Gathering(model.run, at_once)
    asked = [["x" * n] * (n % 3) for n in range(200)]
    with ThreadPoolExecutor(20) as threads:
        found = list(threads.map(gathering.encode, asked, timeout=LIMIT))
    for texts, one in zip(asked, found, strict=True):
        assert one.vectors.ravel().tolist() == [len(text) for text in texts]
    assert all(len(run) <= TOGETHER * 2 for run in model.runs)


def test_what_fails_alone_fails_and_the_next_one_goes_on() -> None:
    model = Lengths()
    model.may_go.set()
    gathering = Gathering(model.run, at_once=1)
    with pytest.raises(ValueError, match="broken"):
        gathering.encode(["broken"])
    assert gathering.encode(["whole"]).vectors.tolist() == [[5]]


def test_nobody_fails_because_of_what_another_asked_for() -> None:
    model = Lengths()
    gathering = Gathering(model.run, at_once=1)
    with asked_while_another_runs(model, gathering, ["broken"], ["whole"]) as (broken, whole):
        assert whole.result(LIMIT).vectors.tolist() == [[5]]
        with pytest.raises(ValueError, match="broken"):
            broken.result(LIMIT)


def test_a_run_that_is_stopped_is_not_tried_again_and_leaves_nobody_waiting() -> None:
    model = Lengths()
    gathering = Gathering(model.run, at_once=1)
    with asked_while_another_runs(model, gathering, ["stopped"], ["whole"]) as others:
        for other in others:
            with pytest.raises(KeyboardInterrupt):
                other.result(LIMIT)
    assert len(model.runs) == 2
    assert gathering.encode(["whole"]).vectors.tolist() == [[5]]
