"""Tell how much of what the coach claims stands in the passages that it cites.

Flow: the questions of `evals/retrieval/` and `coach.dialogue` -> here -> `evaluation.gates`,
`evaluation.report`.  The coach's own turns of phrase (`corpus/voice.yaml`) and the words of
the safety path claim nothing and are left out; every other sentence is a claim.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from string import Formatter
from typing import Any

from coach.dialogue.conversation import Conversation
from coach.dialogue.paraphrase import paraphrase
from coach.dialogue.phrasing import Voice
from coach.dialogue.support import Grounds
from coach.evaluation.figures import breakdown, shares_of
from coach.evaluation.measured import Measured, Miss, reply_to_each
from coach.evaluation.sets import EVALS, Query, read_rows
from coach.index.build import Progress, unseen
from coach.library.markdown import plain
from coach.schema import Citation, Passage, Practice, Reply
from coach.sentences import sentences

__all__ = ["OwnWords", "measure_grounding"]

_NUMBER = re.compile(r"\s*\[\d+\]")
_SET_APART = re.compile(r"\s*\[\{n\}\]|\{words\}\.\s*")
"""What stands in a line beside its words: the source's number, and the person's own words."""


class OwnWords:
    """The coach's own turns of phrase, by which a sentence is known that claims nothing."""

    def __init__(self, voice: Voice) -> None:
        lines = {
            sentence
            for line in _lines(voice.model_dump(exclude={"situations": {"__all__": {"cues"}}}))
            for sentence in sentences(_SET_APART.sub("", line))
        }
        self._fixed = frozenset(line for line in lines if "{" not in line)
        self._filled = re.compile("|".join(_pattern(line) for line in lines if "{" in line))

    def hold(self, sentence: str) -> bool:
        """Tell whether a sentence is one of the coach's own."""
        return sentence in self._fixed or self._filled.fullmatch(sentence) is not None


def measure_grounding(
    conversation: Conversation,
    folder: Path = EVALS / "retrieval",
    *,
    progress: Progress = unseen,
) -> Measured:
    """Return the share of claims that stand in a cited passage, over every question.

    A claim stands there word for word, or is borne out by it (`dialogue.support`). A quote
    stands in the section that it is cited from, word for word.

    Raises:
        CoachError: A set is missing or wrong; the message carries file and line.
    """
    own, grounds = OwnWords(conversation.voice), Grounds(conversation.searcher.embedder)
    queries = read_rows(folder / "queries.jsonl", Query)
    replies = reply_to_each(conversation, queries, "grounding", progress)
    judged = [
        (query, reply, claim, _supported(conversation, grounds, reply, claim))
        for query, reply in replies
        if reply.kind == "coaching"
        for claim in _claims(reply, own, query.text)
    ]
    quotes = [_stands(conversation, c) for _, reply in replies for c in reply.citations]
    return Measured(
        name="grounding",
        rows=len(queries),
        shares=shares_of({"supported": [held for *_, held in judged], "quotes_stand": quotes}),
        by={
            "source": breakdown(
                judged,
                lambda j: [j[1].citations[0].article] if j[1].citations else ["none"],
                lambda js: shares_of({"supported": [held for *_, held in js]}),
            )
        },
        misses=tuple(
            Miss(query.id, "supported", "in a passage", "in none", claim)
            for query, _, claim, held in judged
            if not held
        ),
    )


def _claims(reply: Reply, own: OwnWords, told: str) -> Iterator[str]:
    """Yield the sentences of a reply that are neither the coach's own nor the person's."""
    said_back = set(sentences(paraphrase(told) or ""))
    for paragraph in reply.text.split("\n"):
        for sentence in sentences(_NUMBER.sub("", paragraph)):
            if not (own.hold(sentence) or sentence in said_back or reply.risk.categories):
                yield sentence


def _supported(conversation: Conversation, grounds: Grounds, reply: Reply, claim: str) -> bool:
    """Tell whether a claim stands in a passage that the reply cites, or is borne out by one."""
    if any(claim in _even(citation.quote) for citation in reply.citations):
        return True
    cited = [_passage(conversation, citation) for citation in reply.citations]
    return grounds.supported(claim, [p for p in cited if p]) is not None


def _passage(conversation: Conversation, citation: Citation) -> Passage | None:
    """Return the passage that a citation is taken from."""
    of_section = (
        chunk
        for chunk in conversation.searcher.chunks
        if (chunk.slug, chunk.section) == (citation.article, citation.section)
        and _even(citation.quote) in _even(plain(chunk.text))
    )
    chunk = next(of_section, None)
    return Passage(chunk=chunk, score=1.0, cosine=1.0) if chunk else None


def _stands(conversation: Conversation, citation: Citation) -> bool:
    """Tell whether a quote stands, word for word, in the section that it names."""
    document = conversation.corpus.document(citation.article)
    if isinstance(document, Practice) and not citation.section:
        return any(citation.quote == step.say for step in document.steps)
    return document is not None and any(
        section.heading == citation.section and _even(citation.quote) in _even(plain(section.text))
        for section in document.sections
    )


def _even(text: str) -> str:
    return " ".join(text.split())


def _lines(words: Any) -> Iterator[str]:
    """Yield every text of a nested value."""
    if isinstance(words, str):
        yield words
    elif isinstance(words, Mapping):
        for part in words.values():
            yield from _lines(part)
    elif isinstance(words, Sequence):
        for part in words:
            yield from _lines(part)


def _pattern(line: str) -> str:
    """Return an expression for a line with slots, whatever fills them."""
    parts = Formatter().parse(line)
    return "".join(re.escape(text) + (".+" if slot else "") for text, slot, _, _ in parts)
