"""Measure search beside plain dense search and BM25, over any collection.

Flow: `evaluation.collections`, `index.search` and `coach.dialogue` -> here ->
`evaluation.ranking` -> `coach eval retrieval --beir`, `coach eval ablation`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import fmean
from typing import Any

import bm25s
import numpy as np

from coach.dialogue.conversation import Conversation
from coach.dialogue.history import History
from coach.dialogue.prior import STRENGTHS, Prior
from coach.evaluation.collections import Collection, halves, of_the_corpus
from coach.evaluation.ranking import Comparison, compared, ndcg, recall
from coach.index.build import Progress, unseen
from coach.index.chunks import corpus_chunks
from coach.index.embedder import Embedder, Vectors
from coach.index.search import DENSE_WEIGHT, Scores, fuse
from coach.index.store import searchable, words_of
from coach.schema import Chunk, Message

__all__ = [
    "Ablation",
    "Candidates",
    "Found",
    "ablation",
    "ablation_of_words",
    "measure_collection",
    "measure_corpus",
]

RECALL_AT = 100
TOGETHER = 256
"""Texts that are embedded between two looks at the progress."""


class Candidates:
    """Texts that can be found, with their vectors and word counts, in memory."""

    def __init__(
        self,
        texts: Sequence[str],
        embedder: Embedder,
        progress: Progress = unseen,
        *,
        words: Callable[[Sequence[str]], Any] = words_of,
    ) -> None:
        """Embed and count the texts.

        Args:
            texts: What can be found.
            embedder: What embeds them, and the queries.
            progress: Told how far the embedding is.
            words: How BM25 counts texts.
        """
        self._embedder, self._words_of = embedder, words
        parts: list[Vectors] = []
        for start in range(0, len(texts), TOGETHER):
            progress("Embedding", start, len(texts))
            parts.append(embedder.embed(texts[start : start + TOGETHER]))
        self._vectors = np.concatenate(parts)
        self._words = bm25s.BM25()
        self._words.index(words(texts), show_progress=False)

    def cosines(self, query: str) -> Scores:
        """Return the cosine of each text to a query, (texts,)."""
        cosines: Scores = self._vectors @ self._embedder.embed([query])[0]
        return cosines

    def bm25(self, query: str) -> Scores:
        """Return the BM25 score of each text, (texts,)."""
        known = [w for w in self._words_of([query]).vocab if w in self._words.vocab_dict]
        if not known:
            return np.zeros(len(self._vectors), dtype=np.float32)
        return np.asarray(self._words.get_scores(known), dtype=np.float32)


@dataclass(frozen=True)
class Found:
    """What one system finds of a collection, query by query."""

    system: str
    ndcg: tuple[float, ...] = field(repr=False)
    recall: tuple[float, ...] = field(repr=False)

    @property
    def mean_ndcg(self) -> float:
        """The mean nDCG@10."""
        return fmean(self.ndcg)

    @property
    def mean_recall(self) -> float:
        """The mean recall@100."""
        return fmean(self.recall)

    def against(self, other: "Found") -> Comparison:
        """Return how this nDCG stands to another's, by paired bootstrap."""
        return compared(self.ndcg, other.ndcg)


Scorer = Callable[[str], Scores]
"""Gives each document its score for a query, in the order of the collection."""


def measured(system: str, collection: Collection, scorer: Scorer) -> Found:
    """Return what a system finds; ties are broken by the order of the documents."""
    ids = [document.id for document in collection.documents]
    gains, found = [], []
    for query in collection.queries:
        order = np.argsort(-scorer(query.text), kind="stable")[:RECALL_AT]
        ranked = [ids[i] for i in order]
        relevant = collection.relevant[query.id]
        gains.append(ndcg(ranked, relevant))
        found.append(recall(ranked, relevant, at=RECALL_AT))
    return Found(system, tuple(gains), tuple(found))


def measure_collection(
    collection: Collection, embedder: Embedder, progress: Progress = unseen
) -> list[Found]:
    """Return what plain dense search, BM25 and both together find in any collection."""
    candidates = Candidates([one.whole for one in collection.documents], embedder, progress)
    return [
        measured("dense", collection, candidates.cosines),
        measured("BM25", collection, candidates.bm25),
        measured("ours", collection, lambda q: fuse(candidates.cosines(q), candidates.bm25(q))),
    ]


def measure_corpus(conversation: Conversation, collection: Collection) -> list[Found]:
    """Return what is found in the corpus: plainly, by both, and with what was understood."""
    chunks = conversation.searcher.chunks
    *plainly, both = measure_collection(collection, conversation.searcher.embedder)
    candidates = Candidates([searchable(c) for c in chunks], conversation.searcher.embedder)
    understanding = _understanding(conversation, candidates, Prior(chunks))
    return [*plainly, replace(both, system="both"), measured("ours", collection, understanding)]


def _understanding(
    conversation: Conversation,
    candidates: Candidates,
    prior: Prior,
    *,
    dense: float = DENSE_WEIGHT,
    queries: bool = True,
) -> Scorer:
    """Return a scorer that understands the question as a turn does.

    Args:
        conversation: Who understands.
        candidates: What can be found.
        prior: What understanding adds to the scores.
        dense: The share of the cosine.
        queries: Search for what was understood to be asked; else for the words as they stand.
    """

    def score(text: str) -> Scores:
        messages = (Message(role="user", content=text),)
        understood, _ = conversation.understand(History(messages=messages))
        query = (understood.query if queries else text) or text
        both = fuse(candidates.cosines(query), candidates.bm25(query), dense)
        return both + prior.of(understood).astype(np.float32)

    return score


@dataclass(frozen=True)
class Ablation:
    """One thing changed, and what is found then on both halves of the questions."""

    part: str
    variant: str
    chosen_on: Found
    """The even lines, on which the parameters were chosen."""
    held_out: Found
    """The odd lines."""
    versus: Comparison
    """nDCG@10 on the odd lines, to that of the coach as it is, or of plain search."""


def ablation_of_words(
    even: Collection, odd: Collection, embedder: Embedder, progress: Progress = unseen
) -> list[Ablation]:
    """Return what each part of search by the words alone is worth in any collection.

    Args:
        even: The questions on which the parts were chosen.
        odd: Those that chose nothing, over the same documents.
        embedder: What embeds; one that remembers saves most of the time.
        progress: Told how far it is.
    """
    plain, last, bare = (
        [getattr(one, form) for one in odd.documents] for form in ("whole", "title_last", "text")
    )
    ours = Candidates(plain, embedder, progress)
    after = Candidates(last, embedder, progress)
    alone = Candidates(bare, embedder, progress)
    uncut = Candidates(plain, embedder, words=_whole_words)

    def fused(found: Candidates, counted: Candidates, dense: float = DENSE_WEIGHT) -> Scorer:
        return lambda query: fuse(found.cosines(query), counted.bm25(query), dense)

    variants: list[tuple[str, str, Scorer]] = [
        ("plain", "dense", ours.cosines),
        ("words", "BM25, whole words", uncut.bm25),
        ("words", "BM25, beginnings of words", ours.bm25),
        ("words", "both, whole words", fused(ours, uncut)),
        ("ours", "both, beginnings of words", fused(ours, ours)),
        ("headings", "title after the text, dense", after.cosines),
        ("headings", "title after the text, both", fused(after, ours)),
        ("headings", "no title, dense", alone.cosines),
        ("headings", "no title, both", fused(alone, ours)),
    ]
    variants += [
        ("fusion", f"share of the cosine {share:g}", fused(ours, ours, share))
        for share in (0.6, 0.7, 0.75, 0.85, 0.9)
    ]
    rows: list[Ablation] = []
    for part, variant, scorer in variants:
        chosen, held = (measured(variant, half, scorer) for half in (even, odd))
        rows.append(
            Ablation(part, variant, chosen, held, held.against(rows[0].held_out if rows else held))
        )
    return rows


def _whole_words(texts: Sequence[str]) -> Any:
    return bm25s.tokenize(list(texts), stopwords="en", show_progress=False)


def ablation(conversation: Conversation, progress: Progress = unseen) -> list[Ablation]:
    """Return what each part of search is worth: one changed at a time, the others as they are."""
    variants = list(_variants(conversation, progress))
    rows: list[Ablation] = []
    ours: Found | None = None
    for done, (part, variant, chunks, make) in enumerate(variants):
        progress("Measuring search", done, len(variants))
        even, odd = halves(of_the_corpus(chunks))
        scorer = make()
        found = [measured(variant, half, scorer) for half in (even, odd)]
        ours = ours or found[1]
        rows.append(Ablation(part, variant, found[0], found[1], found[1].against(ours)))
    return rows


Variant = tuple[str, str, Sequence[Chunk], Callable[[], Scorer]]


def _variants(conversation: Conversation, progress: Progress) -> Iterable[Variant]:
    chunks = conversation.searcher.chunks
    embedder = conversation.searcher.embedder
    usual = Candidates([searchable(chunk) for chunk in chunks], embedder)
    prior = Prior(chunks)

    def ours(**changed: object) -> Callable[[], Scorer]:
        return lambda: _understanding(conversation, usual, prior, **changed)  # type: ignore[arg-type]

    yield "-", "the coach as it is", chunks, ours()
    for dense in (0.0, 0.2, 0.4, 0.6, 0.7, 0.9, 1.0):
        yield "fusion", f"share of the cosine {dense:g}", chunks, ours(dense=dense)
    without: Mapping[str, dict[str, float]] = {
        "no priors": dict.fromkeys(("topic", "aspect", "leaning", "subject", "aside"), 0.0),
        "no topic that is named": {"topic": 0.0},
        "no aspect": {"aspect": 0.0},
        "no leaning": {"leaning": 0.0},
        "half the leaning": {"leaning": 1.0},
        "twice the leaning": {"leaning": 4.0},
        "no document referred to": {"subject": 0.0},
        "scenes as good as answers": {"aside": 0.0},
    }
    for name, changed in without.items():
        weaker = Prior(chunks, replace(STRENGTHS, **changed))
        yield (
            "priors",
            name,
            chunks,
            lambda p=weaker: _understanding(conversation, usual, p),  # type: ignore[misc]
        )
    yield "context", "the words as they stand", chunks, ours(queries=False)
    for size in (400, 700, 2_000):
        yield _recut(conversation, size, progress)
    bare = Candidates([chunk.text for chunk in chunks], embedder, progress)
    yield (
        "headings",
        "no title and heading in a chunk",
        chunks,
        lambda: _understanding(conversation, bare, prior),
    )


def _recut(conversation: Conversation, size: int, progress: Progress) -> Variant:
    """Return the variant whose chunks have at most that many characters."""
    chunks = corpus_chunks(conversation.corpus, max_chars=size)

    def make() -> Scorer:
        texts = [searchable(chunk) for chunk in chunks]
        candidates = Candidates(texts, conversation.searcher.embedder, progress)
        return _understanding(conversation, candidates, Prior(chunks))

    return "chunking", f"at most {size} characters ({len(chunks)} chunks)", chunks, make
