"""Chunks: whole sections where they fit, nothing lost where they do not, ids that last."""

from pathlib import Path

from coach.index.chunks import MAX_CHARS, corpus_chunks
from coach.library import Corpus, load_corpus
from tests.library.samples import ARTICLE, write_corpus


def test_what_answers_one_question_each_is_not_searched(corpus: Corpus) -> None:
    apart = {article.slug for article in corpus.articles if not article.searched}
    assert apart
    assert apart.isdisjoint(chunk.slug for chunk in corpus_chunks(corpus))


def test_every_word_that_is_searched_is_in_a_chunk(corpus: Corpus) -> None:
    chunks = corpus_chunks(corpus)
    for document in corpus.searched:
        for section in document.sections:
            texts = [
                c.text for c in chunks if (c.slug, c.anchor) == (document.slug, section.anchor)
            ]
            assert " ".join(texts).split() == section.text.split()


def test_chunks_fit_the_model_and_have_ids_of_their_own(corpus: Corpus) -> None:
    chunks = corpus_chunks(corpus)
    assert all(0 < len(chunk.text) <= MAX_CHARS for chunk in chunks)
    assert len({chunk.id for chunk in chunks}) == len(chunks)


def test_a_change_in_one_section_leaves_all_other_ids(tmp_path: Path) -> None:
    before = corpus_chunks(load_corpus(write_corpus(tmp_path / "before")))
    article = ARTICLE.replace("The small hours", "\n\nThe early hours")
    after = corpus_chunks(load_corpus(write_corpus(tmp_path / "after", article=article)))
    assert len(before) == len(after) == 3
    assert before[0].id != after[0].id
    assert before[1:] == after[1:]


def test_a_section_without_topics_of_its_own_has_those_of_its_document(tmp_path: Path) -> None:
    article = ARTICLE.replace("{.why .nights}", "{.why .tiny-truths}")
    first, second, _ = corpus_chunks(load_corpus(write_corpus(tmp_path / "c", article=article)))
    assert (first.topics, second.topics) == (("nights",), ("tiny-truths",))


def test_only_a_web_address_becomes_the_address_of_a_chunk(tmp_path: Path) -> None:
    for source, url in (("https://a.org/x", "https://a.org/x"), ("javascript:x", None)):
        article = ARTICLE.replace("topics:", f"source: '{source}'\ntopics:")
        folder = write_corpus(tmp_path / source[:4], article=article)
        assert corpus_chunks(load_corpus(folder))[0].url == url


def test_a_section_that_repeats_itself_has_no_two_chunks_with_one_id(tmp_path: Path) -> None:
    article = ARTICLE.replace("The small hours are", "lonely " * 5_000)
    chunks = corpus_chunks(load_corpus(write_corpus(tmp_path / "c", article=article)))
    assert len({chunk.id for chunk in chunks}) == len(chunks)
