"""Say what is installed, found, stale or missing, and what to do about it.

Flow: settings and disk -> here -> `coach doctor`.  Every line names a next step where
one is needed; nothing is changed.
"""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

from coach import __version__
from coach.dialogue.phrasing import load_voice
from coach.dialogue.preparation import check_words, index_staleness
from coach.errors import CoachError, ModelError, SettingsError
from coach.index.encoder import OnnxEmbedder
from coach.index.models import PACKAGED, Model, find_model, model_of
from coach.index.server import IndexServer
from coach.index.store import current_build, read
from coach.library.corpus import read_corpus
from coach.safety.helplines import Helplines
from coach.settings import Settings
from coach.site import load_site
from coach.voice.engines import missing_for_hearing, missing_for_speaking

__all__ = ["Finding", "diagnose"]

PACKAGES = ("gradio", "chromadb", "langgraph", "sentence-transformers", "torch", "onnxruntime")
MIN_PYTHON = (3, 11)
MIN_FREE_BYTES = 500_000_000


@dataclass(frozen=True)
class Finding:
    """One line of the diagnosis; a problem keeps the coach from answering."""

    state: Literal["ok", "note", "problem"]
    name: str
    detail: str


def diagnose() -> Iterator[Finding]:
    """Yield what was found, from the ground up."""
    yield _python()
    yield from (_package(name) for name in PACKAGES)
    try:
        settings = Settings.load()
    except CoachError as error:
        yield Finding("problem", "settings", str(error))
        return
    changed = ", ".join(sorted(f"COACH_{n.upper()}" for n in settings.model_fields_set))
    yield Finding("ok", "settings", f"set here: {changed}" if changed else "all as shipped")
    yield _tried("site", lambda: load_site(settings).name or "the name as shipped")
    yield _tried("corpus", lambda: _corpus(settings))
    yield _tried("voice", lambda: f"{len(load_voice(_voice(settings)).situations)} situations")
    yield _tried("crisis path", lambda: _words(settings))
    yield _tried("helplines", lambda: _helplines(settings))
    yield _tried("embedding model", lambda: _model(settings))
    yield _tried("query encoder", lambda: _encoder(settings))
    yield _tried("reading encoder", lambda: _reading(settings))
    yield _tried("index", lambda: _index(settings))
    if server := IndexServer.of(settings):
        state = server.state(settings.index_dir)
        yield Finding("note" if state.startswith("away") else "ok", "chroma server", state)
    yield _language_model(settings)
    yield _speech("hearing", missing_for_hearing(settings), settings.transcriber)
    yield _speech("speaking", missing_for_speaking(settings), settings.speaker)
    yield _writable(settings.index_dir)
    yield _chromium()


def _python() -> Finding:
    version = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info < MIN_PYTHON:
        return Finding("problem", "python", f"{version}; Homeward needs 3.11 or newer")
    return Finding("ok", "python", f"{version}, homeward {__version__}")


def _package(name: str) -> Finding:
    try:
        return Finding("ok", name, metadata.version(name))
    except metadata.PackageNotFoundError:
        return Finding("problem", name, "not installed; run `make run` to install everything")


def _tried(name: str, look: Callable[[], str]) -> Finding:
    """Return what `look` found; what it raises is the problem."""
    try:
        return Finding("ok", name, look())
    except CoachError as error:
        return Finding("problem", name, str(error))
    except OSError as error:
        return Finding("problem", name, f"{error.filename}: {error.strerror}")


def _corpus(settings: Settings) -> str:
    corpus, problems = read_corpus(settings.corpus_dir)
    if problems:
        raise problems[0]
    return f"{len(corpus.articles)} articles, {len(corpus.practices)} practices"


def _voice(settings: Settings) -> Path:
    return settings.corpus_dir / "voice.yaml"


def _words(settings: Settings) -> str:
    check_words(settings)
    return "complete"


def _helplines(settings: Settings) -> str:
    lines = Helplines.load(settings.corpus_dir / "helplines.json")
    return f"{len(lines.regions())} countries"


def _model(settings: Settings) -> str:
    model = model_of(settings)
    return f"{model.name}, SHA-256 {model.fingerprint[:12]}…"


def _encoder(settings: Settings) -> str:
    model = model_of(settings)
    if model.remote:
        return f"vectors of length {model.remote.dimension} from {model.remote.url}"
    return _exported(model, settings)


def _reading(settings: Settings) -> str:
    return _exported(find_model(PACKAGED), settings)


def _exported(model: Model, settings: Settings) -> str:
    folder = model.exported_in(settings.encoders_dir)
    if not folder.is_dir():
        return "none exported yet; `coach index build` makes it"
    dimension = OnnxEmbedder(folder).dimension
    return f"{folder.name}, vectors of length {dimension}, served by ONNX Runtime"


def _index(settings: Settings) -> str:
    corpus, _ = read_corpus(settings.corpus_dir)
    stale = index_staleness(settings, corpus)
    index = read(current_build(settings.index_dir))
    manifest = index.manifest
    if stale:
        raise CoachError(f"{stale} Run `coach index build`.")
    remote = model_of(settings).remote if settings.embedding_url else None
    if remote and not remote.has_made(index.known):
        raise CoachError(
            "The embedding server has another model than made the index. Run `coach index build`."
        )
    return f"{manifest.chunks} chunks, built {manifest.built_at:%Y-%m-%d %H:%M} UTC"


def _language_model(settings: Settings) -> Finding:
    """Ask the language model for a word, if one is set; without it the composer answers."""
    name = "language model"
    if settings.model is None:
        return Finding("ok", name, "none set; the composer answers")
    from coach.dialogue.model.connection import connect

    where = f"{settings.model} at {settings.model_url or 'its provider'}"
    try:
        seconds = connect(settings).answers_after(settings.model_seconds)
    except ModelError as error:
        return Finding("note", name, f"{where} does not answer ({error}); the composer does")
    except SettingsError as error:
        return Finding("problem", name, str(error))
    if seconds > settings.model_first_seconds:
        return Finding("note", name, f"{where} answers after {seconds:.1f} s: mostly too slow")
    return Finding("ok", name, f"{where} answers after {seconds:.1f} s")


def _speech(name: str, missing: str, by: str) -> Finding:
    return Finding("note", name, missing) if missing else Finding("ok", name, by)


def _writable(folder: Path) -> Finding:
    place = folder if folder.exists() else folder.parent
    if not os.access(place, os.W_OK):
        return Finding("note", "disk", f"{place} is read-only: the index cannot be rebuilt")
    free = shutil.disk_usage(place).free
    state: Literal["ok", "note"] = "ok" if free > MIN_FREE_BYTES else "note"
    return Finding(state, "disk", f"{free / 1e9:.1f} GB free; an index needs about 0.2 GB")


def _chromium() -> Finding:
    found = shutil.which("chromium") or shutil.which("google-chrome")
    if found:
        return Finding("ok", "chromium", f"{found} (browser tests)")
    return Finding("note", "chromium", "not found; only the browser tests want it")
