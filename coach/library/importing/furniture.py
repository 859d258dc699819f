"""What stands around a post and is no part of it, as `furniture.yaml` says.

Flow: `furniture.yaml` -> here -> `importing.article`, `formats.wordpress`.
"""

from functools import cache
from pathlib import Path

from coach.library.front_matter import load_yaml

__all__ = ["furniture"]


@cache
def furniture() -> dict[str, list[str]]:
    """Return the expressions of each kind of furniture, by its name."""
    rules: dict[str, list[str]] = load_yaml(Path(__file__).with_name("furniture.yaml"))
    return rules
