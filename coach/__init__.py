"""Homeward: a coach for people who feel lonely, answering from one author's articles.

Two pipelines meet only at the folder `index/`:

    build:  corpus/*.md -> library -> index.chunks -> index.embedder -> index.store
    turn:   safety.screen -> understand -> index.search -> draft -> safety.check -> reply
            (the nodes of `dialogue.graph`, behind `dialogue.conversation`)

`web` and `cli` are two ways to reach the same `Conversation`.
"""

from importlib.metadata import version

__all__ = ["__version__"]

__version__ = version("homeward")
