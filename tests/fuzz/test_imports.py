"""Posts in every form, broken: they are imported whole, left out, or refused in one line."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings

from coach.errors import ImportRefusedError
from coach.library.corpus import load_corpus, read_corpus
from coach.library.importing import Fetcher, import_posts
from tests.fuzz.broken import broken
from tests.library.importing import samples
from tests.library.samples import write_corpus

FORMS: dict[str, str | bytes] = {
    "lamps.txt": f"{samples.TITLE}\n\n{samples.OPENING}\n\n{samples.NIGHT}",
    "lamps.md": f"---\ntitle: Lamps\n---\n\n{samples.OPENING}\n\n## Night\n\n{samples.NIGHT}",
    "lamps.html": samples.page(),
    "lamps.atom": samples.atom({"lamps": samples.HTML}),
    "lamps.xml": samples.export(samples.exported("lamps", samples.CLASSIC)),
    "lamps.docx": samples.docx(),
    "lamps.epub": samples.epub(),
    "lamps.pdf": samples.pdf(),
}
PROCESSES = {"lamps.pdf"}
"""Forms that are read in a process of their own, which takes a while to start."""


@pytest.mark.parametrize("name", FORMS)
def test_a_broken_copy_is_imported_or_refused_and_the_corpus_stays_sound(name: str) -> None:
    whole = FORMS[name]
    most = settings().max_examples // (8 if name in PROCESSES else 1)

    @settings(max_examples=most)
    @given(broken(whole.encode() if isinstance(whole, str) else whole))
    def imports(data: bytes) -> None:
        with tempfile.TemporaryDirectory() as place:
            folder = write_corpus(Path(place) / "corpus")
            path = Path(place) / name
            path.write_bytes(data)
            for outcome in import_posts(str(path), load_corpus(folder), folder, fetcher=Fetcher()):
                if isinstance(outcome, ImportRefusedError):
                    assert "\n" not in str(outcome)
            assert read_corpus(folder)[1] == []

    imports()
