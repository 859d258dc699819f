"""Learn labels from example texts, by meaning, letters and words.

Flow: example texts with their vectors -> here -> `dialogue.topics`, `safety.reader`.

Kernel ridge regression: a text's score for a label is a weighted sum of its nearness to
the examples.  Nearness has three parts: of the sentence embeddings (a Gaussian, so that
far examples say nothing), of the letter n-grams (which see through misspellings) and of
words and word pairs (which embeddings of short texts blur).  The two of letters and words
are linear, and so fold into one weight an n-gram.
"""

import functools
import hashlib
import itertools
import math
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import NamedTuple, Self
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse import csr_array

from coach.index.embedder import Vectors
from coach.index.nearness import Landmarks

__all__ = ["Learnt", "Scores", "words_in"]

BUCKETS = 1 << 15
NARROWNESS = 2.0
"""The Gaussian's, on the distance 1 - cosine."""
LEXICAL = 0.5
"""The share of letters, and of words, against 1 for the embedding."""
LETTERS = range(2, 6)
BLOCK = 1024
"""Rows of a large matrix that are worked on at once."""
EXACTLY = 20_000
"""Examples up to which the weights are solved for exactly: OpenBLAS crashed on factoring one of
32,000 by 32,000."""
ROUNDS = 400
CLOSE = 1e-3
"""How much of the goals, by length, may be left unexplained where they are approached."""
JITTER = 1e-3
"""Added to the diagonal of the landmarks' nearness, which is otherwise almost singular."""
_WORD = re.compile(r"[^\W_]+")
_TOKEN = re.compile(r"[^\W_]+|[^\w\s]")

Scores = NDArray[np.float32]


@dataclass(frozen=True)
class Learnt:
    """What was learnt from examples; plain arrays.

    Attributes:
        vectors: The embeddings that meaning is compared with, (landmarks, dimension), unit
            length: those of the examples, or of some of them; in half precision once read.
        duals: The weight of each landmark for each label, (landmarks, labels).
        letters: The weight of each bucket of letter n-grams, (buckets, labels).
        words: The weight of each bucket of words and pairs, (buckets, labels).
        letter_rarity: The inverse document frequency of each letter bucket.
        word_rarity: The same for words.
    """

    vectors: Vectors
    duals: Scores
    letters: Scores
    words: Scores
    letter_rarity: Scores
    word_rarity: Scores
    narrowness: float = NARROWNESS
    """How fast nearness by meaning fades."""

    @classmethod
    def of(
        cls,
        texts: Sequence[str],
        vectors: Vectors,
        goals: Scores,
        ridge: Scores | float,
        *,
        landmarks: int | None = None,
        narrowness: float = NARROWNESS,
    ) -> Self:
        """Learn from examples.

        Args:
            texts: The examples.
            vectors: Their embeddings, (examples, dimension), unit length.
            goals: What each is to score for each label, (examples, labels).
            ridge: How loosely the examples are followed, one number or one an example.
            landmarks: With how many examples meaning is compared, where there are more
                (Nyström; they are drawn at random, the same each time); None keeps all.
            narrowness: How fast nearness by meaning fades.
        """
        letters, letter_rarity = _counted(texts, _letters)
        words, word_rarity = _counted(texts, words_in)
        near = np.empty((len(vectors), len(vectors)), np.float32)
        for rows in _blocks(len(near)):
            near[rows] = _gaussian(vectors[rows] @ vectors.T, narrowness)
            near[rows] += LEXICAL * (letters[rows] @ letters.T).toarray()
            near[rows] += LEXICAL * (words[rows] @ words.T).toarray()
        near[np.diag_indices_from(near)] += ridge
        duals = _solved(near, goals.astype(np.float32))
        held, weights = _held_by_landmarks(vectors, duals, landmarks or len(vectors), narrowness)
        return cls(
            vectors=held,
            duals=weights,
            letters=np.asarray(letters.T @ duals, dtype=np.float32),
            words=np.asarray(words.T @ duals, dtype=np.float32),
            letter_rarity=letter_rarity,
            word_rarity=word_rarity,
            narrowness=narrowness,
        )

    @functools.cached_property
    def _landmarks(self) -> Landmarks:
        return Landmarks(self.vectors)

    def scores(self, texts: Sequence[str], vectors: Vectors) -> Scores:
        """Return what each text scores for each label, (texts, labels).

        Args:
            texts: What to judge.
            vectors: Their embeddings, (texts, dimension), unit length.
        """
        near = _gaussian(self._landmarks.cosines(vectors), self.narrowness)
        found: Scores = near @ self.duals
        for row, text in enumerate(texts):
            letters, words = _parts(text)
            found[row] += LEXICAL * _weighed(letters, self.letter_rarity, self.letters)
            found[row] += LEXICAL * _weighed(words, self.word_rarity, self.words)
        return found

    @classmethod
    def kept(
        cls,
        folders: Sequence[Path],
        name: str,
        *,
        texts: Sequence[str],
        embed: Callable[[Sequence[str]], Vectors],
        made_by: str,
        goals: Scores,
        ridge: float,
        landmarks: int,
    ) -> Self:
        """Return what `of` learns, taken from a folder if it was learnt there before.

        The file's name carries the digest of all that was learnt from, so that it never answers
        for other examples, another model or other settings.

        Args:
            folders: Where it may be kept; what is learnt anew is put in the last.
            name: What it is for; one file of each name is kept.
            texts: As for `of`.
            embed: Gives their vectors, where they are learnt from.
            made_by: What tells the model from others.
            goals: As for `of`, and so are the others.
            ridge: As for `of`.
            landmarks: As for `of`.
        """
        settings = (BUCKETS, NARROWNESS, LEXICAL, LETTERS, ridge, landmarks, made_by)
        digest = hashlib.sha256(repr(settings).encode())
        digest.update("\0".join(texts).encode("utf-8", "replace"))
        digest.update(np.ascontiguousarray(goals).tobytes())
        file = f"{name}-{digest.hexdigest()[:32]}.npz"
        for path in (folder / file for folder in folders):
            if path.is_file():
                with suppress(OSError, ValueError, zipfile.BadZipFile):
                    return cls.read(path)[0]
        learnt = cls.of(texts, embed(texts), goals, ridge, landmarks=landmarks)
        with suppress(OSError):  # a folder that cannot be written to costs minutes a start
            learnt._publish(folders[-1] / file, name)
            learnt, _ = cls.read(folders[-1] / file)
        return learnt

    def _publish(self, path: Path, name: str) -> None:
        """Write the file in one step, and remove what was learnt of other examples."""
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{uuid4().hex}")
        try:
            self.write(draft)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        for other in path.parent.glob(f"{name}-*.npz"):
            if other != path:
                other.unlink(missing_ok=True)

    def write(self, path: Path, **more: Scores) -> None:
        """Write everything, in half precision, with `more` arrays beside it."""
        arrays = {f.name: np.asarray(getattr(self, f.name)) for f in fields(self)} | more
        halves = {name: array.astype(np.float16) for name, array in arrays.items()}
        with path.open("wb") as file:
            np.savez_compressed(file, allow_pickle=False, **halves)

    @classmethod
    def read(cls, path: Path) -> tuple[Self, dict[str, Scores]]:
        """Return what `write` wrote: what was learnt, and the arrays beside it.

        Raises:
            OSError: It cannot be read.
            ValueError: It is no such file.
        """
        names = {f.name for f in fields(cls)}
        with path.open("rb") as file, np.load(file, allow_pickle=False) as held:
            # The vectors stay as they were written: they are compared with in bytes.
            arrays = {
                name: held[name] if name == "vectors" else held[name].astype(np.float32)
                for name in held.files
            }
        if not names <= set(arrays):
            raise ValueError(f"{path} lacks arrays")
        return cls(**{n: arrays[n] for n in names}), {n: arrays[n] for n in set(arrays) - names}


def _held_by_landmarks(
    vectors: Vectors, duals: Scores, count: int, narrowness: float
) -> tuple[Vectors, Scores]:
    """Return landmarks and the weights by which they say nearly what all examples say."""
    if count >= len(vectors):
        return vectors, duals.astype(np.float32)
    chosen = np.sort(np.random.default_rng(0).permutation(len(vectors))[:count])
    held = np.ascontiguousarray(vectors[chosen])
    near = _gaussian(held @ held.T, narrowness)
    near[np.diag_indices_from(near)] += JITTER
    weights = _solved(near, _gaussian(held @ vectors.T, narrowness) @ duals)
    return held, weights.astype(np.float32)


def _gaussian(similar: Vectors, narrowness: float) -> Scores:
    """Turn cosines into nearness by meaning: 1 for the same vector, towards 0 for unlike ones.

    In place, for those of all examples with each other fill gigabytes.
    """
    similar -= 1
    similar *= narrowness
    return np.exp(similar, out=similar)


def _blocks(count: int) -> Iterator[slice]:
    """Yield the rows of a large matrix, some at a time."""
    return (slice(at, at + BLOCK) for at in range(0, count, BLOCK))


def _solved(near: Scores, goals: Scores) -> Scores:
    """Return the weights by which nearness gives the goals; `near` is symmetric, and used up."""
    if len(near) > EXACTLY:
        return _approached(near, goals)
    return np.asarray(cho_solve(cho_factor(near.T, overwrite_a=True, check_finite=False), goals))


def _approached(near: Scores, goals: Scores) -> Scores:
    """Return the same by conjugate gradients, for all labels at once (Hestenes and Stiefel, 1952).

    SciPy's own takes one label at a time, and so reads a matrix of gigabytes once for each.
    """
    found = np.zeros_like(goals)
    left, direction = goals.copy(), goals.copy()
    size = begun = np.square(left, dtype=np.float64).sum(axis=0)
    for _ in range(ROUNDS):
        image = np.concatenate([near[rows] @ direction for rows in _blocks(len(near))])
        step = size / (direction * image).sum(axis=0, dtype=np.float64)
        found += (direction * step).astype(np.float32)
        left -= (image * step).astype(np.float32)
        before, size = size, np.square(left, dtype=np.float64).sum(axis=0)
        if (size <= begun * CLOSE**2).all():
            break
        direction = (left + direction * (size / before)).astype(np.float32)
    return found


def _counted(
    texts: Sequence[str], parts: Callable[[str], Mapping[int, float]]
) -> tuple[csr_array, Scores]:
    """Return the weighed parts of each text, as rows of unit length, and each part's rarity."""
    counts = [parts(text) for text in texts]
    starts = np.cumsum([0, *(len(count) for count in counts)])
    columns = np.fromiter((column for count in counts for column in count), dtype=np.int64)
    values: Scores = np.fromiter(
        (value for count in counts for value in count.values()), dtype=np.float32
    )
    held_by = np.bincount(columns, minlength=BUCKETS)
    rarity = (np.log((1 + len(texts)) / (1 + held_by)) + 1).astype(np.float32)
    values = (values * rarity[columns]).astype(np.float32)
    rows = np.repeat(np.arange(len(texts)), np.diff(starts))
    lengths = np.sqrt(np.bincount(rows, values**2, minlength=len(texts)))
    values = (values / np.maximum(lengths, 1e-9)[rows]).astype(np.float32)
    return csr_array((values, columns, starts), shape=(len(texts), BUCKETS)), rarity


class _Parts(NamedTuple):
    """The parts of a text: their buckets, and how much each counts by how often it stands there."""

    columns: NDArray[np.int64]
    counts: Scores

    @classmethod
    def of(cls, parts: Mapping[int, float]) -> Self:
        return cls(
            np.fromiter(parts, dtype=np.int64), np.fromiter(parts.values(), dtype=np.float32)
        )


@functools.lru_cache(maxsize=1)  # one text is judged by many sets; nothing older is kept
def _parts(text: str) -> tuple[_Parts, _Parts]:
    """Return the letter n-grams of a text, and its words and pairs."""
    return _Parts.of(_letters(text)), _Parts.of(words_in(text))


def _weighed(parts: _Parts, rarity: Scores, weights: Scores) -> Scores:
    """Return the score that a text's parts give, the parts taken as of unit length."""
    columns, counts = parts
    if not len(columns):
        return np.zeros(weights.shape[1], dtype=np.float32)
    values = counts * rarity[columns]
    length = max(float(np.linalg.norm(values)), 1e-9)
    return np.asarray(values @ weights[columns] / length, dtype=np.float32)


def _letters(text: str) -> dict[int, float]:
    """Return the letter n-grams of a text within its words, by bucket."""
    grams = (
        padded[at : at + size]
        for word in _TOKEN.findall(text.lower())
        for padded in (f" {word} ",)
        for size in LETTERS
        for at in range(len(padded) - size + 1)
    )
    return _bucketed(grams)


def words_in(text: str) -> dict[int, float]:
    """Return how often each word and pair of words stands in a text, by bucket, damped."""
    words = _WORD.findall(text.lower())
    return _bucketed((*words, *map(" ".join, itertools.pairwise(words))))


def _bucketed(parts: Iterable[str]) -> dict[int, float]:
    counts: dict[int, int] = {}
    for part in parts:
        bucket = zlib.crc32(part.encode("utf-8", "replace")) % BUCKETS
        counts[bucket] = counts.get(bucket, 0) + 1
    return {bucket: 1 + math.log(count) for bucket, count in counts.items()}
