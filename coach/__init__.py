"""Homeward: a coach for people who feel lonely, answering from one author's articles.

Two pipelines meet only at the folder `index/`:

    build:  corpus/*.md -> library -> index.chunks -> index.embedder -> index.store
    turn:   safety.screen -> understand -> index.search -> draft -> safety.check -> reply
            (the nodes of `dialogue.graph`, behind `dialogue.conversation`)

`web` and `cli` are two ways to reach the same `Conversation`.
"""

import os
from importlib.metadata import version

__all__ = ["__version__"]

# Read once, when ONNX Runtime is first imported, by whatever library: without it a database of
# what this process is, to be sent to its makers, stands in the visitor's cache from then on.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

__version__ = version("homeward")
