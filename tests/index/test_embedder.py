"""The cache that all parts share: every text is embedded once, and no text is kept."""

import gc
import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from coach.index.embedder import CachingEmbedder, Vectors


class HashEmbedder:
    """An embedder whose vectors follow from the text alone, and that notes what it was asked."""

    dimension = 4

    def __init__(self) -> None:
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.asked.extend(texts)
        return np.stack([self.vector(text) for text in texts])

    @staticmethod
    def vector(text: str) -> Vectors:
        seed = int.from_bytes(hashlib.sha256(text.encode(errors="replace")).digest()[:4])
        vector = np.random.default_rng(seed).normal(size=4)
        return (vector / np.linalg.norm(vector)).astype(np.float32)


def test_a_text_is_embedded_once_and_in_order() -> None:
    inner = HashEmbedder()
    cache = CachingEmbedder(inner)
    cache.embed(["b"])
    vectors = cache.embed(["a", "b", "a", "c"])
    assert inner.asked == ["b", "a", "c"]
    np.testing.assert_array_equal(vectors, [inner.vector(t) for t in ("a", "b", "a", "c")])


def test_known_texts_are_never_embedded_and_never_forgotten() -> None:
    inner = HashEmbedder()
    known = inner.vector("known")
    cache = CachingEmbedder(inner, known={"known": known}, size=1)
    cache.embed(["a", "b", "c"])
    np.testing.assert_array_equal(cache.embed(["known"]), [known])
    assert "known" not in inner.asked


def test_the_text_that_was_not_used_longest_is_forgotten_first() -> None:
    inner = HashEmbedder()
    cache = CachingEmbedder(inner, size=2)
    for text in ("a", "b", "a", "c"):
        cache.embed([text])
    inner.asked.clear()
    cache.embed(["a", "c"])
    assert inner.asked == []
    cache.embed(["b"])
    assert inner.asked == ["b"]


def test_more_texts_than_the_cache_holds_are_all_answered() -> None:
    texts = [str(n) for n in range(50)]
    vectors = CachingEmbedder(HashEmbedder(), size=3).embed(texts)
    np.testing.assert_array_equal(vectors, [HashEmbedder.vector(t) for t in texts])


def test_no_texts_give_no_vectors() -> None:
    inner = HashEmbedder()
    vectors = CachingEmbedder(inner).embed([])
    assert vectors.shape == (0, 4)
    assert vectors.dtype == np.float32
    assert inner.asked == []


def test_what_a_caller_does_to_a_vector_stays_with_the_caller() -> None:
    cache = CachingEmbedder(HashEmbedder(), known={"known": HashEmbedder.vector("known")})
    for text in ("known", "said"):
        cache.embed([text])[0] = 0
        np.testing.assert_array_equal(cache.embed([text]), [HashEmbedder.vector(text)])


def test_no_message_is_kept_as_text() -> None:
    inner = HashEmbedder()
    cache = CachingEmbedder(inner)
    message = "".join(["I have never told ", "anybody this"])
    cache.embed([message])
    inner.asked.clear()
    seen: set[int] = set()
    waiting: list[object] = [vars(cache)]
    while waiting:
        thing = waiting.pop()
        if id(thing) in seen or isinstance(thing, type):
            continue
        seen.add(id(thing))
        assert not (isinstance(thing, str) and "anybody this" in thing)
        assert not (isinstance(thing, bytes) and b"anybody this" in thing)
        if isinstance(thing, dict | list | tuple | set) or thing is inner:
            waiting.extend(gc.get_referents(thing))


def test_the_key_of_the_hash_is_different_in_every_process_and_cache() -> None:
    first, second = CachingEmbedder(HashEmbedder()), CachingEmbedder(HashEmbedder())
    first.embed(["a"])
    second.embed(["a"])
    assert set(first._latest) != set(second._latest)


def test_half_a_surrogate_pair_is_remembered_like_any_text() -> None:
    inner = HashEmbedder()
    cache = CachingEmbedder(inner)
    cache.embed(["\ud83d"])
    cache.embed(["\ud83d"])
    assert len(inner.asked) == 1


def test_many_threads_get_the_vectors_of_their_own_texts() -> None:
    cache = CachingEmbedder(HashEmbedder(), size=5)

    def ask(worker: int) -> bool:
        for turn in range(150):
            texts = [str((worker * turn + n) % 17) for n in range(4)]
            expected = np.stack([HashEmbedder.vector(text) for text in texts])
            if not np.array_equal(cache.embed(texts), expected):
                return False
        return len(cache._latest) <= 5

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(8)))


def test_an_inner_embedder_that_fails_leaves_nothing_behind() -> None:
    class Failing(HashEmbedder):
        def embed(self, texts: Sequence[str]) -> Vectors:
            if "bad" in texts:
                raise RuntimeError
            return super().embed(texts)

    cache = CachingEmbedder(Failing())
    with pytest.raises(RuntimeError):
        cache.embed(["good", "bad"])
    np.testing.assert_array_equal(cache.embed(["good"]), [HashEmbedder.vector("good")])
