"""Citations lead to the very paragraph that they quote."""

import datetime
import re

from coach.library import Corpus
from coach.schema import Article, Citation, Practice, Section, Step
from coach.web.reading import address_of, lay_out

ARTICLE = Article(
    slug="walls",
    title="Walls",
    author="A. Writer",
    date=datetime.date(2026, 9, 14),
    summary="About walls.",
    topics=(),
    sections=(
        Section(heading="Why", anchor="why", text="One *kind* wall\nstands. It holds.\n\nAnother."),
        Section(
            heading="How", anchor="how", text="- a stone\n- a door\n\n<b>bold</b> [x](why#why)"
        ),
    ),
)
PRACTICE = Practice(
    id="doors",
    title="Doors",
    summary="About doors.",
    topics=(),
    minutes=3,
    steps=(Step(say="Open a door."), Step(say="Look out.", pause=20, question="What is there?")),
    sections=(Section(heading="What", anchor="what", text="A door is a wall that opens."),),
)


class Shelf:
    """A library of these two."""

    articles = (ARTICLE,)
    practices = (PRACTICE,)

    def document(self, slug: str) -> Article | Practice | None:
        return {"walls": ARTICLE, "doors": PRACTICE}.get(slug)


def cite(article: str, section: str, quote: str) -> str | None:
    citation = Citation(n=1, article=article, title="", section=section, topics=(), quote=quote)
    return address_of(citation, Shelf())


def test_a_quotation_is_found_in_its_paragraph() -> None:
    assert cite("walls", "Why", "Another.") == "/read/walls#why-p2"


def test_a_quotation_is_found_across_emphasis_and_line_breaks() -> None:
    assert cite("walls", "Why", "One kind wall stands.") == "/read/walls#why-p1"
    assert cite("walls", "Why", "One *kind* wall\nstands.") == "/read/walls#why-p1"


def test_a_quotation_over_two_paragraphs_leads_to_the_first() -> None:
    assert cite("walls", "Why", "It holds. Another.") == "/read/walls#why-p1"


def test_a_quotation_in_a_list_or_a_step_is_found() -> None:
    assert cite("walls", "How", "a door") == "/read/walls#how-p1"
    assert cite("doors", "Step 2", "Look out.") == "/read/doors#step-2"


def test_a_quotation_that_is_not_there_leads_to_the_section_or_the_document() -> None:
    assert cite("walls", "How", "Nobody wrote this.") == "/read/walls#how"
    assert cite("walls", "Nowhere", "Nobody wrote this.") == "/read/walls"


def test_an_unknown_document_has_no_address() -> None:
    assert cite("nowhere", "Why", "Another.") is None


def test_html_is_shown_as_text_and_links_lead_to_pages() -> None:
    html = lay_out(ARTICLE).parts[1].blocks[1].html
    assert "&lt;b&gt;" in html
    assert 'href="/read/why#why"' in html


def test_every_paragraph_of_the_corpus_is_found_again(corpus: Corpus) -> None:
    for document in corpus.documents:
        for section in document.sections:
            for paragraph in re.split(r"\n\s*\n", section.text):
                if paragraph.lstrip().startswith(("#", "-", "*", ">", "1.")):
                    continue
                citation = Citation(
                    n=1,
                    article=document.slug,
                    title=document.title,
                    section=section.heading,
                    topics=(),
                    quote=paragraph,
                )
                address = address_of(citation, corpus)
                assert address is not None
                assert re.search(rf"#{re.escape(section.anchor)}-p\d+$", address), paragraph
