"""Small corpora for tests to write and to spoil."""

import time
from collections.abc import Callable
from pathlib import Path

TOPICS = """\
- id: nights
  title: Long nights
  kind: theme
  names: [lonely at night, long nights]
- id: tiny-truths
  title: Tiny truths
  kind: practice
  names: [tiny truths, tiny truth]
"""

ARTICLE = """\
---
slug: long-nights
title: Long nights
author: Homeward
date: 2026-09-14
summary: What helps between two and four.
topics: [nights]
---
The small hours are long for many people.

## Why nights are hard {.why .nights}

There is nobody to ring at three, and the day's noise is gone.
See [tiny truths](tiny-truths#what-it-is).
"""

PRACTICE = """\
---
id: tiny-truths
title: Tiny truths
topics: [tiny-truths]
minutes: 5
summary: Say one small true thing.
steps:
  - say: Think of one small true thing.
    pause: 20
    question: What is it?
---
## What it is {.what}

One sentence, slightly truer than usual.
"""


def write_corpus(
    folder: Path, *, topics: str = TOPICS, article: str = ARTICLE, practice: str = PRACTICE
) -> Path:
    """Write a corpus of one article and one practice, and return its folder."""
    (folder / "articles").mkdir(parents=True)
    (folder / "practices").mkdir()
    (folder / "topics.yaml").write_text(topics)
    (folder / "articles" / "long-nights.md").write_text(article)
    (folder / "practices" / "tiny-truths.md").write_text(practice)
    return folder


def quickest(read: Callable[[str], object], text: str) -> float:
    """Return the seconds that `read` takes for a text, at its best of three times."""
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        read(text)
        seconds.append(time.perf_counter() - start)
    return min(seconds)
