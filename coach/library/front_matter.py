"""Read the YAML at the head of a corpus file, safely and with line numbers.

Flow: a file -> here -> `library.corpus`.
"""

import re
from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import frontmatter
import yaml
from frontmatter.default_handlers import YAMLHandler
from yaml.nodes import MappingNode

from coach.errors import CorpusError

__all__ = ["FrontMatter", "load_yaml", "read_front_matter", "read_text", "split_front_matter"]

MAX_FILE_BYTES = 2_000_000
MAX_YAML_CHARS = 200_000
MAX_YAML_DEPTH = 20
_BOUNDARY = re.compile(r"^---[ \t]*$", re.MULTILINE)


class _PlainLoader(yaml.CSafeLoader):
    """libyaml's safe loader, which refuses repeated keys and values that are none."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        # PyYAML lets through what Python says of a value that is none: 2026-99-99.
        except (ValueError, LookupError, AttributeError, TypeError):
            raise yaml.MarkedYAMLError(
                problem="a value that is not what it looks like; put it in quotes",
                problem_mark=node.start_mark,
            ) from None

    def construct_mapping(self, node: MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.tag != "tag:yaml.org,2002:str":
                raise yaml.MarkedYAMLError(
                    problem="a key must be a word", problem_mark=key.start_mark
                )
            if key.value in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"the key {key.value!r} stands twice", problem_mark=key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def _load(text: str) -> Any:
    """Return what plain YAML says; aliases and depth (YAML bombs) are refused unread."""
    _refuse_bombs(text)
    return yaml.load(text, Loader=_PlainLoader)  # noqa: S506 - a SafeLoader


def _refuse_bombs(text: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        problem: str | None = None
        if isinstance(event, yaml.AliasEvent):
            problem = "aliases (*name) are not allowed"
        elif isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth >= MAX_YAML_DEPTH:
                problem = f"more than {MAX_YAML_DEPTH} levels within each other"
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if problem:
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark)  # type: ignore[arg-type]  # libyaml's mark has the same line


class _Handler(YAMLHandler):
    """python-frontmatter's YAML handler with the loader above."""

    FM_BOUNDARY = _BOUNDARY

    def load(self, fm: str, **_: Any) -> Any:
        return _load(fm)


@dataclass(frozen=True)
class FrontMatter:
    """The head and the body of one file."""

    values: dict[str, Any]
    lines: dict[str, int]
    """The line of each key in the file, counted from 1."""
    body: str
    body_line: int
    """The line in the file on which the body begins, counted from 1."""


def read_text(path: Path) -> str:
    """Return the text of a UTF-8 file with Unix line ends.

    Raises:
        CorpusError: The file is missing, too large, or no UTF-8 text.
    """
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise CorpusError(path, None, f"larger than {MAX_FILE_BYTES:,} bytes; split it")
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise CorpusError(path, None, "no UTF-8 text; save it as UTF-8") from None
    except OSError as error:
        raise CorpusError(path, None, f"cannot be read: {error.strerror}") from None
    if "\0" in text:
        raise CorpusError(path, None, "no text (it holds NUL bytes)")
    return text


def load_yaml(path: Path) -> Any:
    """Return what a YAML file says; aliases and repeated keys are refused.

    Raises:
        CorpusError: The file cannot be read or is not plain YAML.
    """
    try:
        return _load(read_text(path))
    except yaml.YAMLError as error:
        raise _as_corpus_error(path, error, 1) from None


def read_front_matter(path: Path) -> FrontMatter:
    """Split a file into its front matter and its body.

    Raises:
        CorpusError: There is no front matter, or it is no plain YAML mapping.
    """
    return split_front_matter(read_text(path), path)


def split_front_matter(text: str, path: Path | str) -> FrontMatter:
    """Split a text into its front matter and its body.

    Args:
        text: As it stands in the file, with Unix line ends.
        path: Where it stands, for messages.

    Raises:
        CorpusError: There is no front matter, or it is no plain YAML mapping.
    """
    if not text.startswith("---\n"):
        raise CorpusError(path, 1, "the file must begin with front matter between two lines '---'")
    closing = _BOUNDARY.search(text, 4)
    if closing is None:
        raise CorpusError(path, 1, "the front matter has no closing line '---'")
    if closing.start() > MAX_YAML_CHARS:
        raise CorpusError(path, 1, f"the front matter is longer than {MAX_YAML_CHARS:,} characters")
    try:
        post = frontmatter.loads(text, handler=_Handler())
        head = yaml.compose(text[3 : closing.start()], Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise _as_corpus_error(path, error, 1) from None
    if not isinstance(head, MappingNode):
        raise CorpusError(path, 2, "the front matter must be 'key: value' lines")
    lines = {key.value: key.start_mark.line + 1 for key, _ in head.value}
    body_at = min(closing.end() + 1, len(text))
    return FrontMatter(
        values=dict(post.metadata),
        lines=lines,
        body=text[body_at:],
        body_line=text.count("\n", 0, body_at) + 1,
    )


def _as_corpus_error(path: Path | str, error: yaml.YAMLError, first_line: int) -> CorpusError:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "not YAML"
    return CorpusError(path, mark.line + first_line if mark else None, f"YAML: {problem}")
