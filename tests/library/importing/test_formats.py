"""From each form in which an author may have posts, to articles of the corpus."""

from datetime import date
from pathlib import Path

import pytest

from coach.errors import ImportRefusedError
from coach.library.corpus import load_corpus, read_corpus
from coach.library.importing import Fetcher, ImportReport, LeftOut, import_posts
from coach.schema import Article
from tests.library.importing import samples
from tests.library.samples import write_corpus

Outcome = ImportReport | LeftOut | ImportRefusedError
HEADINGS = ["Introduction", "What the night takes", "Small true sentences"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A corpus folder of the test's own."""
    return write_corpus(tmp_path / "corpus")


def bring(source: Path, folder: Path) -> list[Outcome]:
    return list(import_posts(str(source), load_corpus(folder), folder, fetcher=Fetcher()))


def written(tmp_path: Path, name: str, data: str | bytes) -> Path:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def article(outcomes: list[Outcome]) -> Article:
    """Return the one article that was imported."""
    (report,) = [outcome for outcome in outcomes if isinstance(outcome, ImportReport)]
    return report.article


def refusal(source: Path, folder: Path) -> str:
    """Return why the one thing that a source holds was refused; the corpus is as it was."""
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    (refused,) = bring(source, folder)
    assert isinstance(refused, ImportRefusedError)
    assert before == {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert "\n" not in str(refused)
    return refused.reason


@pytest.mark.parametrize(
    ("name", "data", "author"),
    [
        ("lamps.html", samples.page(), "Ada Writer"),
        ("lamps.docx", samples.docx(), "Ada Writer"),
        ("lamps.pdf", samples.pdf(), "Unknown author"),
    ],
)
def test_a_document_becomes_an_article_with_title_and_sections(
    folder: Path, tmp_path: Path, name: str, data: str | bytes, author: str
) -> None:
    path = written(tmp_path, name, data)
    found = article(bring(path, folder))
    assert found.title == samples.TITLE
    assert found.author == author
    assert found.slug == "lamps"
    assert found.source == name
    assert [section.heading for section in found.sections] == HEADINGS
    assert found.sections[0].text == samples.OPENING
    assert found.sections[1].text.startswith(samples.NIGHT)
    assert found.sections[2].text == samples.TRUTHS
    assert found.sections[2].topics == ("tiny-truths",)
    assert load_corpus(folder).document("lamps") == found
    (again,) = bring(path, folder)
    assert isinstance(again, ImportReport)
    assert again.outcome == "unchanged"


def test_a_page_leaves_menus_comments_and_footers_behind(folder: Path, tmp_path: Path) -> None:
    path = written(
        tmp_path, "lamps.html", samples.page(canonical="https://ada.example/night/lamps/")
    )
    found = article(bring(path, folder))
    text = (folder / "articles" / "lamps.md").read_text()
    for furniture in ("Home", "About me", "Great post", "Post Comment", "Copyright", "Share this"):
        assert furniture not in text
    assert "alert" not in text
    assert found.date == date(2024, 3, 5)
    assert found.source == "https://ada.example/night/lamps/"
    assert "- voices\n- a kettle" in found.sections[1].text
    assert "[the kettle](https://ada.example/kettle)" in found.sections[1].text


def test_a_page_in_an_encoding_it_does_not_name_is_refused(folder: Path, tmp_path: Path) -> None:
    body = samples.page(f"<p>Größe, café. {samples.OPENING}</p>")
    path = written(tmp_path, "odd.html", body.encode("latin-1", "replace"))
    assert "encoding" in refusal(path, folder)


def test_a_page_in_the_encoding_that_it_names_is_read(folder: Path, tmp_path: Path) -> None:
    body = samples.page(f"<p>Café, Größe. {samples.OPENING}</p>").replace("–", "-")
    path = written(tmp_path, "old.html", body.replace("utf-8", "iso-8859-1").encode("iso-8859-1"))
    assert "Café, Größe." in article(bring(path, folder)).sections[0].text


def test_a_page_without_text_is_refused(folder: Path, tmp_path: Path) -> None:
    path = written(tmp_path, "empty.html", "<html><body><nav>Home</nav></body></html>")
    assert "text" in refusal(path, folder)


def test_an_atom_feed_becomes_its_posts(folder: Path, tmp_path: Path) -> None:
    feed = samples.atom({"lamps": samples.HTML, "doors": f"<p>{samples.NIGHT * 2}</p>"})
    path = written(tmp_path, "feed.xml", feed)
    reports = bring(path, folder)
    assert all(isinstance(report, ImportReport) for report in reports)
    found = load_corpus(folder).document("lamps")
    assert isinstance(found, Article)
    assert (found.title, found.author) == ("Post lamps", "Ada Writer")
    assert found.date == date(2024, 3, 1)
    assert found.source == "https://ada.example/lamps"
    assert [section.heading for section in found.sections] == HEADINGS
    assert "alert" not in found.model_dump_json()
    assert [report.outcome for report in bring(path, folder)] == ["unchanged", "unchanged"]  # type: ignore[union-attr]


def test_a_feed_file_that_only_begins_its_posts_says_what_to_import(
    folder: Path, tmp_path: Path
) -> None:
    path = written(tmp_path, "feed.rss", samples.rss_of_excerpts("https://ada.example/lamps"))
    (left,) = bring(path, folder)
    assert isinstance(left, LeftOut)
    assert "import https://ada.example/lamps" in left.reason


def test_a_wordpress_export_becomes_its_published_posts(folder: Path, tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "ada.wordpress.xml",
        samples.export(
            samples.exported("lamps-at-night", samples.CLASSIC, series="Nights and Days"),
            samples.exported("about", samples.OPENING, kind="page"),
            samples.exported("unfinished", samples.OPENING, status="draft"),
            samples.exported("for-friends", samples.OPENING, locked_by="cake"),
            samples.exported("lamp-jpg", "", kind="attachment"),
        ),
    )
    outcomes = bring(path, folder)
    found = article(outcomes)
    assert (found.slug, found.title) == ("lamps-at-night", "Lamps At Night")
    assert (found.author, found.series) == ("Ada Writer", "Nights and Days")
    assert found.date == date(2024, 3, 5)
    assert found.source == "https://ada.example/2024/03/lamps-at-night/"
    assert [section.heading for section in found.sections] == HEADINGS[:2]
    assert found.sections[0].text == samples.OPENING
    assert found.sections[1].text == f"{samples.NIGHT}\n\n{samples.TRUTHS}"
    assert [left.reason for left in outcomes if isinstance(left, LeftOut)] == [
        "a page",
        "not published (draft)",
        "behind a password",
        "a picture or file",
    ]


def test_the_same_post_from_elsewhere_updates_its_article(folder: Path, tmp_path: Path) -> None:
    address = "https://ada.example/2024/03/lamps-at-night/"
    export = samples.export(samples.exported("lamps-at-night", samples.CLASSIC))
    bring(written(tmp_path, "export.xml", export), folder)
    canonical = address.replace("https://", "http://www.").rstrip("/") + "#top"
    page = written(tmp_path, "saved page.html", samples.page(canonical=canonical))
    (report,) = bring(page, folder)
    assert isinstance(report, ImportReport)
    assert (report.outcome, report.article.slug) == ("updated", "lamps-at-night")
    assert len(load_corpus(folder).articles) == 2


def test_two_posts_of_one_name_are_two_articles(folder: Path, tmp_path: Path) -> None:
    feed = samples.atom(
        {"2023/notes": f"<p>{samples.OPENING * 3}</p>", "2024/notes": f"<p>{samples.NIGHT * 3}</p>"}
    )
    path = written(tmp_path, "feed.xml", feed)
    slugs = [r.article.slug for r in bring(path, folder) if isinstance(r, ImportReport)]
    assert slugs == ["notes", "notes-2"]
    assert [r.article.slug for r in bring(path, folder) if isinstance(r, ImportReport)] == slugs


def test_a_book_becomes_its_chapters_in_order(folder: Path, tmp_path: Path) -> None:
    outcomes = bring(written(tmp_path, "book.epub", samples.epub()), folder)
    chapters = [outcome.article for outcome in outcomes if isinstance(outcome, ImportReport)]
    assert [(c.title, c.series, c.part) for c in chapters] == [
        ("Before the Lamps", "Nights and Days", 1),
        (samples.TITLE, "Nights and Days", 2),
    ]
    assert [section.heading for section in chapters[1].sections] == HEADINGS
    assert [left.reason for left in outcomes if isinstance(left, LeftOut)] == [
        "no chapter: no heading, or little text"
    ]


def test_markdown_with_front_matter_keeps_what_it_says(folder: Path, tmp_path: Path) -> None:
    head = "title: Lamps\ndate: 2022-02-03\nauthor: Ada\nseries: Nights\npart: 4\n"
    text = f"---\n{head}canonical_url: https://ada.example/l\ntags: [a]\n---\n\n{samples.OPENING}\n"
    found = article(bring(written(tmp_path, "lamps.md", text), folder))
    assert (found.title, found.author, found.date) == ("Lamps", "Ada", date(2022, 2, 3))
    assert (found.series, found.part, found.source) == ("Nights", 4, "https://ada.example/l")


def test_front_matter_that_is_no_yaml_is_refused(folder: Path, tmp_path: Path) -> None:
    path = written(tmp_path, "odd.md", "---\ntitle: [unclosed\n---\n\nText.\n")
    assert "YAML" in refusal(path, folder)


def test_html_and_scripts_in_markdown_are_stripped(folder: Path, tmp_path: Path) -> None:
    text = (
        "# Tags\n\n<div class='x'><p>One <b>bold</b> word.</p><p>Two.</p></div>\n\n"
        "<script>steal()</script>Three &lt;script&gt;again()&lt;/script&gt; <https://a.org/b> "
        "<img src=x onerror=steal()> 2 < 3."
    )
    (section,) = article(bring(written(tmp_path, "tags.md", text), folder)).sections
    assert "<" not in section.text.replace("2 < 3", "")
    assert "steal" not in section.text
    assert "One bold word.\n\nTwo." in section.text
    assert "[https://a.org/b](https://a.org/b)" in section.text


def test_a_folder_is_imported_whole_and_what_is_refused_stops_nothing(
    folder: Path, tmp_path: Path
) -> None:
    posts = tmp_path / "posts"
    written(posts, "one.txt", f"One\n\n{samples.OPENING}")
    written(posts, "deep/one.txt", f"Another One\n\n{samples.NIGHT}")
    written(posts, "broken.docx", b"PK\x03\x04 and no more")
    written(posts, "picture.jpg", b"\xff\xd8")
    written(posts, ".hidden/secret.txt", "Secret\n\nText.")
    (posts / "way-out.txt").symlink_to("/etc/hostname")
    outcomes = bring(posts, folder)
    slugs = {o.article.slug for o in outcomes if isinstance(o, ImportReport)}
    assert slugs == {"one", "one-2"}
    assert [o.reason for o in outcomes if isinstance(o, ImportRefusedError)] == [
        "is damaged or cut off; save or download it again"
    ]
    assert [Path(o.name).name for o in outcomes if isinstance(o, LeftOut)] == ["picture.jpg"]
    assert read_corpus(folder)[1] == []
    again = {o.outcome for o in bring(posts, folder) if isinstance(o, ImportReport)}
    assert again == {"unchanged"}


def test_a_slug_for_several_posts_is_refused(folder: Path, tmp_path: Path) -> None:
    path = written(tmp_path, "feed.xml", samples.atom({"a": samples.HTML, "b": samples.HTML}))
    with pytest.raises(ImportRefusedError, match="several"):
        list(import_posts(str(path), load_corpus(folder), folder, fetcher=Fetcher(), slug="x"))


BOMB = """<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;">]><rss version="2.0"><channel><title>&c;</title></channel></rss>"""
FETCHING = """<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/hostname">]>
<rss version="2.0"><channel><title>&a;</title></channel></rss>"""


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("bomb.xml", BOMB, "entities"),
        ("fetching.rss", FETCHING, "entities"),
        ("cut.xml", samples.export(samples.exported("a", samples.CLASSIC))[:-200], "cut off"),
        ("cut.atom", samples.atom({"a": samples.HTML})[:-40], "cut off"),
        ("odd.xml", "<rss><channel><a></b>\n\n</channel></rss>", "well-formed"),
        ("none.rss", "<rss version='2.0'><channel><title>x</title></channel></rss>", "without"),
        ("not.pdf", b"%PDF-1.4 nothing else", "damaged"),
        ("locked.pdf", samples.pdf(locked_by="cake"), "encrypted"),
        ("scanned.pdf", samples.pdf(text=False), "OCR"),
        ("cut.pdf", samples.pdf()[:400], "damaged"),
        ("old.docx", b"\xd0\xcf\x11\xe0" + bytes(600), "without a password"),
        ("cut.docx", samples.docx()[:-300], "damaged"),
        ("empty.docx", samples.zipped({"a.txt": "x"}), "no Word document"),
        ("bomb.docx", samples.zipped({"word/document.xml": BOMB}), "entities"),
        ("zipbomb.docx", samples.zipped({"word/document.xml": bytes(30_000_000)}), "times its"),
        ("many.epub", samples.zipped({f"{n}": "" for n in range(5_001)}), "5,000 files"),
        ("bare.epub", samples.zipped({"mimetype": "application/epub+zip"}), "container.xml"),
        (
            "drm.epub",
            samples.epub(encryption="<e><CipherReference URI='OEBPS/one.xhtml'/></e>"),
            "DRM",
        ),
    ],
)
def test_what_is_dangerous_or_broken_is_refused_with_the_reason(
    folder: Path, tmp_path: Path, name: str, data: str | bytes, reason: str
) -> None:
    assert reason in refusal(written(tmp_path, name, data), folder)


def test_an_encrypted_zip_is_refused(folder: Path, tmp_path: Path) -> None:
    data = bytearray(samples.docx())
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1  # the flag of the first member in the archive's directory
    assert "encrypted" in refusal(written(tmp_path, "locked.docx", bytes(data)), folder)
