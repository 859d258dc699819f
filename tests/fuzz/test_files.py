"""Every file that the coach reads, broken: it is read, or refused in one line by one error."""

import json
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.dialogue.phrasing import load_voice
from coach.errors import CoachError
from coach.index.store import read_manifest
from coach.library.corpus import read_corpus, read_document
from coach.library.front_matter import load_yaml, read_front_matter
from coach.library.markdown import internal_links, plain, split_sections, unlink
from coach.safety.crisis_languages import Moves, language_words, parsed
from coach.safety.helplines import Helplines
from coach.safety.route import path_from
from coach.safety.wordings import read_yaml
from coach.schema import Article, Practice
from coach.settings import PROJECT_ROOT, Settings
from coach.site import load_site
from coach.voice.audio import as_wav, from_wav, read_audio
from coach.voice.contracts import Sound
from tests.fuzz.broken import broken, broken_text
from tests.library.samples import write_corpus

CORPUS = PROJECT_ROOT / "corpus"
CRISIS = CORPUS / "crisis"
SHARED, SUICIDE = (read_yaml(CRISIS / f"{name}.yaml") for name in ("shared", "suicide"))
MOVES = parsed(CRISIS / "languages" / "moves.yaml", Moves)
_OFFERED = re.sub(
    r"(?m)^# (?=[a-z]+(-[a-z]+)* = |\[|  \{|\])",
    "",
    (PROJECT_ROOT / "site.toml").read_text("utf-8"),
)
SITE = re.sub(r"(?m)^logo = .*$", "", _OFFERED)
"""The shipped file with every line in use but the picture, which is a file of its own."""
ENVIRONMENT = """COACH_PORT=7000
COACH_REGION=gb
COACH_CORS_ORIGINS="https://a.example, https://b.example"
COACH_LOG_LEVEL='info' # as it is
export COACH_TURNS_PER_MINUTE=30
"""


def manifest() -> str:
    """Return a manifest as `coach index build` writes it."""
    build = PROJECT_ROOT / "index" / "builds" / (PROJECT_ROOT / "index" / "CURRENT").read_text()
    return (Path(str(build).strip()) / "manifest.json").read_text()


Reader = Callable[[Path], object]
READERS: dict[str, tuple[str, Path, Reader]] = {
    "front matter": ("page.md", CORPUS / "articles" / "long-sundays.md", read_front_matter),
    "article": (
        "long-sundays.md",
        CORPUS / "articles" / "long-sundays.md",
        lambda path: read_document(path, Article),
    ),
    "practice": (
        "paced-breathing.md",
        CORPUS / "practices" / "paced-breathing.md",
        lambda path: read_document(path, Practice),
    ),
    "yaml": ("topics.yaml", CORPUS / "topics.yaml", load_yaml),
    "voice": ("voice.yaml", CORPUS / "voice.yaml", load_voice),
    "crisis path": (
        "suicide.yaml",
        CRISIS / "suicide.yaml",
        lambda path: path_from(path, read_yaml(path), SHARED),
    ),
    "shared crisis steps": (
        "shared.yaml",
        CRISIS / "shared.yaml",
        lambda path: path_from(path, SUICIDE, read_yaml(path)),
    ),
    "crisis words": (
        "es.yaml",
        CRISIS / "languages" / "es.yaml",
        lambda path: language_words(path, MOVES),
    ),
    "helplines": ("helplines.json", CORPUS / "helplines.json", Helplines.load),
}


def read_broken(name: str, data: bytes, reader: Reader) -> None:
    """Read a file of these bytes; only an error of the coach, of one line, may be raised."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        try:
            reader(path)
        except CoachError as error:
            assert "\n" not in str(error).replace(folder, "")  # noqa: PT017 - it may be read, too


@pytest.mark.parametrize("kind", READERS)
def test_a_broken_file_is_read_or_refused_in_one_line(kind: str) -> None:
    name, real, reader = READERS[kind]
    whole = real.read_bytes()

    @given(broken(whole) | broken_text(whole.decode()))
    def reads(data: bytes) -> None:
        read_broken(name, data, reader)

    reads()


@given(broken(SITE.encode()) | broken_text(SITE))
def test_a_broken_site_is_read_or_refused_in_one_line(data: bytes) -> None:
    read_broken("site.toml", data, lambda path: load_site(Settings(site=path)))


@given(broken(ENVIRONMENT.encode()) | broken_text(ENVIRONMENT))
def test_broken_settings_are_read_or_refused_in_one_line(data: bytes) -> None:
    read_broken(".env", data, Settings.load)


def test_a_broken_manifest_is_refused(settings: Settings) -> None:
    whole = manifest()

    @given(broken(whole.encode()) | broken_text(whole))
    def reads(data: bytes) -> None:
        read_broken("manifest.json", data, lambda path: read_manifest(path.parent))

    assert settings
    reads()


@given(st.data())
def test_a_corpus_with_a_broken_file_tells_what_is_wrong_and_reads_the_rest(data: Any) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = write_corpus(Path(name) / "corpus")
        files = sorted(path for path in folder.rglob("*") if path.suffix in {".md", ".yaml"})
        path = data.draw(st.sampled_from(files))
        path.write_bytes(data.draw(broken(path.read_bytes())))
        _, problems = read_corpus(folder)
        assert all("\n" not in str(problem) for problem in problems)


MARKS = st.sampled_from(
    ["# ", "## a {.why}", "[a](b)", "[[", "](", "`", "```\n", "> ", "\n\n", "|"]
)


@given(st.lists(MARKS | st.text(max_size=8), max_size=20).map("".join))
def test_any_markdown_is_read(text: str) -> None:
    split_sections(text)
    list(internal_links(text))
    unlink(text, {"b"})
    plain(text)


SOUND = as_wav(Sound(np.sin(np.arange(800, dtype=np.float32)), 16_000))


@given(broken(SOUND[:60]) | broken(SOUND))
def test_a_broken_recording_is_read_or_refused(data: bytes) -> None:
    try:
        sound = from_wav(data)
    except ValueError:
        pass
    else:
        assert sound.rate > 0
    try:
        read_audio(data, longest=5)
    except CoachError as error:
        assert "\n" not in str(error)  # noqa: PT017 - it may be read, too


def test_the_samples_are_whole_before_they_are_broken() -> None:
    assert len(from_wav(SOUND).samples) == 800
    json.loads(manifest())
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "site.toml").write_text(SITE)
        (Path(name) / ".env").write_text(ENVIRONMENT)
        assert load_site(Settings(site=Path(name) / "site.toml"))
        assert Settings.load(Path(name) / ".env").port == 7000
