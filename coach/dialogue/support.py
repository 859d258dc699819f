"""Tell whether a sentence claims something, and whether a passage bears it out.

Flow: a drafted sentence and the turn's passages -> here -> `dialogue.model`, which lets no
unsupported claim out, and `coach eval grounding`, which counts them.

Mere talk is a question, a reflection, a greeting.  Everything that is not plainly talk is a
claim.  A claim is supported by a passage sentence (or two that follow each other) that means
nearly the same, shares its content words, agrees in what is denied and compared, and stands
beside every number and name that the claim gives.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np

from coach.dialogue.phrasing import STRAIGHT_QUOTES
from coach.dialogue.quoting import quotable
from coach.index.embedder import Embedder
from coach.library.front_matter import load_yaml
from coach.schema import Chunk, Passage
from coach.sentences import sentences

__all__ = ["Grounds", "Support", "claims", "matters", "names", "numbers"]

SCORE_FROM = 1.40
COSINE_FROM = 0.40
OVERLAP_FROM = 0.55
LITERAL_FROM = 0.5
"""From which cosine plus overlap, from which cosine, which overlap and which share of words that
stand there themselves a passage sentence bears out a claim; chosen on the rows `s*` of
evals/grounding."""

ALIKE_FROM, ALIKE_WHOLLY = 0.4, 0.7
"""Cosines of two single words between which one counts for the other in part."""

FEWEST_LETTERS = 3
STEM = 5


@dataclass(frozen=True)
class Support:
    """Why a claim may stand."""

    passage: Passage
    quote: str
    """The words of the passage that bear the claim out; only the white space is made even."""
    cosine: float
    overlap: float
    """The share of the claim's content words that the quote has, too; like words count in part."""


def claims(sentence: str) -> bool:
    """Tell whether a sentence gives advice or states a fact, rather than merely talking.

    Fails closed: a sentence of no form that is known to be talk is a claim, whatever its
    language; so is a question that suggests something.
    """
    rules = _rules()
    text = _folded(sentence)
    if rules.claims.search(text) or re.search(r"\d", text):
        return True
    parts = [part for clause in _CLAUSE.split(text) if (part := clause.strip(" .!?\"'"))]
    talks = [bool(rules.talk.match(part)) for part in parts]
    goes_on = [bool(rules.goes_on.match(part)) for part in parts]
    if text.rstrip("\"'").endswith("?"):
        asks = [bool(rules.asks.match(part)) for part in parts]
        return not any(asks) or not all(map(any, zip(asks, talks, goes_on, strict=True)))
    return not any(talks[:1]) or not all(map(any, zip(talks, goes_on, strict=True)))


def numbers(text: str) -> set[str]:
    """Return the numbers that a text gives, in figures or in words; "one" is none."""
    words = re.findall(r"\d+(?:[.,]\d+)*|[a-z]+", _folded(text))
    return {
        n
        for word in words
        if (n := _rules().numbers.get(word, word))[0].isdigit() or word in _rules().numbers
    }


class Grounds:
    """Holds sentences against passages.

    Safe to use from many threads at once.
    """

    def __init__(self, embedder: Embedder) -> None:
        """Compare by `embedder`; one that remembers its vectors saves most of the time."""
        self._embedder = embedder

    def supported(self, sentence: str, passages: Sequence[Passage]) -> Support | None:
        """Return what bears a claim out; None where no passage does.

        Paragraphs that the coach may not quote bear nothing out.

        Raises:
            EmbeddingError: The model failed.
        """
        bare = " ".join(sentence.split())
        for passage in passages:
            if bare in _quotes(passage.chunk.text):
                return Support(passage, bare, 1.0, 1.0)
        best: Support | None = None
        for passage in passages:
            for quote, cosine, overlap in self._borne_out(bare, passage.chunk):
                if best is None or cosine + overlap > best.cosine + best.overlap:
                    best = Support(passage, quote, cosine, overlap)
        return best

    def nearness(self, sentence: str, texts: Sequence[str]) -> float:
        """Return the highest cosine of a sentence to any of the texts; 0 where there is none."""
        if not texts:
            return 0.0
        vectors = self._embedder.embed([sentence, *texts])
        return float((vectors[1:] @ vectors[0]).max())

    def _borne_out(self, claim: str, chunk: Chunk) -> Iterator[tuple[str, float, float]]:
        """Yield each quote of a passage that bears the claim out, with cosine and overlap.

        The words of the title count for nothing: whatever is said of a practice has them.
        """
        text = chunk.text
        whole = " ".join(quotable(text))
        if not (numbers(claim) <= numbers(whole) and names(claim) <= set(_WORD.findall(whole))):
            return
        quotes = [quote for quote in _quotes(text) if _agree(claim, quote)]
        title = _stems(f"{chunk.title} {chunk.slug}")
        words = [word for word in _content(claim) if _stem(word) not in title]
        if not quotes or not words:
            return
        bare = _rules().lead.sub("", _folded(claim)) or claim
        vectors = self._embedder.embed([bare, *quotes])
        for quote, cosine in zip(quotes, (vectors[1:] @ vectors[0]).tolist(), strict=True):
            if cosine < COSINE_FROM:
                continue
            overlap = self._overlap(words, _content(quote))
            if overlap >= OVERLAP_FROM and cosine + overlap >= SCORE_FROM:
                yield quote, cosine, overlap

    def _overlap(self, words: Sequence[str], others: Sequence[str]) -> float:
        """Return the share of `words` that stand among `others`, like words counted in part.

        It is 0 where too few of them stand there themselves.
        """
        stems = {_stem(other) for other in others}
        missing = [word for word in words if _stem(word) not in stems]
        found = float(len(words) - len(missing))
        if found < LITERAL_FROM * len(words):
            return 0.0
        if missing and others:
            vectors = self._embedder.embed([*missing, *others])
            alike = (vectors[: len(missing)] @ vectors[len(missing) :].T).max(axis=1)
            share = (alike - ALIKE_FROM) / (ALIKE_WHOLLY - ALIKE_FROM)
            found += float(np.clip(share, 0.0, 1.0).sum())
        return found / len(words)


_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_CLAUSE = re.compile(r"[,;:]\s+(?:(?:and|but|so|yet|or)\b)?|\u2014|\s[-\u2013]\s")
_SPOKEN = re.compile(r'"[^"]*(?:"|$)')


@dataclass(frozen=True)
class _Rules:
    asks: re.Pattern[str]
    goes_on: re.Pattern[str]
    talk: re.Pattern[str]
    claims: re.Pattern[str]
    strong: re.Pattern[str]
    lead: re.Pattern[str]
    comparison: re.Pattern[str]
    negation: re.Pattern[str]
    numbers: dict[str, str]
    common: frozenset[str]
    hearing: frozenset[str]


@cache
def _rules() -> _Rules:
    data = load_yaml(Path(__file__).with_name("support.yaml"))

    def any_of(name: str) -> re.Pattern[str]:
        return re.compile("|".join(f"(?:{pattern})" for pattern in data[name]))

    return _Rules(
        asks=re.compile(data["asks"]),
        goes_on=re.compile(data["goes_on"]),
        talk=any_of("talk"),
        claims=any_of("claims"),
        strong=re.compile(rf"\b(?:{'|'.join(data['strong'])})\b"),
        lead=re.compile(data["lead"]),
        comparison=re.compile(data["comparison"]),
        negation=re.compile(data["negation"]),
        numbers=data["numbers"],
        common=frozenset(data["common"].split()),
        hearing=frozenset(data["hearing"].split()),
    )


def _folded(text: str) -> str:
    straight = text.translate(STRAIGHT_QUOTES)
    return re.sub(r"\s+", " ", straight).strip().lower()


@lru_cache(maxsize=4096)  # passages are the corpus's, never a visitor's
def _quotes(text: str) -> tuple[str, ...]:
    """Return the sentences of a passage, and every two that follow each other in a paragraph."""
    spoken = [
        [sentence for line in _unwrapped(paragraph) for sentence in sentences(line)]
        for paragraph in quotable(text)
    ]
    alone = [sentence for paragraph in spoken for sentence in paragraph]
    together = [f"{a} {b}" for paragraph in spoken for a, b in pairwise(paragraph)]
    return tuple(quote for quote in (*alone, *together) if _WORD.search(quote))


def _unwrapped(paragraph: str) -> list[str]:
    """Return the lines of a paragraph as they are meant: a list's items, or one."""
    lines = re.split(r"\n(?=\s*(?:[-*]|\d+[.)])\s)", paragraph)
    return [" ".join(line.split()) for line in lines]


def _agree(claim: str, quote: str) -> bool:
    """Tell whether claim and quote deny and compare alike, and no strong word or number is added.

    What somebody is quoted as saying denies nothing itself.
    """
    rules = _rules()
    said = _SPOKEN.sub('""', _folded(claim))
    written = [_SPOKEN.sub('""', _folded(sentence)) for sentence in sentences(quote)]
    return (
        all(
            bool(pattern.search(said)) == bool(pattern.search(sentence))
            for pattern in (rules.negation, rules.comparison)
            for sentence in written
        )
        and set(rules.strong.findall(said)) <= set(rules.strong.findall(" ".join(written)))
        and numbers(claim) <= numbers(quote)
        and _compare_alike(said, " ".join(written))
    )


def _compare_alike(claim: str, quote: str) -> bool:
    """Tell whether a claim compares with nothing, or by the quote's words the quote's way round."""
    found = _rules().comparison.search(claim)
    if found is None:
        return True
    turning = {_stem(word) for word in _content(found[0])}
    less, lesser = (_stems(text.partition(" than ")[2]) for text in (claim, quote))
    return turning <= _stems(quote) and (not less or bool(less & lesser))


def _stems(text: str) -> set[str]:
    return {_stem(word) for word in _content(text)}


def matters(sentence: str) -> list[str]:
    """Return the content words that are of a matter of its own, none of hearing and feeling."""
    return [word for word in _content(sentence) if word not in _rules().hearing]


def names(claim: str) -> set[str]:
    """Return the words with a capital letter inside a sentence, and such as begin a name."""
    words = _WORD.findall(claim.translate(str.maketrans("\u2018\u2019", "''")))
    capital = [w[0].isupper() and w != "I" and not w.startswith("I'") for w in words]
    return {
        word
        for i, word in enumerate(words)
        if capital[i]
        and (i > 0 or (len(words) > 1 and capital[1]))
        # A quotation inside the sentence begins with a capital that names nobody.
        and f'"{word}' not in claim
        and f"\u201c{word}" not in claim
    }


def _content(text: str) -> list[str]:
    """Return the words that say what a text is about, in lower case, each once."""
    words = (w.removesuffix("'s") for w in _WORD.findall(_folded(text)))
    return list(
        dict.fromkeys(
            w
            for w in words
            if len(w) >= FEWEST_LETTERS and w not in _rules().common and "'" not in w
        )
    )


def _stem(word: str) -> str:
    return re.sub(r"(?:ing|ed|es|ly|s)$", "", word)[:STEM] if len(word) > STEM else word.rstrip("s")
