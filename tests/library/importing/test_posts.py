"""From a file as an author has it to an article, or a refusal that leaves no trace."""

import os
import tempfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from coach.errors import ImportRefusedError
from coach.library.corpus import load_corpus, read_corpus, read_document
from coach.library.importing import Fetcher, ImportReport, article, import_posts
from coach.schema import Article
from tests.library.samples import quickest, write_corpus

POST = """\
Lamps in the Dark

Most people who lie awake believe that the whole street sleeps. It does not.

This post is part of my series on finding company. Last week was about doors.

What the Night Takes Away

The night takes away three things:

• voices in the next room
  •   the sound of a kettle
• plans

By morning they are back.

Small True Sentences

Tiny truths are easier after dark. Try this order:

 1) breathe out
 2) say one of them aloud

Then sleep, or do not sleep. What would you tell the ceiling?

Leave a Reply

Your email address will not be published. Required fields are marked

Post Comment
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A corpus folder of the test's own."""
    return write_corpus(tmp_path / "corpus")


@pytest.fixture
def post(tmp_path: Path) -> Path:
    """A post as a blog gives it."""
    path = tmp_path / "lamps-in-the-dark.txt"
    path.write_text(POST)
    return path


def bring_in(
    path: Path,
    folder: Path,
    *,
    slug: str | None = None,
    author: str | None = None,
    dry_run: bool = False,
) -> ImportReport:
    """Import one file; raise what refuses it."""
    outcomes = list(
        import_posts(
            str(path),
            load_corpus(folder),
            folder,
            fetcher=Fetcher(),
            slug=slug,
            author=author,
            dry_run=dry_run,
        )
    )
    assert len(outcomes) == 1
    if isinstance(outcomes[0], ImportRefusedError):
        raise outcomes[0]
    assert isinstance(outcomes[0], ImportReport)
    return outcomes[0]


def contents(folder: Path) -> dict[str, bytes | None]:
    """Return every file and folder under `folder`, hidden ones too."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


def refusal(path: Path, folder: Path, *, slug: str | None = None) -> str:
    """Return why an import is refused, having checked that it leaves the corpus as it was."""
    before = contents(folder)
    with pytest.raises(ImportRefusedError) as caught:
        bring_in(path, folder, slug=slug)
    assert contents(folder) == before
    assert str(caught.value.path) == str(path)
    assert "\n" not in str(caught.value)
    return caught.value.reason


def test_a_post_becomes_an_article_with_its_sections(post: Path, folder: Path) -> None:
    report = bring_in(post, folder)
    article = report.article
    assert report.outcome == "new"
    assert article.title == "Lamps in the Dark"
    assert article.slug == "lamps-in-the-dark"
    assert article.source == "lamps-in-the-dark.txt"
    assert article.author == "Unknown author"
    assert article.summary.startswith("Most people who lie awake")
    assert [section.heading for section in article.sections] == [
        "Introduction",
        "What the Night Takes Away",
        "Small True Sentences",
    ]
    assert report.words == sum(len(section.text.split()) for section in article.sections)
    assert load_corpus(folder).document("lamps-in-the-dark") == article


def test_bullets_and_numbers_become_markdown_lists(post: Path, folder: Path) -> None:
    _, night, truths = bring_in(post, folder).article.sections
    assert "- voices in the next room\n- the sound of a kettle\n- plans" in night.text
    assert "1. breathe out\n2. say one of them aloud" in truths.text


def test_sections_are_labelled_with_the_topics_they_name(post: Path, folder: Path) -> None:
    article = bring_in(post, folder).article
    assert [section.topics for section in article.sections] == [(), (), ("tiny-truths",)]
    assert article.topics == ("tiny-truths",)


def test_the_series_is_read_from_the_post(post: Path, folder: Path) -> None:
    assert bring_in(post, folder).article.series == "Finding company"


def test_site_furniture_is_left_out_and_reported(post: Path, folder: Path) -> None:
    report = bring_in(post, folder)
    text = report.path.read_text()
    assert "Leave a Reply" not in text
    assert "email address" not in text
    assert "What would you tell the ceiling?" in text
    assert "Leave a Reply" in report.left_out
    assert any(piece.startswith("Your email address") for piece in report.left_out)


def test_the_same_file_again_changes_nothing(post: Path, folder: Path) -> None:
    bring_in(post, folder)
    before = contents(folder)
    os.utime(post, (0, 0))
    assert bring_in(post, folder).outcome == "unchanged"
    assert contents(folder) == before


def test_a_changed_file_updates_its_article_and_keeps_its_date(post: Path, folder: Path) -> None:
    os.utime(post, (1_700_000_000, 1_700_000_000))
    first = bring_in(post, folder, author="Ada Writer")
    post.write_text(POST.replace("three things", "four things"))
    again = bring_in(post, folder)
    assert again.outcome == "updated"
    assert again.path == first.path
    assert again.article.date == first.article.date == date(2023, 11, 14)
    assert again.article.author == "Ada Writer"
    assert "four things" in again.path.read_text()


def test_a_dry_run_reports_and_writes_nothing(post: Path, folder: Path) -> None:
    before = contents(folder)
    report = bring_in(post, folder, dry_run=True)
    assert (report.outcome, report.article.title) == ("new", "Lamps in the Dark")
    assert contents(folder) == before


def test_a_markdown_file_with_headings_close_to_their_text(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "closer.md"
    path.write_text(
        "# Closer\nFirst words.\n## About tiny truths {.odd #x}\nText.\n### Deep\nMore."
    )
    article = bring_in(path, folder).article
    assert article.title == "Closer"
    assert [(s.heading, s.topics) for s in article.sections] == [
        ("Introduction", ()),
        ("About tiny truths", ("tiny-truths",)),
        ("Deep", ()),
    ]
    assert load_corpus(folder).document("closer") == article


def test_links_that_lead_nowhere_keep_only_their_words(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "linked.md"
    path.write_text(
        "Linked\n\n[home](/) [out](https://a.org) [in](long-nights) [me](linked#x) end."
    )
    text = bring_in(path, folder).article.sections[0].text
    assert text == "home [out](https://a.org) [in](long-nights) me end."
    assert load_corpus(folder).document("linked") is not None
    assert bring_in(path, folder).outcome == "unchanged"


@pytest.mark.parametrize("slug", ["../../outside", "..\\up", "/etc/passwd"])
def test_a_slug_with_path_characters_stays_inside(post: Path, folder: Path, slug: str) -> None:
    report = bring_in(post, folder, slug=slug)
    assert report.path.parent == folder / "articles"
    assert report.path.name in {"outside.md", "up.md", "etc-passwd.md"}


def test_a_path_that_climbs_reaches_the_file_it_names(post: Path, folder: Path) -> None:
    path = folder / ".." / post.name
    assert bring_in(path, folder).path == folder / "articles" / "lamps-in-the-dark.md"


@pytest.mark.parametrize("slug", ["x" * 300, "größe", "日本"])
def test_a_slug_that_can_be_no_address_is_refused(post: Path, folder: Path, slug: str) -> None:
    assert "--slug" in refusal(post, folder, slug=slug)


@pytest.mark.parametrize("slug", ["long-nights", "tiny-truths"])
def test_a_slug_that_is_taken_is_refused(post: Path, folder: Path, slug: str) -> None:
    assert "taken" in refusal(post, folder, slug=slug)


def test_a_file_that_is_in_the_way_is_never_overwritten(post: Path, folder: Path) -> None:
    text = (folder / "articles" / "long-nights.md").read_text()
    (folder / "articles" / "long-nights.md").rename(folder / "articles" / "lamps-in-the-dark.md")
    assert text in (folder / "articles" / "lamps-in-the-dark.md").read_text()
    assert "in the way" in refusal(post, folder)


def test_a_missing_file_and_an_empty_folder_are_refused(folder: Path, tmp_path: Path) -> None:
    assert "not there" in refusal(tmp_path / "none.txt", folder)
    (tmp_path / "folder.txt").mkdir()
    assert "holds no file to import; use .atom" in refusal(tmp_path / "folder.txt", folder)


@pytest.mark.parametrize("name", ["setup.exe", "post.odt", "post"])
def test_a_file_of_another_kind_is_refused(folder: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(POST)
    assert "cannot be imported; use .atom, .docx" in refusal(tmp_path / name, folder)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"MZ\x90\x00\x03" + bytes(range(256)), "UTF-8"),
        (b"Title\n\nText with \x00 in it", "control characters"),
        (b"Title\n\nText with \x1b[31mcolour", "control characters"),
        ("Größe\n\nText".encode("utf-16"), "UTF-8"),
        ("Größe\n\nText".encode("latin-1"), "UTF-8"),
        (b"", "title"),
        (b" \n\n\t\n", "title"),
        (b"Only a title\n", "needs a title line and some text"),
        (b"Title\n\n## Heading\n\n## Another\n", "needs a title line and some text"),
        (b"---\nslug: x\n---\n\nText", "title"),
        (b"word " * 100_000, "title"),
        ("\U0001f600\n\nText".encode(), "title"),
        (b"Leave a Reply\n\nText", "title"),
    ],
)
def test_what_is_no_post_is_refused(folder: Path, tmp_path: Path, data: bytes, reason: str) -> None:
    path = tmp_path / "odd.txt"
    path.write_bytes(data)
    assert reason in refusal(path, folder)


def test_a_file_of_two_gigabytes_is_refused_unread(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "huge.txt"
    path.touch()
    os.truncate(path, 2_000_000_000)
    assert "2,000,000,000 bytes" in refusal(path, folder)


def test_a_very_long_line_is_imported_whole(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_text("Long\n\n" + "lonely " * 100_000)
    report = bring_in(path, folder)
    assert report.words == 100_000
    assert len(report.article.summary) <= 200


def test_a_corpus_that_cannot_be_written_is_refused_in_one_line(post: Path, tmp_path: Path) -> None:
    folder = write_corpus(tmp_path / "sound")
    corpus = load_corpus(folder)
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where the folder should be")
    (refused,) = import_posts(str(post), corpus, blocked, fetcher=Fetcher())
    assert isinstance(refused, ImportRefusedError)
    assert "cannot be written" in refused.reason


PIECES = st.sampled_from(
    """Title|## Heading {.nights}|## Odd {.moon}|### {.x} ##|---|===|***|```|[a](b)|[[a](b)](c)
|[x]([a](b))|![i](/p.png)|[me](odd#x)|tiny truths|• a|Leave a reply|key: [|a: *b|- ## item|#|##
|> quote|\ufeff|\u2028|\x85|\x0c|\x7f|\U0001f642|1. one|<script>|\\|{.a}||||\t""".split("|")  # noqa: SIM905 - as a list it fills a screen
)


@given(st.lists(PIECES | st.text(max_size=20), max_size=12).map(lambda p: "\n".join(["A", "", *p])))
@example("")
@example("---\nslug: x\n---\n\nText")
@example("A\n\n[[a](b)](c)")
def test_any_text_is_refused_or_becomes_an_article_that_the_corpus_accepts(text: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = write_corpus(Path(name) / "corpus")
        path = Path(name) / "odd.txt"
        path.write_bytes(text.encode(errors="surrogatepass"))
        before = contents(folder)
        try:
            report = bring_in(path, folder)
        except ImportRefusedError:
            assert contents(folder) == before
            return
        assert read_document(report.path, Article) == report.article
        assert read_corpus(folder)[1] == []
        assert bring_in(path, folder).outcome == "unchanged"


@pytest.mark.parametrize(
    ("heading", "bare"),
    [
        ("## Nights {.why}", "## Nights"),
        ("## Nights {.why} {#n} ##", "## Nights"),
        ("## Nights {.a} b}", "## Nights {.a} b}"),
        ("## Nights }", "## Nights }"),
        ("## {.why}", "##"),
        ("## Nights {.why", "## Nights {.why"),
    ],
)
def test_a_heading_loses_its_attributes_and_closing_marks(heading: str, bare: str) -> None:
    assert article._without_attributes(heading) == bare


@pytest.mark.parametrize("inside", [" " * 50_000, "[" * 50_000, "{} " * 16_000, "#" * 50_000])
def test_a_heading_full_of_marks_takes_little_longer_to_import_than_words(
    folder: Path, tmp_path: Path, inside: str
) -> None:
    def bring(text: str) -> None:
        path = tmp_path / "marks.txt"
        path.write_text(text)
        bring_in(path, folder, dry_run=True)

    words = quickest(bring, f"Title\n\nText.\n\n## a {'word ' * (len(inside) // 5)} b\n\nText.")
    assert quickest(bring, f"Title\n\nText.\n\n## a{inside}b\n\nText.") <= 50 * words
