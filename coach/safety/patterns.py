"""Recognise risk by wording alone: the first half of the screen.

Flow: a message -> `safety.normalise` -> here -> `safety.screen`. The expressions are
data (`patterns.yaml`); this module says what surrounds a hit and changes its meaning.
"""

import functools
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from coach.safety.normalise import fold, normalise
from coach.schema import Level

__all__ = [
    "PATTERNS_FILE",
    "Finding",
    "Patterns",
    "Reading",
    "Rule",
    "compile_all",
    "contexts_of",
    "expand",
    "load_patterns",
    "named_in",
    "rules_of",
    "words_of",
    "written_out",
]

PATTERNS_FILE = Path(__file__).parent / "patterns.yaml"
SENTENCE_END = re.compile(r"[.!?;]+(?=\s|$)|\bbut\b|\bhowever\b")
GAP = re.compile(r"(?<!\\)\.(\{0,\d+\})")
MACRO = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True)
class Rule:
    """One row of `rules` in `patterns.yaml`."""

    id: str
    level: Level
    category: str
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None
    also: tuple[str, ...]
    keep: frozenset[str]
    """Contexts that do not change what the rule says."""

    @property
    def open_to_fiction(self) -> bool:
        """Whether stories, quotations and work talk silence the rule."""
        return "fiction" not in self.keep or "past" in self.keep


@dataclass(frozen=True)
class Finding:
    """A rule that spoke, with the level that its surroundings leave it."""

    rule: str
    level: Level
    categories: tuple[str, ...]
    note: str = ""
    """Which context changed the level, or nothing."""


@dataclass(frozen=True)
class Reading:
    """What the patterns found in one message."""

    findings: tuple[Finding, ...] = ()
    denies: bool = False
    """The person said that they are not in danger, or do not mean it."""
    protests: bool = False
    """The person says that they were read wrongly; such a message denies, too."""
    refuses: bool = False
    """It denies only by a no of its own, which may refuse what was offered instead."""
    affirms: bool = False
    """The whole message is a bare yes, or a half yes."""
    leaves: bool = False
    """The whole message takes leave in an ordinary way."""
    longs: bool = False
    """The whole message longs for company, and says no more."""
    grown: bool = False
    """The person says that they are of age."""
    denied_hit: bool = False
    """Something was named only to deny it, recall it, quote it or joke about it."""
    masked: str = ""
    """The normalised message without its idioms."""
    idioms: bool = False
    """At least one figure of speech was taken out."""
    language: str = ""
    """The code of the language, where `safety.languages` could tell it."""

    @property
    def answers(self) -> bool:
        """Whether the message answers a question about danger, with yes or with no."""
        return self.denies or self.affirms

    @property
    def speaks_for_itself(self) -> bool:
        """Whether likeness to other messages tells nothing: it answers, or takes leave."""
        return self.answers or self.leaves

    @property
    def level(self) -> Level:
        """The highest level of the findings."""
        return max((f.level for f in self.findings), key=lambda lv: lv.rank, default=Level.NONE)


@dataclass(frozen=True)
class Patterns:
    """The compiled expressions of `patterns.yaml` and `rules/`."""

    spellings: Mapping[re.Pattern[str], str]
    idioms: re.Pattern[str]
    rules: tuple[Rule, ...]
    contexts: Mapping[str, re.Pattern[str]]
    negation: re.Pattern[str] = field(repr=False)

    def read(self, message: str) -> Reading:
        """Return what the patterns find in `message`."""
        text = normalise(message, self.spellings)
        masked, idioms = self.idioms.subn(" ~ ", text)
        findings: list[Finding] = []
        dropped = False
        for rule in self.rules:
            best: Finding | None = None
            for hit in rule.pattern.finditer(masked):
                finding = self._weigh(rule, hit, masked)
                if finding is None or finding.level is not rule.level:
                    dropped = True
                if finding and (best is None or finding.level.rank > best.level.rank):
                    best = finding
                if best and best.level is rule.level:
                    break
            if best:
                findings.append(best)
        insists = bool(self.contexts["insists"].search(text))
        protests = bool(self.contexts["protest"].search(text)) and not insists
        leaves = bool(self.contexts["leave"].search(text))
        denies = protests or (bool(self.contexts["denial"].search(text)) and not insists)
        refuses = not denies and bool(self.contexts["refusal"].search(text)) and not insists
        return Reading(
            findings=() if leaves else tuple(findings),
            denies=denies or refuses,
            refuses=refuses,
            protests=protests,
            affirms=bool(self.contexts["affirm"].search(text)),
            leaves=leaves,
            longs=bool(self.contexts["longs"].search(text)),
            grown=bool(self.contexts["grown"].search(text)),
            denied_hit=dropped,
            masked=masked,
            idioms=idioms > 0,
        )

    def _weigh(self, rule: Rule, hit: re.Match[str], text: str) -> Finding | None:
        """Return the finding that `hit` is in its surroundings, None if it is none."""
        sentence, start = sentence_around(text, hit)
        before = sentence[: hit.start() - start]
        if rule.unless and rule.unless.search(sentence):
            return None
        if "negation" not in rule.keep and self._negated(before, hit.group()):
            return None
        told = self._told(before, hit, text)
        categories = (rule.category, *rule.also)
        if rule.level is Level.CONCERN:
            return (
                None if told and rule.open_to_fiction else Finding(rule.id, rule.level, categories)
            )
        if "past" not in rule.keep and self._past(rule, hit, text, sentence):
            past = tuple(dict.fromkeys(("past_risk", rule.category)))
            return Finding(rule.id, Level.CONCERN, past, "past")
        if "fiction" not in rule.keep and told:
            return None
        return self._as_crisis(rule, before, text, categories)

    def _as_crisis(
        self, rule: Rule, before: str, text: str, categories: tuple[str, ...]
    ) -> Finding:
        joke = self.contexts["joke"].search(text)
        if joke and "joke" not in rule.keep and not self.contexts["serious"].search(text):
            return Finding(rule.id, Level.CONCERN, categories, "joke")
        if rule.category in ("suicide", "self_harm") and self._about_another(before):
            return Finding(rule.id, rule.level, ("third_party", rule.category), "third person")
        return Finding(rule.id, rule.level, categories)

    def _negated(self, before: str, hit: str) -> bool:
        return bool(self.negation.search(before)) and not self.contexts["not_negation"].search(
            before + hit
        )

    def _past(self, rule: Rule, hit: re.Match[str], text: str, sentence: str) -> bool:
        past = self.contexts["past"].search(text)
        if not past or not self.contexts["past_verb"].search(sentence):
            return False
        elsewhere = f"{text[: past.start()]} ~ {text[past.end() :]}"
        if rule.category == "abuse":
            return not self.contexts["present_abuse"].search(elsewhere)
        now = self.contexts["present_verb"].search(hit.group())
        return not now and not self.contexts["present"].search(elsewhere)

    def _told(self, before: str, hit: re.Match[str], text: str) -> bool:
        """Tell whether the hit belongs to a story, a quotation, the news or someone's work."""
        if not (self.contexts["fiction"].search(text) or self.contexts["work"].search(text)):
            return False
        quoted = any(
            q.start() <= hit.start() < q.end() for q in self.contexts["quoted"].finditer(text)
        )
        own = re.search(r"\b(?:i|im|ive|id|ill|me|my|myself)\b", f"{before[-40:]} {hit.group()}")
        return quoted or not own or bool(self._about_another(before))

    def _about_another(self, before: str) -> bool:
        third = self.contexts["third_before"].search(before)
        return bool(third) and not self.contexts["first_after_third"].search(before)


def sentence_around(text: str, hit: re.Match[str]) -> tuple[str, int]:
    """Return the sentence that holds `hit`, and where in `text` it begins."""
    ends = sentence_ends(text)
    starts = [0, *(end for _, end in ends)]
    start = starts[bisect_right(starts, hit.start()) - 1]
    after = bisect_left(ends, (hit.end(), 0))
    return text[start : ends[after][0] if after < len(ends) else len(text)], start


@functools.lru_cache(maxsize=1)  # one text is read by many rules; nothing older is kept
def sentence_ends(text: str) -> list[tuple[int, int]]:
    """Return where each mark that ends a sentence begins and ends."""
    return [mark.span() for mark in SENTENCE_END.finditer(text)]


def named_in(message: str) -> frozenset[str]:
    """Return the kinds of danger, present or past, that a message names by plain words."""
    findings = load_patterns().read(message).findings
    return frozenset(category for finding in findings for category in finding.categories)


@functools.cache
def load_patterns(path: Path = PATTERNS_FILE) -> Patterns:
    """Return the patterns of `path` and of the rules beside it, compiled once a process.

    Raises:
        re.error: An expression is wrong; the message holds it.
        KeyError: A macro or a part of the file is missing.
    """
    data: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    words = words_of(data)
    between = data["contexts"]["between"]
    negation = re.compile(
        expand(data["contexts"]["negators"], words) + rf"(?:[\s,]+{between}){{0,7}}[\s,]*$"
    )
    rows = (
        row
        for file in sorted(path.with_name("rules").glob("*.yaml"))
        for row in yaml.safe_load(file.read_text(encoding="utf-8"))["rules"]
    )
    return Patterns(
        spellings={re.compile(wrong): usual for wrong, usual in data["spellings"].items()},
        idioms=compile_all(data["idioms"], words),
        rules=rules_of(rows, words),
        contexts=contexts_of(
            {name: given for name, given in data["contexts"].items() if name != "between"}, words
        ),
        negation=negation,
    )


def rules_of(rows: Iterable[Mapping[str, Any]], words: Mapping[str, str]) -> tuple[Rule, ...]:
    """Return the compiled rules of a file's rows, with the macros written out."""
    return tuple(
        Rule(
            id=row["id"],
            level=Level(row["level"]),
            category=row["category"],
            pattern=compile_all(row["any"], words),
            unless=compile_all(row["unless"], words) if "unless" in row else None,
            also=tuple(row.get("also", ())),
            keep=frozenset(row.get("keep", ())),
        )
        for row in rows
    )


def words_of(data: Mapping[str, Any]) -> dict[str, str]:
    """Return the macros of a file, each written out with those before it."""
    words: dict[str, str] = {}
    for name, expression in data["words"].items():
        words[name] = expand(expression, words)
    return words


def contexts_of(
    contexts: Mapping[str, str | list[str]], words: Mapping[str, str]
) -> dict[str, re.Pattern[str]]:
    """Return the compiled expressions of a file that tell what surrounds a hit, by name."""
    return {
        name: compile_all(given if isinstance(given, list) else [given], words)
        for name, given in contexts.items()
    }


def expand(expression: str, words: Mapping[str, str]) -> str:
    """Return `expression` with its macros written out.

    A comma may follow any skipped word, and no gap (`.{0,50}`) reaches into the next sentence.
    """
    loose = expression.replace(r"(?: \w+)", r"(?:,? \w+)").replace(r"(?:\w+ )", r"(?:\w+,? )")
    within = GAP.sub(r"[^.!?]\1", loose)
    return written_out(within, words)


def written_out(expression: str, words: Mapping[str, str]) -> str:
    """Return `expression` with what each `{name}` stands for in its place."""
    return MACRO.sub(lambda m: words[m.group(1)], expression)


def compile_all(expressions: list[str], words: Mapping[str, str]) -> re.Pattern[str]:
    """Return one pattern that matches where any of `expressions` does."""
    parts = []
    for expression in expressions:
        full = expand(expression, words)
        full = full if full.isascii() else fold(full)
        re.compile(full)
        parts.append(f"(?:{full})")
    return re.compile("|".join(parts))
