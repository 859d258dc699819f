"""Which words of a passage are said."""

from coach.dialogue.quoting import MAX_WORDS, first_quote
from coach.library.markdown import plain
from coach.schema import Chunk, Passage


def passage(text: str, slug: str = "an-article") -> Passage:
    chunk = Chunk(
        id=slug,
        slug=slug,
        kind="article",
        title="An Article",
        section="A section",
        anchor="a-section",
        topics=("nights",),
        text=text,
    )
    return Passage(chunk=chunk, score=1.0, cosine=0.5)


def never_said(_: str) -> bool:
    return False


LONG = " ".join(f"Sentence number {n} has exactly seven words." for n in range(40))
FIRST = "The kettle is a good place to begin, because it makes you wait for two whole minutes. " * 2
SECOND = "Trains run late in the valley whenever the river is high and nobody minds at all. " * 2


def test_the_first_paragraph_answers_unless_another_shares_more_with_the_question() -> None:
    found = passage(f"{FIRST}\n\n{SECOND}")
    quote = first_quote([found], "where do I begin?", was_said=never_said)
    assert quote is not None
    assert quote.text == FIRST.strip()
    quote = first_quote([found], "do trains run late when the river is high?", was_said=never_said)
    assert quote is not None
    assert quote.text == SECOND.strip()


def test_a_quote_is_cut_between_sentences_and_stands_in_the_passage() -> None:
    quote = first_quote([passage(LONG)], "numbers", was_said=never_said)
    assert quote is not None
    assert len(quote.text.split()) <= MAX_WORDS
    assert quote.text in LONG
    assert quote.text.endswith(".")


def test_what_was_said_is_not_quoted_again() -> None:
    found = [passage(FIRST), passage(SECOND, "another")]
    quote = first_quote(found, "begin", was_said=lambda text: "kettle" in text)
    assert quote is not None
    assert quote.passage.chunk.slug == "another"
    assert first_quote(found, "begin", was_said=lambda _: True) is None


def test_a_short_lead_brings_the_list_it_announces() -> None:
    text = "Three things help:\n\n- a walk\n- a letter\n- a cup of tea"
    quote = first_quote([passage(text)], "what helps", was_said=never_said)
    assert quote is not None
    assert "- a letter" in quote.text


def test_brief_takes_the_first_sentence_only() -> None:
    quote = first_quote([passage(LONG)], "numbers", was_said=never_said, brief=True)
    assert quote is not None
    assert quote.text == "Sentence number 0 has exactly seven words."


def test_markdown_marks_are_taken_off() -> None:
    assert plain("Try [tiny truths](tiny-truths), **slowly** and *kindly*.") == (
        "Try tiny truths, slowly and kindly."
    )
    assert plain("a snake_case_name and 2 * 3 stay") == "a snake_case_name and 2 * 3 stay"
