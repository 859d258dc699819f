"""An embedding model on another machine, asked in the format of OpenAI's `/v1/embeddings`.

Flow: settings -> here -> `index.build` and, as a query is embedded, `index.search`.

What people ask is sent to that server; the screen and all else that judges danger go on
using the packaged model on this machine.  While the server is away, a build fails with one
line and search goes by words alone.
"""

from collections.abc import Sequence
from functools import lru_cache

import httpx
import numpy as np
from circuitbreaker import CircuitBreaker
from pydantic import BaseModel, SecretStr, ValidationError

from coach.errors import EmbeddingError
from coach.index.embedder import Vectors

__all__ = ["RemoteEmbedder"]

BATCH = 64
FAILURES = 1
REST_SECONDS = 30


class _Row(BaseModel):
    index: int
    embedding: list[float]


class _Answer(BaseModel):
    data: list[_Row]


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

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a text, in order.

        Raises:
            EmbeddingError: The server is away, refuses, or answers with no such vectors.
        """
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        if self._breaker.opened:
            raise self._error("failed a moment ago and is left alone for now")
        starts = range(0, len(texts), BATCH)
        parts = [self._breaker.call(self._asked, texts[i : i + BATCH]) for i in starts]
        return np.concatenate(parts)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _asked(self, texts: Sequence[str]) -> Vectors:
        body = {"model": self._model, "input": list(texts), "encoding_format": "float"}
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
        return self._checked(rows, len(texts))

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
        self._dimension = lengths.pop()
        return np.asarray(vectors / norms, dtype=np.float32)

    def _error(self, reason: str) -> EmbeddingError:
        return EmbeddingError(f"The embedding server at {self.url} {reason}.")


@lru_cache(maxsize=8)
def _shared(url: str, model: str, key: SecretStr | None, seconds: float) -> RemoteEmbedder:
    return RemoteEmbedder(url, model, key, seconds=seconds)
