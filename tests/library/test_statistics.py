"""What `coach corpus stats` measures."""

from pathlib import Path

from coach.library.corpus import load_corpus
from coach.library.statistics import measure
from tests.library.samples import write_corpus

TEXT = (
    "The kettle was the loudest thing in the house that evening, and nobody came to take it "
    "off the stove before it had boiled away to the last drop of water."
)
HEAD = """---
slug: {slug}
title: {slug}
author: A
date: 2024-01-01
summary: S.
topics: [tiny-truths]
---
"""


def test_words_sections_and_missing_aspects_are_counted(tmp_path: Path) -> None:
    folder = write_corpus(tmp_path / "corpus")
    before = measure(load_corpus(folder))
    text = "One **two** [three](long-nights).\n\n## Why {.why}\n\nFour five."
    (folder / "articles" / "new.md").write_text(HEAD.format(slug="new") + text)
    after = measure(load_corpus(folder))
    articles, earlier = after.counts["articles"], before.counts["articles"]
    assert articles.documents == earlier.documents + 1
    assert articles.words == earlier.words + 5
    assert articles.sections == earlier.sections + 2
    was, now = (
        next(topic for topic in stats.topics if topic.id == "tiny-truths")
        for stats in (before, after)
    )
    assert (now.documents, now.sections) == (was.documents + 1, was.sections + 2)
    assert "why" not in now.missing


def test_paragraphs_that_are_nearly_the_same_are_found(tmp_path: Path) -> None:
    folder = write_corpus(tmp_path / "corpus")
    other = TEXT.replace("loudest", "noisiest")
    (folder / "articles" / "one.md").write_text(HEAD.format(slug="one") + TEXT)
    (folder / "articles" / "two.md").write_text(HEAD.format(slug="two") + f"Before.\n\n{other}")
    (twins,) = measure(load_corpus(folder)).twins
    assert {twins.one, twins.other} == {"one#introduction", "two#introduction"}
    assert 80 <= twins.alike < 100
    assert twins.beginning.startswith("The kettle was the loudest")
