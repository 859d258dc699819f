"""Headings, anchors, attributes and links of a Markdown body."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.library.markdown import anchor_of, internal_links, plain, split_sections, unlink
from coach.schema import Aspect
from tests.library.samples import quickest


def test_a_heading_carries_its_aspect_and_its_topics() -> None:
    (section,) = split_sections("## Why armour isolates {.why .nights #own .tiny-truths}\n\nText.")
    assert section.heading == "Why armour isolates"
    assert section.anchor == "why-armour-isolates"
    assert section.aspect is Aspect.WHY
    assert section.topics == ("nights", "tiny-truths")
    assert section.text == "Text."


def test_what_precedes_the_first_heading_is_the_introduction() -> None:
    first, second = split_sections("Opening.\n\n## Then\n\nMore.")
    assert (first.heading, first.anchor, first.text) == ("Introduction", "introduction", "Opening.")
    assert second.heading == "Then"


def test_lines_are_counted_from_the_first_line_of_the_body() -> None:
    sections = split_sections("\nOpening.\n\n## Then\n\nMore.\n### Last\nEnd.", first_line=10)
    assert [section.line for section in sections] == [10, 13, 16]


def test_marks_of_a_heading_inside_a_code_fence_are_text() -> None:
    (section,) = split_sections("```\n## No heading\n```\n")
    assert section.text == "```\n## No heading\n```"


def test_a_heading_inside_a_list_or_a_quote_is_text() -> None:
    (section,) = split_sections("- ## In a list\n\n> ## In a quote\n")
    assert "In a list" in section.text
    assert "In a quote" in section.text


def test_a_line_of_dashes_makes_no_heading_of_the_paragraph_above() -> None:
    (section,) = split_sections("A whole paragraph.\n---\n\nAnother.")
    assert section.text.startswith("A whole paragraph.")


def test_levels_one_and_four_begin_no_section() -> None:
    assert len(split_sections("# One\n\ntext\n\n#### Four\n\ntext")) == 1


def test_headings_that_read_alike_get_anchors_of_their_own() -> None:
    sections = split_sections("## Rest\na\n## Rest\nb\n## REST!\nc\n## Rest 2\nd")
    assert [section.anchor for section in sections] == ["rest", "rest-2", "rest-3", "rest-2-2"]


def test_a_heading_without_text_is_left_out() -> None:
    assert [s.heading for s in split_sections("## Empty\n\n## Full\ntext")] == ["Full"]


def test_an_anchor_is_the_words_in_lower_case() -> None:
    assert anchor_of("What you're *not*: a burden") == "what-youre-not-a-burden"
    assert anchor_of("What you’re") == "what-youre"
    assert anchor_of("?!") == "section"


def test_only_links_inside_the_corpus_are_internal() -> None:
    text = (
        "[a](tiny-truths) [b](https://x.org)\n\n"
        "[c](MAILTO:a@b.c) [d](nights#why) [e](../secret.md) [f](tel:116123)"
    )
    assert list(internal_links(text)) == [
        ("tiny-truths", 0),
        ("nights#why", 2),
        ("../secret.md", 2),
    ]


def test_a_link_that_is_unlinked_keeps_its_words() -> None:
    assert unlink("See [this](/a) and [that](b).", {"/a"}) == "See this and [that](b)."


MARKDOWN = st.lists(
    st.sampled_from(
        """## A {.why}|### B|#### C|text|more text|---|===|```|> ## Q|- ## item|||    ## code
|<div>|</div>|## |Q {.x}|#not|1. one""".split("|")  # noqa: SIM905 - as a list it fills a screen
    )
    | st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=12),
    max_size=25,
).map("\n".join)


@given(MARKDOWN)
def test_splitting_loses_no_line_of_text(body: str) -> None:
    sections = split_sections(body)
    kept = [line.strip() for section in sections for line in section.text.split("\n")]
    for line in body.split("\n"):
        if line.strip() and not line.lstrip(" ").startswith("##"):
            assert line.strip() in kept
    assert len({section.anchor for section in sections}) == len(sections)
    assert [s.line for s in sections] == sorted(s.line for s in sections)


def test_a_link_with_a_title_is_a_link() -> None:
    text = """[a](nowhere "title") [b](no-such 'a (b)') [c]( spaced ) [d](https://x.org "web")"""
    assert [target for target, _ in internal_links(text)] == ["nowhere", "no-such", "spaced"]
    assert unlink(text, {"nowhere"}).startswith("a [b](")
    assert plain('See [this](there "a title").') == "See this."


MANY = 50_000


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("[" * MANY, id="brackets"),
        pytest.param("![" * (MANY // 2), id="pictures"),
        pytest.param("[](" * (MANY // 3), id="targets"),
        pytest.param("[a](x " * (MANY // 6), id="targets and spaces"),
        pytest.param('[a](x "' * (MANY // 7), id="titles"),
        pytest.param("[a](x" + " " * MANY, id="spaces after a target"),
        pytest.param("## a" + " " * MANY + "b", id="spaces in a heading"),
        pytest.param("## a" + " " * MANY + "{.why", id="spaces before attributes"),
        pytest.param("## " + "{" * MANY, id="braces"),
    ],
)
@pytest.mark.parametrize(
    "read",
    [split_sections, lambda text: list(internal_links(text)), plain, lambda t: unlink(t, {"x"})],
    ids=["sections", "links", "plain", "unlink"],
)
def test_no_text_takes_much_longer_than_plain_words(
    read: Callable[[str], object], text: str
) -> None:
    plain_words = quickest(read, "[a](b) word " * (len(text) // 12))
    assert quickest(read, text) <= 50 * plain_words
