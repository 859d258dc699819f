"""Cosines from bytes, beside those in single precision."""

import numpy as np
import pytest

from coach.index.embedder import Vectors
from coach.index.nearness import Landmarks

NEAR = 0.004


def unit(vectors: Vectors) -> Vectors:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def vectors() -> Vectors:
    return unit(np.random.default_rng(0).standard_normal((300, 768)).astype(np.float32))


def test_cosines_from_bytes_are_nearly_those_in_single_precision(vectors: Vectors) -> None:
    noise = np.random.default_rng(1).standard_normal((60, 768)).astype(np.float32)
    texts = unit(vectors[:60] + 0.02 * noise)
    cosines = Landmarks(vectors).cosines(texts)
    assert cosines.shape == (60, 300)
    assert cosines == pytest.approx(texts @ vectors.T, abs=NEAR)
    assert (cosines.argmax(axis=1) == np.arange(60)).all()


def test_a_text_lies_as_near_alone_as_in_company(vectors: Vectors) -> None:
    landmarks = Landmarks(vectors)
    together = landmarks.cosines(vectors[:40])
    assert (np.concatenate([landmarks.cosines(v[None]) for v in vectors[:40]]) == together).all()


def test_what_says_nothing_is_near_to_nothing(vectors: Vectors) -> None:
    nothing = np.zeros((1, 768), np.float32)
    assert (Landmarks(vectors).cosines(nothing) == 0).all()
    assert (Landmarks(nothing).cosines(vectors) == 0).all()


def test_half_precision_is_taken_too(vectors: Vectors) -> None:
    """As what was learnt is kept."""
    cosines = Landmarks(vectors.astype(np.float16)).cosines(vectors)
    assert cosines == pytest.approx(vectors @ vectors.T, abs=NEAR)
