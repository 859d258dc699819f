"""Posts in every form in which an author may have them, made while the tests run."""

import io
import zipfile
from collections.abc import Mapping
from html import escape

from docx import Document
from fpdf import FPDF

TITLE = "Lamps in the Dark"
OPENING = (
    "Most people who lie awake believe that the whole street sleeps. It does not. There are "
    "lamps, and kettles, and people who count the hours by the trains that pass."
)
NIGHT = (
    "The night takes away voices, the sound of a kettle in the next room, and plans for the "
    "morning. By seven they have all come back and sit around the table as if nothing was."
)
TRUTHS = (
    "Tiny truths are easier after dark. Breathe out slowly, and say one of them aloud to the "
    "ceiling or to the cat, whichever of the two is nearer and more awake."
)
HTML = f"""
<p>{OPENING}</p>
<h2>What the night takes</h2>
<p>{NIGHT} See <a href="/kettle">the kettle</a>.</p>
<ul><li>voices</li><li>a kettle</li></ul>
<h3>Small true sentences</h3>
<p>{TRUTHS}</p>
<script>alert("x")</script>
"""


def page(body: str = HTML, *, canonical: str = "", head: str = "") -> str:
    """Return a page of a blog with everything that such pages wear."""
    link = f'<link rel="canonical" href="{canonical}">' if canonical else ""
    return f"""<!doctype html><html lang="en"><head><meta charset="utf-8">
<title>{TITLE} – Ada's Blog</title><meta property="og:title" content="{TITLE}">
<meta name="author" content="Ada Writer">{link}{head}
<meta property="article:published_time" content="2024-03-05T08:00:00Z"></head><body>
<nav><a href="/">Home</a> <a href="/about">About me</a></nav>
<main><article><h1>{TITLE}</h1>{body}
<div class="sharedaddy">Share this: <a href="https://t.example">T</a></div></article>
<section id="comments"><h2>2 comments</h2><p>Great post! I loved it and will come again.</p>
<form><input name="email"><button>Post Comment</button></form></section></main>
<footer>Copyright Ada. Subscribe to the newsletter.</footer></body></html>"""


def atom(entries: Mapping[str, str], *, base: str = "https://ada.example") -> str:
    """Return an Atom feed; `entries` has the HTML of each post by its path."""
    posts = "".join(
        f"""<entry><title>Post {escape(path)}</title><id>urn:{path}</id>
<link href="{base}/{path}"/><published>2024-03-0{n}T08:00:00Z</published>
<updated>2024-03-09T08:00:00Z</updated><author><name>Ada Writer</name></author>
<content type="html">{escape(html)}</content></entry>"""
        for n, (path, html) in enumerate(entries.items(), start=1)
    )
    return f"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>Ada's Blog</title><id>urn:ada</id>
<updated>2024-03-09T08:00:00Z</updated>{posts}</feed>"""


def rss_of_excerpts(*links: str) -> str:
    """Return an RSS feed that holds only the beginnings of its posts."""
    items = "".join(
        f"<item><title>Post</title><link>{link}</link>"
        "<description>It begins so and goes on elsewhere […]</description></item>"
        for link in links
    )
    return (
        f"<?xml version='1.0'?><rss version='2.0'><channel><title>A</title>{items}</channel></rss>"
    )


def export(*items: str) -> str:
    """Return a WordPress export that holds `items`, made by `exported`."""
    return f"""<?xml version="1.0" encoding="UTF-8" ?>
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/">
<channel><title>Ada's Blog</title><link>https://ada.example</link>
<wp:wxr_version>1.2</wp:wxr_version>
<wp:author><wp:author_login><![CDATA[ada]]></wp:author_login>
<wp:author_display_name><![CDATA[Ada Writer]]></wp:author_display_name></wp:author>
{"".join(items)}</channel></rss>"""


def exported(
    name: str,
    content: str,
    *,
    kind: str = "post",
    status: str = "publish",
    locked_by: str = "",
    series: str = "",
) -> str:
    """Return one item of a WordPress export."""
    category = f'<category domain="series"><![CDATA[{series}]]></category>' if series else ""
    return f"""<item><title><![CDATA[{name.replace("-", " ").title()}]]></title>
<link>https://ada.example/2024/03/{name}/</link><dc:creator><![CDATA[ada]]></dc:creator>
<content:encoded><![CDATA[{content}]]></content:encoded>{category}
<wp:post_id>{len(name)}</wp:post_id><wp:post_date><![CDATA[2024-03-05 08:00:00]]></wp:post_date>
<wp:post_name><![CDATA[{name}]]></wp:post_name><wp:status><![CDATA[{status}]]></wp:status>
<wp:post_type><![CDATA[{kind}]]></wp:post_type>
<wp:post_password><![CDATA[{locked_by}]]></wp:post_password></item>"""


CLASSIC = f"""{OPENING}

[caption id="attachment_7" align="left"]<img src="lamp.jpg" /> A lamp[/caption]

<h2>What the night takes</h2>
{NIGHT}

<!-- wp:paragraph -->
<p>{TRUTHS}</p>
<!-- /wp:paragraph -->

[gallery ids="1,2"]"""
"""A post as WordPress stores it: blank lines for paragraphs, blocks, shortcodes."""


def docx() -> bytes:
    """Return a Word document with a title, headings and a list."""
    document = Document()
    document.core_properties.author = "Ada Writer"
    document.add_heading(TITLE, level=0)
    document.add_paragraph(OPENING)
    document.add_heading("What the night takes", level=1)
    document.add_paragraph(NIGHT)
    document.add_paragraph("voices", style="List Bullet")
    document.add_paragraph("a kettle", style="List Bullet")
    document.add_heading("Small true sentences", level=2)
    document.add_paragraph(TRUTHS)
    whole = io.BytesIO()
    document.save(whole)
    return whole.getvalue()


def pdf(*, locked_by: str = "", text: bool = True) -> bytes:
    """Return a PDF of two pages with page numbers; without text, one of a drawn line."""
    document = FPDF()
    if locked_by:
        document.set_encryption(owner_password=locked_by, user_password=locked_by)
    document.add_page()
    if not text:
        document.line(10, 10, 100, 100)
        return bytes(document.output())
    document.set_font("Helvetica", size=22)
    document.multi_cell(0, 10, TITLE, new_x="LMARGIN", new_y="NEXT")
    for heading, words in ((None, OPENING), ("What the night takes", NIGHT)):
        if heading:
            document.set_font("Helvetica", size=16)
            document.multi_cell(0, 14, heading, new_x="LMARGIN", new_y="NEXT")
        document.set_font("Helvetica", size=11)
        document.multi_cell(0, 5, words, new_x="LMARGIN", new_y="NEXT")
        document.ln(8)
    document.set_y(-30)
    document.cell(0, 5, "1", align="C")
    document.add_page()
    document.set_font("Helvetica", size=16)
    document.multi_cell(0, 14, "Small true sentences", new_x="LMARGIN", new_y="NEXT")
    document.set_font("Helvetica", size=11)
    document.multi_cell(0, 5, TRUTHS, new_x="LMARGIN", new_y="NEXT")
    document.set_y(-30)
    document.cell(0, 5, "2", align="C")
    return bytes(document.output())


def zipped(members: Mapping[str, str | bytes]) -> bytes:
    """Return a zip archive of these members."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return whole.getvalue()


CONTAINER = """<?xml version="1.0"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>
<rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>"""
PACKAGE = """<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Nights and Days</dc:title>
<dc:creator>Ada Writer</dc:creator><dc:date>2023-05-06</dc:date></metadata><manifest>
<item id="c" href="cover.xhtml" media-type="application/xhtml+xml"/>
<item id="a" href="one.xhtml" media-type="application/xhtml+xml"/>
<item id="b" href="two.xhtml" media-type="application/xhtml+xml"/></manifest>
<spine><itemref idref="c"/><itemref idref="b"/><itemref idref="a"/></spine></package>"""


def epub(**more: str) -> bytes:
    """Return a book of two chapters and a cover; `more` are members under META-INF."""
    chapter = '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head><body>{}</body></html>'
    members = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": CONTAINER,
        "OEBPS/book.opf": PACKAGE,
        "OEBPS/cover.xhtml": chapter.format("<p>Nights and Days</p>"),
        "OEBPS/one.xhtml": chapter.format(f"<h1>{TITLE}</h1>{HTML}"),
        "OEBPS/two.xhtml": chapter.format(f"<h1>Before the Lamps</h1><p>{NIGHT} {TRUTHS}</p>"),
    }
    return zipped(members | {f"META-INF/{name}.xml": data for name, data in more.items()})
