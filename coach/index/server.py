"""The index on a Chroma server, shared by any number of replicas.

Flow: `index.build` -> `IndexServer.publish` -> Chroma -> `IndexServer.read` -> `index.search`.

A build is one collection, named after what it was made of, with its manifest as metadata.
It is filled under another name and renamed when it is whole, so a reader finds all of it or
none of it, and replicas of different corpora each find theirs.  A replica reads it into
memory when it opens and searches there: while people talk, nobody waits for the server, and
who cannot reach it opens the index on disk.

Every request has a time limit; a broken connection is tried again (tenacity); after a
failure the server is left alone for a while (circuitbreaker, which counts by the monotonic
clock), so a server that hangs costs whoever opens an index the limit once.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit
from uuid import uuid4

import bm25s
import httpx
import numpy as np
from chromadb.api import ServerAPI
from chromadb.api.fastapi import FastAPI
from chromadb.api.models.Collection import Collection
from chromadb.config import Settings as ChromaSettings
from chromadb.config import System
from circuitbreaker import CircuitBreaker
from overrides import override
from pydantic import SecretStr, ValidationError
from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from coach.errors import IndexAwayError, UnusableIndexError
from coach.index.embedder import Vectors
from coach.index.store import (
    Manifest,
    StoredIndex,
    current_build,
    read_manifest,
    read_rows,
    searchable,
    words_of,
)
from coach.schema import Chunk
from coach.settings import Settings

__all__ = ["IndexServer"]

WHOLE = "homeward-"
PARTIAL = "homeward-unfinished-"
KEPT = 3
"""Builds that stay on the server: the newest, and those that older replicas still read."""
ATTEMPTS = 2
FAILURES = 1
REST_SECONDS = 30
PAGE = 1_000
"""Rows that are asked for or sent at once."""

WRITE_SECONDS = 60.0
"""How long the server may take to store a page; nobody but a build waits for it."""

_REFUSED = frozenset({401, 403})
_BUSY = frozenset({429, 502, 503, 504})
_T = TypeVar("_T")


class IndexServer:
    """A Chroma server that holds builds; safe to use from many threads.

    Whatever goes wrong with it is an `IndexAwayError` of one line, without the token.
    """

    def __init__(
        self,
        url: str,
        token: SecretStr | None = None,
        *,
        seconds: float = 3.0,
        rest_seconds: int = REST_SECONDS,
    ) -> None:
        self.url = url.rstrip("/")
        self._token = token
        self._seconds = seconds
        self._breaker = CircuitBreaker(
            failure_threshold=FAILURES,
            recovery_timeout=rest_seconds,
            expected_exception=IndexAwayError,
            name=self.url,
        )

    @classmethod
    def of(cls, settings: Settings) -> "IndexServer | None":
        """Return the server that is set, one for the whole process, or None if none is."""
        if settings.chroma_url is None:
            return None
        return _shared(settings.chroma_url, settings.chroma_token, settings.chroma_seconds)

    def builds(self) -> list[Manifest]:
        """Return the manifests of the whole builds on the server, newest first.

        Raises:
            IndexAwayError: The server cannot be reached, is resting, or refuses.
        """
        return self._asked(_manifests)

    def read(self, manifest: Manifest) -> StoredIndex:
        """Return a build, proven to hold what was published.

        Args:
            manifest: One of `builds()`.

        Raises:
            IndexAwayError: It cannot be had whole.
        """
        return self._asked(lambda client: _read(client, manifest))

    def publish(self, index: StoredIndex) -> bool:
        """Put a build on the server; return whether it had to be sent.

        Raises:
            IndexAwayError: The server has it not; what it had before is as it was.
        """
        return self._asked(lambda client: _publish(client, index), WRITE_SECONDS)

    def state(self, index_dir: Path) -> str:
        """Return in one line what the server holds, and whether the disk's build is among it."""
        try:
            builds = self.builds()
        except IndexAwayError as error:
            return f"away: {error}"
        newest = f", the newest of {builds[0].built_at:%Y-%m-%d %H:%M} UTC" if builds else ""
        try:
            here = _name(read_manifest(current_build(index_dir)))
        except UnusableIndexError:
            here = ""
        among = "with" if here in map(_name, builds) else "without"
        return f"{self.url}: {len(builds)} build(s){newest}, {among} the one on disk"

    def _asked(self, ask: Callable[[ServerAPI], _T], seconds: float | None = None) -> _T:
        retrying = Retrying(
            stop=stop_after_attempt(ATTEMPTS),
            wait=wait_random_exponential(multiplier=0.1, max=0.5),
            retry=retry_if_exception(lambda error: getattr(error, "passing", False)),
            reraise=True,
        )
        if self._breaker.opened:
            raise IndexAwayError(
                f"The Chroma server at {self.url} failed a moment ago and is left alone for now."
            )
        answer: _T = self._breaker.call(retrying, self._once, ask, seconds)
        return answer

    def _once(self, ask: Callable[[ServerAPI], _T], seconds: float | None) -> _T:
        try:
            with self._client(seconds or self._seconds) as client:
                return ask(client)
        except Exception as error:  # Chroma wraps what httpx raises in classes of many kinds
            raise self._away(error, seconds or self._seconds) from None

    def _away(self, error: BaseException, seconds: float) -> IndexAwayError:
        """Return in one line why the server cannot be used, and whether that may pass soon."""
        causes = list(_causes(error))
        status = next((e.status for e in causes if isinstance(e, _StatusError)), None)
        passing = status in _BUSY
        if status in _REFUSED:
            reason = "refuses the token; set COACH_CHROMA_TOKEN"
        elif status is not None:
            reason = f"answers with status {status}"
        elif any(isinstance(e, httpx.TimeoutException) for e in causes):
            reason = f"does not answer within {seconds:g} s"
        elif any(isinstance(e, httpx.TransportError) for e in causes):
            reason, passing = "cannot be reached", True
        else:
            reason = f"cannot be used ({type(error).__name__})"
        away = IndexAwayError(f"The Chroma server at {self.url} {reason}.")
        away.passing = passing
        return away

    @contextmanager
    def _client(self, seconds: float = WRITE_SECONDS) -> Iterator[ServerAPI]:
        place = urlsplit(self.url)
        secure = place.scheme == "https"
        token = self._token.get_secret_value() if self._token else ""
        system = System(
            _TimedSettings(
                anonymized_telemetry=False,
                chroma_server_host=place.hostname,
                chroma_server_http_port=place.port or (443 if secure else 80),
                chroma_server_ssl_enabled=secure,
                chroma_server_headers={"Authorization": f"Bearer {token}"} if token else {},
                request_seconds=seconds,
            )
        )
        # Chroma's own `Client` takes no time limit, and holds on to a system that it never stops.
        api = system.instance(_TimedApi)
        system.start()
        try:
            yield api
        finally:
            system.stop()


class _TimedSettings(ChromaSettings):
    """Chroma's settings, with the time limit that its client has none for."""

    request_seconds: float = 3.0


class _TimedApi(FastAPI):
    """Chroma's HTTP client with a time limit, and with refusals that can be told apart."""

    def __init__(self, system: System) -> None:
        super().__init__(system)
        settings: Any = system.settings
        self._session.timeout = httpx.Timeout(settings.request_seconds)
        self._session.event_hooks["response"].append(_refuse)

    @override
    def stop(self) -> None:
        """Close the connections, which Chroma leaves open."""
        super().stop()
        self._session.close()


class _StatusError(Exception):
    """The server, or what stands before it, answered with a status that says no."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def _refuse(response: httpx.Response) -> None:
    if response.status_code in _REFUSED | _BUSY:
        raise _StatusError(response.status_code)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


@lru_cache(maxsize=8)
def _shared(url: str, token: SecretStr | None, seconds: float) -> IndexServer:
    return IndexServer(url, token, seconds=seconds)


def _name(manifest: Manifest) -> str:
    """Return the name of a build's collection: a digest over what it was made of and holds."""
    parts = (
        manifest.weights_sha256,
        manifest.corpus_sha256,
        manifest.phrases_sha256,
        manifest.content_sha256,
    )
    return f"{WHOLE}{hashlib.sha256(' '.join(parts).encode()).hexdigest()[:24]}"


def _collections(client: ServerAPI) -> Sequence[Any]:
    return [c for c in client.list_collections() if c.name.startswith(WHOLE)]


def _manifests(client: ServerAPI) -> list[Manifest]:
    """Return the manifests of all whole builds, newest first; what is no build is passed over."""
    found = []
    for collection in _collections(client):
        try:
            manifest = Manifest.model_validate_json((collection.metadata or {})["manifest"])
        except (KeyError, ValidationError):
            continue
        if collection.name == _name(manifest):
            found.append(manifest)
    return sorted(found, key=lambda manifest: manifest.built_at, reverse=True)


def _publish(client: ServerAPI, index: StoredIndex) -> bool:
    name = _name(index.manifest)
    if any(_name(there) == name for there in _manifests(client)):
        return False
    made = client.create_collection(f"{PARTIAL}{uuid4().hex[:12]}", metadata={"hnsw:space": "ip"})
    partial = Collection(client=client, model=made, embedding_function=None)
    try:
        rows = [
            *((_of_chunk(i, c), v) for i, (c, v) in enumerate(_rows(index))),
            *((_of_phrase(i, text), v) for i, (text, v) in enumerate(index.phrases.items())),
        ]
        for start in range(0, len(rows), PAGE):
            part = rows[start : start + PAGE]
            partial.add(
                ids=[f"{row['kind']}-{row['order']}" for row, _ in part],
                metadatas=[row for row, _ in part],
                embeddings=np.stack([vector for _, vector in part]),
            )
        digest = _digest(index.chunks, index.vectors, index.phrases)
        if _digest(*_read_rows(partial)) != digest:
            raise ValueError("the server gives back other rows than it was sent")
        partial.modify(
            name=name,
            metadata={"manifest": index.manifest.model_dump_json(), "rows_sha256": digest},
        )
    except BaseException:
        _remove(client, partial.name)
        raise
    for old in _manifests(client)[KEPT:]:
        _remove(client, _name(old))
    return True


def _remove(client: ServerAPI, name: str) -> None:
    """Remove a collection; one that cannot be removed now is in nobody's way."""
    try:
        client.delete_collection(name)
    except Exception:  # the failure before it is the one to tell
        return


def _rows(index: StoredIndex) -> Iterator[tuple[Chunk, Vectors]]:
    return zip(index.chunks, index.vectors, strict=True)


def _of_chunk(order: int, chunk: Chunk) -> dict[str, Any]:
    topics = ",".join(chunk.topics)
    return {"kind": "chunk", "order": order, "topics": topics, "chunk": chunk.model_dump_json()}


def _of_phrase(order: int, phrase: str) -> dict[str, Any]:
    return {"kind": "phrase", "order": order, "phrase": phrase}


def _read(client: ServerAPI, manifest: Manifest) -> StoredIndex:
    found = client.get_collection(_name(manifest))
    collection = Collection(client=client, model=found, embedding_function=None)
    chunks, vectors, phrases = _read_rows(collection)
    if _digest(chunks, vectors, phrases) != (found.metadata or {}).get("rows_sha256"):
        raise ValueError("the server holds other rows than were published")
    bm25 = bm25s.BM25()
    bm25.index(words_of([searchable(chunk) for chunk in chunks]), show_progress=False)
    return StoredIndex(manifest, chunks, vectors, bm25, phrases)


def _read_rows(collection: Any) -> tuple[tuple[Chunk, ...], Vectors, dict[str, Vectors]]:
    rows = read_rows(collection.get, PAGE)
    chunks = [(Chunk.model_validate_json(r["chunk"]), v) for r, v in rows if r["kind"] == "chunk"]
    phrases = {r["phrase"]: v for r, v in rows if r["kind"] == "phrase"}
    stacked = np.ascontiguousarray(np.stack([vector for _, vector in chunks]))
    return tuple(chunk for chunk, _ in chunks), stacked, phrases


def _digest(chunks: Sequence[Chunk], vectors: Vectors, phrases: Any) -> str:
    """Return the SHA-256 over every text and every bit of every vector."""
    digest = hashlib.sha256(np.ascontiguousarray(vectors).tobytes())
    for chunk in chunks:
        digest.update(chunk.model_dump_json().encode() + b"\0")
    for phrase, vector in phrases.items():
        digest.update(json.dumps(phrase).encode() + np.ascontiguousarray(vector).tobytes())
    return digest.hexdigest()
