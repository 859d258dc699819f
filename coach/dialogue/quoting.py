"""Choose which words of a passage answer, and cite them.

Flow: passages from `index.search` -> here -> `dialogue.composer`.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from coach.library.markdown import plain
from coach.safety.boundaries import boundary
from coach.safety.check import check
from coach.safety.denials import apart_from_denials
from coach.schema import Citation, Document, Passage
from coach.sentences import sentences

__all__ = ["Quote", "first_quote", "names_a_study", "quotable", "unquotable"]

MIN_WORDS = 25
MAX_WORDS = 78

_GRAVE = re.compile(
    r"\b(?:suicid\w*|crisis line|emergency number|(?:thoughts? of |think\w* (?:of|about) )dying"
    r"|kill(?:ing)? yourself|end(?:ing)? your life|no longer want to (?:live|be alive))\b",
    re.IGNORECASE,
)
_ASKS_OF_IT = re.compile(
    r"\b(?:suicid\w*|kill\w*|die|died|dying|crisis|emergenc\w+|danger\w*|unsafe|harm\w*|doctors?|gp"
    r"|therap\w+|counsel\w+|professional\w*|psych\w+|help ?lines?|hot ?lines?|too much|cannot cope"
    r"|can'?t cope|breakdown)\b",
    re.IGNORECASE,
)

_WORD = re.compile(r"[^\W\d_]{4,}")
_STEM = 5
"""Letters by which two words are taken for forms of one."""

_SAY_LITTLE = re.compile(
    r"(?:what|when|where|wh(?:ich|om|ose)|(?:w|c|sh)ould|might|must|shall|will|ha(?:ve|ving)"
    r"|do(?:es|ing|ne)|been|being|th(?:at|is|ese|ose|ey|em|eir|ere|en|an)|with|from|yours?|just|even"
    r"|only|about|into|some(?:one|thing)?|anything|wants?|wanted|like|know|dont|really|very|much"
    r"|mo(?:re|st)|also|ma(?:ke|de)|take|going|gets|sa(?:id|ys)|tell|think)"
)
"""Words by which no paragraph is told from another."""


@dataclass(frozen=True)
class Quote:
    """Words of a passage that answer by themselves."""

    passage: Passage
    text: str

    def citation(self, n: int) -> Citation:
        """Return the numbered source of these words."""
        chunk = self.passage.chunk
        return Citation(
            n=n,
            article=chunk.slug,
            title=chunk.title,
            section=chunk.section,
            topics=(*chunk.topics, *chunk.within),
            quote=self.text,
            url=chunk.url,
        )


def first_quote(
    passages: Sequence[Passage],
    query: str,
    *,
    was_said: Callable[[str], bool],
    brief: bool = False,
    only: Callable[[str], bool] | None = None,
) -> Quote | None:
    """Return the first passage's best words that this conversation has not heard.

    Paragraphs that hold what the coach may not say, whoever wrote them, are left out, and so
    are those for somebody in danger where nothing in the question bears on it.

    Args:
        passages: Best first.
        query: What was asked; picks the paragraph within a passage.
        was_said: Tells of a text whether it was said before.
        brief: Take the first sentence only.
        only: Tells of a paragraph whether it may be taken at all.
    """
    bears_on_danger = _ASKS_OF_IT.search(apart_from_denials(query).rest) is not None
    for passage in passages:
        paragraphs = quotable(passage.chunk.text)
        fresh = [p for p in paragraphs if not was_said(p) and (only is None or only(p))]
        if not bears_on_danger:
            fresh = [p for p in fresh if not _GRAVE.search(p)]
        if not fresh:
            continue
        # The first paragraph of a section is written to answer by itself; another one
        # is taken only if it shares clearly more words with the question.
        best = max(range(len(fresh)), key=lambda i: (_shared(query, fresh[i]) - (i > 0), -i))
        text = _joined(fresh[best:])
        return Quote(passage, sentences(text)[0] if brief else text)
    return None


@lru_cache(maxsize=4096)  # passages are the corpus's, never a visitor's
def quotable(text: str) -> tuple[str, ...]:
    """Return the paragraphs of a passage that the coach may quote."""
    return tuple(block for block in _blocks(text) if _why_unquotable(block) is None)


def unquotable(document: Document) -> Iterator[tuple[str, str]]:
    """Yield each paragraph that is never quoted: the rule it breaks, and its first words."""
    for section in document.sections:
        for block in _blocks(section.text):
            if rule := _why_unquotable(block):
                yield rule, " ".join(block.split()[:10])


def _blocks(text: str) -> Iterator[str]:
    """Yield the paragraphs of a text without Markdown's marks."""
    blocks = (block.strip() for block in re.split(r"\n\s*\n", plain(text)))
    return filter(None, blocks)


def _why_unquotable(paragraph: str) -> str | None:
    """Return the rule by which a paragraph of the corpus must not be quoted, if there is one.

    A paragraph is kept whole or left out whole: what stands around a sentence that may
    not be said would be said out of place. Words that give instructions to a reader who is
    a machine are left out too.
    """
    spoken = [s for line in paragraph.split("\n") for s in sentences(line)]
    rule = next(filter(None, map(check, spoken)), None)
    return rule or ("instruction" if boundary(paragraph) == "role_change" else None)


def names_a_study(paragraph: str) -> bool:
    """Tell whether a paragraph states a finding with its source."""
    return re.search(r"\b(19|20)\d\d\b", paragraph) is not None


def _joined(paragraphs: Sequence[str]) -> str:
    """Return the first paragraph, with those after it while it is too short to answer."""
    taken: list[str] = []
    words = 0
    for paragraph in paragraphs:
        if taken and words >= MIN_WORDS:
            break
        kept = _shortened(paragraph, MAX_WORDS - words)
        if not kept:
            break
        taken.append(kept)
        words += len(kept.split())
    return "\n\n".join(taken)


def _shortened(paragraph: str, most: int) -> str:
    """Return as many whole sentences (or list lines) as fit into `most` words."""
    if len(paragraph.split()) <= most:
        return paragraph
    listed = paragraph.startswith(("- ", "* ", "1. "))
    parts = paragraph.split("\n") if listed else sentences(paragraph)
    kept: list[str] = []
    for part in parts:
        if sum(len(k.split()) for k in kept) + len(part.split()) > most:
            break
        kept.append(part)
    return ("\n" if listed else " ").join(kept)


def _shared(query: str, paragraph: str) -> int:
    return len(_stems(query) & _stems(paragraph))


def _stems(text: str) -> set[str]:
    words = _WORD.findall(text.lower())
    return {word[:_STEM] for word in words if not _SAY_LITTLE.fullmatch(word)}
