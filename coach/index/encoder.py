"""The embedding model: weights that are checked, and an encoder that serves without torch.

Flow: a sentence-transformers model -> `ensure_encoder` (once a model, at build) ->
`OnnxEmbedder` in every process that embeds.  The exported encoder is proven to give
the vectors of the original; a model that cannot be exported is served by
sentence-transformers itself.
"""

import json
import logging
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coach.errors import EmbeddingError
from coach.index.adapter import ADAPTER, ALIKE, Adapters
from coach.index.embedder import NO_STATES, CachingEmbedder, Embedder, Encoded, Vectors
from coach.index.export import (
    ADAPTED,
    FORM,
    LOWER,
    MASK,
    STATE,
    VECTOR,
    export,
    graphs_of,
    sha256_of,
)
from coach.index.export import ALIKE as LIKENED
from coach.index.gathering import Gathering
from coach.index.models import MAX_TOKENS, PACKAGED, Model, find_model, unpacked
from coach.index.runtime import open_session

__all__ = [
    "OnnxEmbedder",
    "SentenceTransformerEmbedder",
    "ensure_encoder",
    "open_encoder",
    "packaged_embedder",
]

MIN_COSINE = 0.9999
LEAST_COSINE_IN_8_BITS = 0.99
PROVEN_ALIKE = 50
"""How many of the proof texts are likened, too, which the original does one by one."""
BATCH = 32
FEW_BATCHES = 4
"""So many are run one after the other, as a turn's are; more, as a build's, on all cores."""
A_RUN = 16
"""How many tokens take as long as one more run, whatever it holds: the weights are read anew."""
AT_ONCE = 2
"""Runs and batches at once: each keeps for good the memory that it took."""

Feed = dict[str, NDArray[np.int64]]
"""Each input of the network by its name, (texts, tokens)."""


class SentenceTransformerEmbedder:
    """The original model, run by sentence-transformers and torch."""

    def __init__(self, model: Model) -> None:
        # A packaged model or a folder is loaded without asking any hub.
        if Path(model.source).is_dir():
            os.environ.setdefault("HF_HUB_OFFLINE", "1")
        os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging as transformers_logging

        transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        try:
            self.model: Any = SentenceTransformer(
                model.source, device="cpu", trust_remote_code=False
            )
        except Exception as error:  # each of the libraries under it raises classes of its own
            reason = (str(error) or type(error).__name__).splitlines()[0].rstrip(".")
            raise EmbeddingError(
                f"The embedding model {model.name!r} cannot be loaded: {reason}. "
                "Set COACH_EMBEDDING_MODEL to another."
            ) from None
        self._is_packaged = model.is_packaged
        if model.is_packaged:
            self.model.max_seq_length = MAX_TOKENS

    @cached_property
    def adapters(self) -> Adapters | None:
        """What was learnt that changes it; None if it is not the packaged model.

        Raises:
            EmbeddingError: It is missing or broken.
        """
        return Adapters.read() if self._is_packaged else None

    @property
    def likens(self) -> bool:
        """Whether it can say what texts are alike."""
        return self.adapters is not None

    @property
    def dimension(self) -> int:
        """The length of each vector."""
        return int(self.model.get_embedding_dimension())

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a text, in order."""
        vectors = self.model.encode(
            list(texts), batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(vectors, dtype=np.float32)

    def encode(self, texts: Sequence[str]) -> Encoded:
        """Return the unit vectors, and the states.

        Raises:
            EmbeddingError: The model is not the one that the adapters belong to.
        """
        return Encoded(*self._through(texts)[:3])

    def alike(self, texts: Sequence[str]) -> Vectors:
        """Return the unit vectors by which texts are likened.

        Raises:
            EmbeddingError: As `encode`.
        """
        return self._through(texts)[3]

    def _through(self, texts: Sequence[str]) -> list[Vectors]:
        """Return what each graph gives, (texts, dimension) each."""
        import torch

        if self.adapters is None:
            raise EmbeddingError(NO_STATES)
        length = self.model.max_seq_length
        tokenized = [
            self.model.tokenizer([text], truncation=True, max_length=length, return_tensors="pt")
            for text in texts
        ]
        graphs = graphs_of(self.model, list(tokenized[0]), self.adapters)
        made = []
        for tokens in tokenized:
            mask = tokens[MASK]
            with torch.no_grad():
                inner, lower = graphs.lower(*tokens.values())
                vectors, adapted, alike = (graph(lower, mask) for graph in graphs[1:])
            made.append([part.numpy() for part in (vectors, inner, adapted, alike)])
        return [np.concatenate(parts) for parts in zip(*made, strict=True)]


class OnnxEmbedder:
    """The exported encoder, run by ONNX Runtime; needs no torch."""

    def __init__(self, folder: Path) -> None:
        from tokenizers import Tokenizer

        try:
            card = json.loads((folder / "encoder.json").read_text())
            shipped = [sha256_of(path) for path in (ADAPTER, ALIKE)]
            if card["form"] != FORM or card["adapters"] not in (None, shipped):
                raise EmbeddingError(
                    f"The encoder in {folder} is an older one; run `coach index build --fresh`."
                )
            self._graphs: dict[str, Any] = {
                name: _session(folder / f"{name}.onnx", digest)
                for name, digest in card["sha256"].items()
            }
            self._beside = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="encoder")
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            self._inputs: list[str] = card["inputs"]
            self._at_once = threading.Semaphore(AT_ONCE)
            self._gathering = Gathering(self._encode, AT_ONCE)
            self._dimension = int(card["dimension"])
            self._tokenizer.enable_truncation(int(card["max_tokens"]))
            self._padding = {"input_ids": (self._tokenizer.padding or {}).get("pad_id", 0)}
            self._tokenizer.no_padding()  # each batch is padded to its own longest text
        except EmbeddingError:
            raise
        except Exception as error:  # tokenizers raises `Exception`, onnxruntime its own classes
            raise EmbeddingError(
                f"The encoder in {folder} cannot be loaded ({type(error).__name__}); "
                "run `coach index build --fresh`."
            ) from None

    @property
    def likens(self) -> bool:
        """Whether it can say what texts are alike."""
        return "alike" in self._graphs

    @property
    def dimension(self) -> int:
        """The length of each vector."""
        return self._dimension

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a text, in order."""
        return self._vectors(texts, "upper", VECTOR)

    def _vectors(self, texts: Sequence[str], graph: str, name: str) -> Vectors:
        """Return what a graph over the lower layers gives, by its name, (texts, dimension)."""
        vectors = np.empty((len(texts), self._dimension), dtype=np.float32)

        def run(rows: list[int], feed: Feed) -> None:
            if whole := self._graphs.get("whole"):
                (vectors[rows],) = whole.run([VECTOR], feed)
                return
            (states,) = self._graphs["lower"].run([LOWER], feed)
            given = {LOWER: states, MASK: feed[MASK]}
            (vectors[rows],) = self._graphs[graph].run([name], given)

        self._in_batches(texts, run)
        return vectors

    def encode(self, texts: Sequence[str]) -> Encoded:
        """Return the unit vectors, and the states.

        Raises:
            EmbeddingError: The model failed, or it does not show its inner states.
        """
        if "adapted" not in self._graphs:
            raise EmbeddingError(NO_STATES)
        return self._gathering.encode(texts)

    def alike(self, texts: Sequence[str]) -> Vectors:
        """Return the unit vectors by which texts are likened, in order.

        Raises:
            EmbeddingError: As `encode`.
        """
        if not self.likens:
            raise EmbeddingError(NO_STATES)
        return self._vectors(texts, "alike", LIKENED)

    def _encode(self, texts: Sequence[str]) -> Encoded:
        encoded = Encoded.empty(len(texts), self._dimension)

        def run(rows: list[int], feed: Feed) -> None:
            encoded.states[rows], states = self._graphs["lower"].run([STATE, LOWER], feed)
            given = {LOWER: states, MASK: feed[MASK]}
            # The two take as long as one where another core is free.
            beside = self._beside.submit(self._graphs["adapted"].run, [ADAPTED], given)
            (encoded.vectors[rows],) = self._graphs["upper"].run([VECTOR], given)
            (encoded.adapted[rows],) = beside.result()

        self._in_batches(texts, run)
        return encoded

    def _in_batches(self, texts: Sequence[str], run: Callable[[list[int], Feed], None]) -> None:
        """Run what takes rows and their input for all texts; like lengths share a batch."""
        # Half of a surrogate pair, as JSON may bring, is no text to the tokenizer.
        encoded = self._tokenizer.encode_batch([t.encode(errors="replace").decode() for t in texts])
        batches = _batches([len(one.ids) for one in encoded])

        def run_batch(rows: list[int]) -> None:
            feed = self._feed([encoded[row] for row in rows])
            try:
                with self._at_once:
                    run(rows, feed)
            except Exception as error:  # onnxruntime raises its own, undocumented classes
                raise EmbeddingError(f"The encoder failed ({type(error).__name__}).") from error

        if len(batches) > FEW_BATCHES:
            with ThreadPoolExecutor(os.cpu_count()) as threads:
                list(threads.map(run_batch, batches))
        else:
            for rows in batches:
                run_batch(rows)

    def _feed(self, encoded: list[Any]) -> Feed:
        shape = (len(encoded), max(len(one.ids) for one in encoded))
        feed = {name: np.full(shape, self._padding.get(name, 0)) for name in self._inputs}
        for row, one in enumerate(encoded):
            for name, numbers in feed.items():
                numbers[row, : len(one.ids)] = getattr(one, _FIELDS[name])
        return feed


def _session(path: Path, digest: str) -> Any:
    """Return what runs a graph.

    Raises:
        EmbeddingError: It is not the file that was written.
    """
    if sha256_of(path) != digest:
        raise EmbeddingError(f"{path} was altered; run `coach index build --fresh`.")
    return open_session(path)


_FIELDS = {"input_ids": "ids", "attention_mask": "attention_mask", "token_type_ids": "type_ids"}
"""What each input of the network is called by the tokenizer."""


def _batches(lengths: Sequence[int]) -> list[list[int]]:
    """Return which texts to run together: the shorter ones first, and few of them padded much."""
    batches: list[list[int]] = []
    longest = 0
    for row in sorted(range(len(lengths)), key=lambda row: lengths[row]):
        rows = batches[-1] if batches else []
        padding = len(rows) * (lengths[row] - longest)
        if rows and len(rows) < BATCH and padding <= A_RUN:
            rows.append(row)
        else:
            batches.append([row])
        longest = lengths[row]
    return batches


def ensure_encoder(
    model: Model, encoders: Path, proof_texts: Sequence[str], *, fresh: bool = False
) -> Embedder:
    """Return the embedder for a model, exporting its encoder where there is none yet.

    Args:
        model: The model whose weights were checked.
        encoders: The folder that holds one sub-folder a set of weights.
        proof_texts: Texts on which the export must agree with the original; a few
            hundred, of all lengths.
        fresh: Export it again; the old one serves until the new one takes its place.

    Returns:
        The exported encoder, or the original model where it cannot be exported or
        any cosine between the two is under 0.9999 (0.99 for the one that serves in eight bits).
    """
    if model.remote:
        return model.remote
    folder = model.exported_in(encoders)
    before: Embedder | None = None
    if folder.is_dir():
        try:
            before = OnnxEmbedder(folder)
        except EmbeddingError:
            shutil.rmtree(folder)
    if before and not fresh:
        return before
    with unpacked(model) as whole:
        original = SentenceTransformerEmbedder(whole)
    least = LEAST_COSINE_IN_8_BITS if model.is_packaged else MIN_COSINE
    encoders.mkdir(parents=True, exist_ok=True)
    for left_by_a_killed_build in encoders.glob(".partial-*"):
        shutil.rmtree(left_by_a_killed_build, ignore_errors=True)
    partial = Path(tempfile.mkdtemp(prefix=".partial-", dir=encoders))
    replaced = partial.with_name(f"{partial.name}-replaced")
    try:
        export(original, partial)
        exported = OnnxEmbedder(partial)
        cosine = _least_cosine(exported, original, proof_texts)
        if cosine < least:
            raise EmbeddingError(f"the exported encoder differs (cosine {cosine:.5f})")
        card = json.loads((partial / "encoder.json").read_text())
        card |= {"least_cosine": round(cosine, 7), "proof_texts": len(proof_texts)}
        (partial / "encoder.json").write_text(json.dumps(card, indent=1))
        partial.chmod(0o755)  # mkdtemp makes it for its owner alone
        if folder.is_dir():
            folder.rename(replaced)
        partial.rename(folder)
    except Exception as error:  # torch and onnx raise classes of their own; all mean "not exported"
        serving = "the encoder as it was" if before else "sentence-transformers"
        logging.getLogger(__name__).warning("Serving with %s: %s", serving, error)
        return before or original
    else:
        return OnnxEmbedder(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
        shutil.rmtree(replaced, ignore_errors=True)


def _least_cosine(
    exported: OnnxEmbedder, original: SentenceTransformerEmbedder, texts: Sequence[str]
) -> float:
    """Return the least cosine of what an export gives to what the original gives."""
    pairs = [(exported.embed(texts), original.embed(texts))]
    if original.likens:
        some = texts[:PROVEN_ALIKE]
        pairs.append((exported.alike(some), original.alike(some)))
    return min(float((one * other).sum(axis=1).min()) for one, other in pairs)


def open_encoder(model: Model, encoders: Path) -> Embedder:
    """Return the embedder that serves a model: a server, the exported encoder, the original."""
    if model.remote:
        return model.remote
    folder = model.exported_in(encoders)
    if folder.is_dir():
        return OnnxEmbedder(folder)
    with unpacked(model) as whole:
        return SentenceTransformerEmbedder(whole)


def packaged_embedder(name: str, encoders: Path, shared: CachingEmbedder) -> CachingEmbedder:
    """Return the embedder of the packaged model, which the safety arrays were learnt with.

    Args:
        name: The model that search uses, by setting.
        encoders: The folder of exported encoders.
        shared: The embedder of that model; returned where both are the same.

    Raises:
        EmbeddingError: The packaged weights are missing or were altered.
    """
    if name == PACKAGED:
        return shared
    return CachingEmbedder(open_encoder(find_model(PACKAGED), encoders))
