"""Hear danger in German, Spanish, French and Arabic, and tell which language a message is in.

Flow: a message -> here (which asks `safety.patterns` for English) -> `safety.screen`,
`safety.crisis_languages`.  The expressions are data (`rules/languages/*.yaml`; how such a
file is made is written at the top of `de.yaml`), so that native readers can review them.

A language is told by its own small words and by what was found in it, against the small
words of English; lingua, which knows which other language a message is in
(`dialogue.understand`), is not asked: it takes a hundred times as long, and is unsure of
"quiero morir". An English message has none of these words and is not read again.
"""

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from coach.safety.normalise import normalise
from coach.safety.patterns import (
    PATTERNS_FILE,
    Finding,
    Reading,
    Rule,
    compile_all,
    contexts_of,
    load_patterns,
    rules_of,
    words_of,
)
from coach.schema import Level

__all__ = ["ENGLISH", "Language", "language_among", "language_of", "load_languages", "read"]

SMALL_WORDS_FILE = PATTERNS_FILE.with_name("languages.yaml")
LANGUAGES_DIR = PATTERNS_FILE.with_name("rules") / "languages"
ENGLISH = "en"
WORD = re.compile(r"[^\W\d_]+")
ARABIC = re.compile(r"[\u0621-\u064a]")
NOT_ARABIC = re.compile(r"[\u067e\u0686\u06af\u0679\u0688\u06d2]")
"""Letters of Persian and Urdu, which Arabic lacks."""
CLAUSE_END = re.compile(
    r"[.!?;:\u061f\u060c\u061b,]+|\b(?:aber|sondern|pero|sino|mais|\u0644\u0643\u0646|\u0628\u0633)\b"
)
SENTENCE_END = re.compile(r"[.!?;\u061f\u061b]+")
QUOTED = re.compile(r'"[^"]{0,160}"')
FOUND = 3
"""How many small words something that was found in a language counts for."""
FEW = 4
"""In a message of at most so many words, one word of a language tells it."""
CLEAR = 2
SHARE = 0.25
"""How many words, and which share of all, tell the language of a longer one: a language that
the coach does not know may have some of them, too."""


@dataclass(frozen=True)
class Language:
    """The expressions of one language."""

    code: str
    marks: frozenset[str]
    spellings: Mapping[re.Pattern[str], str]
    idioms: re.Pattern[str]
    contexts: Mapping[str, re.Pattern[str]]
    rules: tuple[Rule, ...]

    def plain(self, message: str) -> str:
        """Return `message` in the form that the expressions of the language expect."""
        return self.respell(normalise(message))

    def respell(self, text: str) -> str:
        """Return a normalised text in the usual spelling of the language."""
        for wrong, usual in self.spellings.items():
            text = wrong.sub(usual, text)
        return text

    def read(self, normalised: str) -> Reading:
        """Return what the expressions find in a message that was normalised."""
        text = self.respell(normalised)
        masked, idioms = self.idioms.subn(" ~ ", text)
        findings: list[Finding] = []
        dropped = False
        for rule in self.rules:
            weighed = [self._weigh(rule, hit, masked) for hit in rule.pattern.finditer(masked)]
            found = [finding for finding in weighed if finding]
            dropped |= any(f is None or f.level is not rule.level for f in weighed)
            if found:
                findings.append(max(found, key=lambda finding: finding.level.rank))
        return Reading(
            findings=tuple(findings),
            denies=bool(self.contexts["denial"].search(text)) and not findings,
            affirms=bool(self.contexts["affirm"].search(text)),
            denied_hit=dropped,
            masked=masked,
            idioms=idioms > 0,
            language=self.code,
        )

    def tells(self, text: str) -> bool:
        """Tell whether a plain text is about a story, the news or the like."""
        return bool(self.contexts["fiction"].search(text))

    def _weigh(self, rule: Rule, hit: re.Match[str], text: str) -> Finding | None:
        """Return the finding that `hit` is in its surroundings, None if it is none."""
        sentence = around(text, hit, SENTENCE_END)
        silent = (
            (rule.unless and rule.unless.search(sentence))
            or ("negation" not in rule.keep and self._negated(before(text, hit), hit))
            or ("fiction" not in rule.keep and self._told(hit, text))
        )
        if silent:
            return None
        categories = (rule.category, *rule.also)
        if rule.level is Level.CONCERN:
            return Finding(rule.id, rule.level, categories)
        if self.contexts["past"].search(sentence) and not self.contexts["present"].search(text):
            past = tuple(dict.fromkeys(("past_risk", rule.category)))
            return Finding(rule.id, Level.CONCERN, past, "past")
        joke = self.contexts["joke"].search(text)
        if joke and "joke" not in rule.keep and not self.contexts["serious"].search(text):
            return Finding(rule.id, Level.CONCERN, categories, "joke")
        return Finding(rule.id, rule.level, categories)

    def _negated(self, clause: str, hit: re.Match[str]) -> bool:
        unsure = self.contexts.get("not_negation")
        return bool(self.contexts["negation"].search(clause)) and not (
            unsure and unsure.search(clause + hit.group())
        )

    def _told(self, hit: re.Match[str], text: str) -> bool:
        """Tell whether the hit belongs to a story, a quotation or the news."""
        if not self.contexts["fiction"].search(text):
            return False
        quoted = any(q.start() <= hit.start() < q.end() for q in QUOTED.finditer(text))
        return quoted or not self.contexts["own"].search(hit.group())


def read(message: str) -> Reading:
    """Return what the expressions of all languages find in `message`.

    English comes first and stays as `Patterns.read` gives it wherever no other language is
    spoken. In another one its own file has the word: what it takes for a figure of speech,
    for denied or for told is not held against the person by the few words of that language
    that the English files know.
    """
    english = load_patterns().read(message)
    normalised, readings = readings_of(message)
    if not readings:
        return english
    spoken = language_among(normalised, readings)
    there = next((reading for reading in readings if reading.language == spoken), None)
    others = tuple(f for reading in readings if reading is not there for f in reading.findings)
    if there is None:
        # English, or none that is clear: what was found counts in any case.
        return replace(
            english,
            findings=english.findings + others,
            denies=english.denies or (not english.findings and any(r.denies for r in readings)),
            affirms=english.affirms or any(r.affirms for r in readings),
            language=spoken or "",
        )
    told = not there.findings and load_languages().by_code[there.language].tells(there.masked)
    overruled = there.denied_hit or there.idioms or there.denies or told
    kept = () if overruled else english.findings
    return replace(
        there,
        findings=there.findings + kept,
        denies=there.denies or (english.denies and not there.findings and not kept),
        affirms=there.affirms or english.affirms,
        denied_hit=there.denied_hit or english.denied_hit,
    )


def language_of(message: str) -> str | None:
    """Return the code of the language of `message`, `en` included; None if it is not clear."""
    normalised, readings = readings_of(message)
    return language_among(normalised or normalise(message), readings)


def readings_of(message: str) -> tuple[str, list[Reading]]:
    """Return the normalised message, and what each language that has a word in it found."""
    languages = load_languages()
    words = frozenset(WORD.findall(message.casefold()))
    if ARABIC.search(message) is None and languages.marks.isdisjoint(folded(words)):
        return "", []
    normalised = normalise(message)
    spoken = [lang for lang in languages.all if mark_count(lang, normalised)]
    return normalised, [language.read(normalised) for language in spoken]


def language_among(normalised: str, readings: Sequence[Reading]) -> str | None:
    """Return the language of a normalised message; None if it is not clear.

    Args:
        normalised: The message.
        readings: What each language that has a word in it found.
    """
    letters = [c for c in normalised if c.isalpha()]
    words = WORD.findall(normalised)
    if letters and 2 * len(ARABIC.findall(normalised)) > len(letters):
        return None if NOT_ARABIC.search(normalised) else "ar"
    counts = {
        reading.language: mark_count(load_languages().by_code[reading.language], normalised)
        + FOUND * bool(reading.findings or reading.denied_hit or reading.idioms)
        for reading in readings
    }
    for code, small in load_languages().small_words.items():
        counts[code] = sum(word in small for word in words)
    best, second = [*sorted(counts.values(), reverse=True), 0][:2]
    enough = best >= max(CLEAR, SHARE * len(words)) or (best and len(words) <= FEW)
    spoken = max(counts, key=lambda code: counts[code])
    told = enough and best > second and spoken in (ENGLISH, *load_languages().by_code)
    return spoken if told else None


def mark_count(language: Language, normalised: str) -> int:
    """Return how many words of a normalised message tell the language."""
    if language.code == "ar":
        return len(ARABIC.findall(normalised))
    return sum(word in language.marks for word in WORD.findall(language.respell(normalised)))


def folded(words: frozenset[str]) -> frozenset[str]:
    """Return words with and without accents, in one set."""
    accented = [word for word in words if not word.isascii()]
    return words.union(*(WORD.findall(normalise(word)) for word in accented)) if accented else words


@dataclass(frozen=True)
class Languages:
    """All languages but English."""

    all: tuple[Language, ...]
    by_code: Mapping[str, Language]
    marks: frozenset[str]
    """The words that tell any of them."""
    small_words: Mapping[str, frozenset[str]]
    """Those of English and of the neighbours of the languages."""


@functools.cache
def load_languages(folder: Path = LANGUAGES_DIR) -> Languages:
    """Return the languages of `folder`, compiled once a process.

    Raises:
        re.error: An expression is wrong; the message holds it.
        KeyError: A macro or a part of a file is missing.
    """
    found = tuple(
        language_from(yaml.safe_load(file.read_text(encoding="utf-8")))
        for file in sorted(folder.glob("*.yaml"))
    )
    marks = frozenset[str]().union(*(language.marks for language in found))
    small: dict[str, str] = yaml.safe_load(SMALL_WORDS_FILE.read_text(encoding="utf-8"))
    return Languages(
        found,
        {language.code: language for language in found},
        marks,
        {code: frozenset(words.split()) for code, words in small.items()},
    )


def language_from(data: Mapping[str, Any]) -> Language:
    """Return the language that one file describes."""
    words = words_of(data)
    return Language(
        code=data["language"],
        marks=frozenset(data["marks"].split()),
        spellings={re.compile(wrong): usual for wrong, usual in data["spellings"].items()},
        idioms=compile_all(data["idioms"], words),
        contexts=contexts_of(data["contexts"], words),
        rules=rules_of(data["rules"], words),
    )


def around(text: str, hit: re.Match[str], end: re.Pattern[str]) -> str:
    """Return the part of `text`, between two marks, that holds `hit`."""
    after = end.search(text, hit.end())
    start = max((m.end() for m in end.finditer(text, 0, hit.start())), default=0)
    return text[start : after.start() if after else len(text)]


def before(text: str, hit: re.Match[str]) -> str:
    """Return what stands before `hit` in its clause."""
    start = max((m.end() for m in CLAUSE_END.finditer(text, 0, hit.start())), default=0)
    return text[start : hit.start()]
