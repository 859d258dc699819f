"""An embedding model on another machine, asked in the format of OpenAI's `/v1/embeddings`.

Flow: settings -> here -> `index.build` and, as a query is embedded, `index.search`.

What people ask is sent to that server; the screen and all else that judges danger go on
using the packaged model on this machine.  While the server is away, a build fails with one
line and search goes by words alone.

An address and a name do not say which weights answer behind them.  So with all that is embedded
for an index goes one of its own texts, and a server that gives another vector of it than the
index keeps is refused as one that is away: vectors of two models cannot be compared.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import httpx
import numpy as np
from circuitbreaker import CircuitBreaker
from pydantic import BaseModel, SecretStr, ValidationError

from coach.errors import EmbeddingError
from coach.index.embedder import Vectors

__all__ = ["SAME_MODEL", "Proof", "ProvenEmbedder", "RemoteEmbedder"]

BATCH = 64
FAILURES = 1
REST_SECONDS = 30
SAME_MODEL = 0.99
"""The least cosine between two vectors of a text by the same model: other hardware and another
precision stay above it, other weights far under it."""
A_SENTENCE = 20
"""Characters that a text has at least by which a model is known."""


class _Row(BaseModel):
    index: int
    embedding: list[float]


class _Answer(BaseModel):
    data: list[_Row]


@dataclass(frozen=True, eq=False)
class Proof:
    """A text of an index with the vector that is kept of it."""

    text: str
    vector: Vectors

    @classmethod
    def of(cls, known: Mapping[str, Vectors]) -> "Proof | None":
        """Return the shortest sentence of an index, for it is sent often; None if it is empty."""
        text = min(known, key=lambda text: (len(text) < A_SENTENCE, len(text)), default=None)
        return None if text is None else cls(text, known[text])

    def cosine(self, vector: Vectors) -> float:
        """Return how near a vector is to the one that is kept; 0 if it has another length."""
        return float(vector @ self.vector) if len(vector) == len(self.vector) else 0.0


class RemoteEmbedder:
    """Unit vectors from a server; safe to use from many threads.

    After a failure the server is left alone for a while, so one that hangs costs its limit
    once.  No message of an error holds a text that was sent.
    """

    def __init__(
        self,
        url: str,
        model: str,
        key: SecretStr | None = None,
        *,
        seconds: float = 3.0,
        rest_seconds: int = REST_SECONDS,
    ) -> None:
        self.url = url.rstrip("/")
        self._model = model
        headers = {"Authorization": f"Bearer {key.get_secret_value()}"} if key else {}
        self._client = httpx.Client(timeout=seconds, headers=headers)
        self._breaker = CircuitBreaker(FAILURES, rest_seconds, EmbeddingError, name=self.url)
        self._dimension = 0

    @classmethod
    def of(cls, url: str, model: str, key: SecretStr | None, seconds: float) -> "RemoteEmbedder":
        """Return the embedder of that server, one for the whole process."""
        return _shared(url, model, key, seconds)

    @property
    def dimension(self) -> int:
        """The length of each vector; the server is asked once.

        Raises:
            EmbeddingError: It does not answer as it should.
        """
        if not self._dimension:
            self.embed(["dimension"])
        return self._dimension

    def embed(self, texts: Sequence[str], proof: Proof | None = None) -> Vectors:
        """Return one unit vector a text, in order.

        Args:
            texts: What to embed.
            proof: What each request has to prove that its vectors are like; None proves nothing.

        Raises:
            EmbeddingError: The server is away, refuses, or answers with no such vectors.
        """
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        if self._breaker.opened:
            raise self._error("failed a moment ago and is left alone for now")
        room = BATCH - 1 if proof else BATCH
        starts = range(0, len(texts), room)
        parts = [self._breaker.call(self._asked, texts[i : i + room], proof) for i in starts]
        return np.concatenate(parts)

    def has_made(self, known: Mapping[str, Vectors]) -> bool:
        """Tell whether the model that answers now is the one that gave an index its vectors.

        Raises:
            EmbeddingError: As `embed`.
        """
        proof = Proof.of(known)
        return proof is None or proof.cosine(self.embed([proof.text])[0]) >= SAME_MODEL

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _asked(self, texts: Sequence[str], proof: Proof | None) -> Vectors:
        sent = [*texts, proof.text] if proof else list(texts)
        body = {"model": self._model, "input": sent, "encoding_format": "float"}
        try:
            answer = self._client.post(f"{self.url}/embeddings", json=body)
            answer.raise_for_status()
            rows = _Answer.model_validate_json(answer.content).data
        except httpx.HTTPStatusError as error:
            raise self._error(f"answers with status {error.response.status_code}") from None
        except httpx.TimeoutException:
            raise self._error("does not answer in time") from None
        except httpx.HTTPError:
            raise self._error("cannot be reached") from None
        except ValidationError:
            raise self._error("gives no embeddings") from None
        vectors = self._checked(rows, len(sent))
        if proof and (cosine := proof.cosine(vectors[-1])) < SAME_MODEL:
            raise self._error(
                f"has another model than made the index (cosine {cosine:.2f}, at least "
                f"{SAME_MODEL} is asked for); run `coach index build`"
            )
        self._dimension = vectors.shape[1]
        return vectors[: len(texts)]

    def _checked(self, rows: Sequence[_Row], count: int) -> Vectors:
        """Return the rows in order and of length 1, or refuse what is no such thing."""
        rows = sorted(rows, key=lambda row: row.index)
        if [row.index for row in rows] != list(range(count)):
            raise self._error(f"gives {len(rows)} vectors for {count} texts")
        lengths = {len(row.embedding) for row in rows}
        expected = {self._dimension} if self._dimension else lengths
        if lengths != expected or len(lengths) != 1 or 0 in lengths:
            raise self._error(f"gives vectors of length {sorted(lengths)}, not {sorted(expected)}")
        vectors = np.asarray([row.embedding for row in rows], dtype=np.float32)
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not np.isfinite(norms).all() or not (norms > 0).all():
            raise self._error("gives vectors that point nowhere")
        return np.asarray(vectors / norms, dtype=np.float32)

    def _error(self, reason: str) -> EmbeddingError:
        return EmbeddingError(f"The embedding server at {self.url} {reason}.")


class ProvenEmbedder:
    """A server's embedder for one index: it fails where its vectors are not like the index's."""

    def __init__(self, inner: RemoteEmbedder, proof: Proof) -> None:
        self._inner = inner
        self._proof = proof

    @property
    def dimension(self) -> int:
        """The length of each vector."""
        return len(self._proof.vector)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a text, in order.

        Raises:
            EmbeddingError: As `RemoteEmbedder.embed`, or the server has another model now.
        """
        return self._inner.embed(texts, self._proof)


@lru_cache(maxsize=8)
def _shared(url: str, model: str, key: SecretStr | None, seconds: float) -> RemoteEmbedder:
    return RemoteEmbedder(url, model, key, seconds=seconds)
