"""A reply is shown as safe HTML on one line."""

import pytest

from coach.library import Corpus
from coach.schema import Citation, Level, PracticePosition, Reply, Resource, Risk
from coach.web.reply_view import contacts, reply_html, said_html


def quoted(corpus: Corpus) -> Citation:
    section = corpus.articles[0].sections[0]
    return Citation(
        n=1,
        article=corpus.articles[0].slug,
        title=corpus.articles[0].title,
        section=section.heading,
        topics=(),
        quote=section.text.split("\n\n")[0],
    )


def test_a_marker_and_its_source_lead_to_the_same_passage(corpus: Corpus) -> None:
    html = reply_html(
        Reply(text="So it is. [1] And [2].", kind="coaching", citations=(quoted(corpus),)),
        corpus,
        whole=True,
    )
    anchor = corpus.articles[0].sections[0].anchor
    assert html.count(f'href="/read/{corpus.articles[0].slug}#{anchor}-p1"') == 2
    assert "And [2]." in html


@pytest.mark.parametrize(("category", "marked"), [("abuse", True), ("suicide", False)])
def test_a_reply_that_hears_of_abuse_is_marked(corpus: Corpus, category: str, marked: bool) -> None:
    risk = Risk(level=Level.CRISIS, categories=("panic", category))
    html = reply_html(Reply(text="x", kind="crisis", risk=risk), corpus, whole=True)
    assert ('class="reply crisis watched whole"' in html) is marked


@pytest.mark.parametrize(
    ("text", "classes"),
    [
        ("Das klingt sehr schwer, und es ist gut, dass du schreibst.", "reply crisis in-de whole"),
        ("من الممكن الاتصال بهم الآن.", "reply crisis in-ar whole"),
        ("That sounds very heavy, and it is good that you wrote.", "reply crisis whole"),
    ],
)
def test_a_reply_in_another_language_says_so(corpus: Corpus, text: str, classes: str) -> None:
    html = reply_html(Reply(text=text, kind="crisis"), corpus, whole=True)
    assert f'class="{classes}"' in html


@pytest.mark.parametrize(
    ("pause", "classes"), [(30, "reply practice pause-30 whole"), (None, "reply practice whole")]
)
def test_a_step_with_a_silence_says_how_long_it_is(
    corpus: Corpus, pause: int | None, classes: str
) -> None:
    position = PracticePosition(id="self-compassion", step=2, steps=7, pause=pause)
    html = reply_html(Reply(text="x", kind="practice", practice=position), corpus, whole=True)
    assert f'class="{classes}"' in html


def test_markup_in_a_reply_is_text(corpus: Corpus) -> None:
    text = "<script>x</script> [a](javascript:x) ![b](http://evil.test/i) <http://evil.test>"
    html = reply_html(Reply(text=text, kind="coaching"), corpus, whole=True)
    assert "<script" not in html
    assert "href=" not in html
    assert "<img" not in html


def test_what_a_person_said_is_shown_as_written() -> None:
    html = said_html("<b>x</b>\n\n**y** [z](http://evil.test)")
    assert "&lt;b&gt;x&lt;/b&gt;<br><br>**y** [z](http://evil.test)" in html


def test_everything_stands_on_one_line(corpus: Corpus) -> None:
    reply = Reply(
        text="One.\n\nTwo.\n\n1. a\n2. b",
        kind="practice",
        citations=(quoted(corpus),),
        practice=PracticePosition(id="x", step=2, steps=5),
        resources=(Resource(name="Line", call="116 123"),),
    )
    html = reply_html(reply, corpus, whole=True)
    assert "\n" not in html
    assert "2 of 5" in html
    assert "\n" not in said_html("a\n\n\nb")


def test_numbers_dial_and_other_entries_are_text() -> None:
    resources = (
        Resource(name="a", call="+44 (116) 123", text="85258", url="113.nl"),
        Resource(name="b", call="ask anyone", text="WhatsApp 9151 1767", url="javascript:alert(1)"),
    )
    first, second = contacts(resources)
    assert (first["tel"], first["sms"], first["url"]) == ("+44116123", "85258", "https://113.nl")
    assert (second["tel"], second["sms"], second["url"]) == (None, None, None)
