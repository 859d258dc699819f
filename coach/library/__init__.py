"""From Markdown under `corpus/` to checked articles and practices.

Flow: `front_matter` -> `markdown` -> `corpus` -> the index.  `importing` writes
new articles; `check` tells an author everything that is wrong at once.
"""

from coach.library.corpus import Corpus, load_corpus

__all__ = ["Corpus", "load_corpus"]
