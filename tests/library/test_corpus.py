"""The corpus: what an author can get wrong, and what is true of the one that ships."""

import re
from pathlib import Path

import pytest

from coach.errors import CorpusError
from coach.library.corpus import Corpus, load_corpus, read_corpus
from coach.library.statistics import measure
from coach.schema import Article, Aspect, Mood
from coach.settings import Settings
from tests.library.samples import ARTICLE, PRACTICE, TOPICS, write_corpus

ARTICLE_FILE = "articles/long-nights.md"
PRACTICE_FILE = "practices/tiny-truths.md"


@pytest.fixture(scope="module")
def shipped() -> Corpus:
    """The corpus as shipped."""
    corpus, problems = read_corpus(Settings().corpus_dir)
    assert [str(problem) for problem in problems] == []
    return corpus


def places(folder: Path) -> list[tuple[str, int | None, str]]:
    """Return file, line and reason of each problem."""
    _, problems = read_corpus(folder)
    return [(str(p.path.relative_to(folder)), p.line, p.reason) for p in problems]


def test_a_sound_corpus_has_no_problems(tmp_path: Path) -> None:
    corpus, problems = read_corpus(write_corpus(tmp_path / "corpus"))
    assert problems == []
    assert [document.slug for document in corpus.documents] == ["long-nights", "tiny-truths"]
    assert corpus.practice("tiny-truths") is corpus.document("tiny-truths")
    assert corpus.practice("long-nights") is None
    assert corpus.document("nowhere") is None


def test_a_link_resolves_to_a_document_or_to_its_section(tmp_path: Path) -> None:
    corpus = load_corpus(write_corpus(tmp_path / "corpus"))
    assert corpus.resolves("tiny-truths")
    assert corpus.resolves("long-nights#why-nights-are-hard")
    assert not corpus.resolves("long-nights#why")
    assert not corpus.resolves("#why-nights-are-hard")


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("title: Long nights\n", "", 1, "title: field required"),
        ("title: Long nights", 'title: "  "', 3, "title:"),
        ("slug: long-nights", 'slug: ""', 2, "slug:"),
        ("summary: What helps between two and four.", 'summary: " "', 6, "summary:"),
        ("date: 2026-09-14", "date: soon", 5, "date:"),
        ("date: 2026-09-14", "date: 2026-09-31", 5, "YAML"),
        ("topics: [nights]", "topics: nights", 7, "topics:"),
        ("author: Homeward", "author: Homeward\ncolour: red", 5, "colour: extra inputs"),
        ("author: Homeward", "author: Homeward\nsections: []", 5, "sections:"),
        ("author: Homeward", "author: Homeward\npart: two", 5, "part:"),
        ("slug: long-nights", "slug: ../../etc/passwd", 2, "slug: use lower-case"),
        ("slug: long-nights", "slug: Long Nights", 2, "slug: use lower-case"),
        ("slug: long-nights", "slug: long-nights-", 2, "slug: use lower-case"),
        ("topics: [nights]", "topics: [nights, moon]", 7, "unknown topic 'moon'"),
        ("{.why .nights}", "{.why .moon}", 11, "unknown topic 'moon'"),
        ("{.why .nights}", "{.whence}", 11, "unknown topic 'whence'"),
        ("(tiny-truths#what-it-is)", "(tiny-lies)", 14, "dead link 'tiny-lies'"),
        ("(tiny-truths#what-it-is)", '(tiny-lies "so small")', 14, "dead link 'tiny-lies'"),
        ("(tiny-truths#what-it-is)", "(tiny-truths#why)", 14, "dead link 'tiny-truths#why'"),
        ("(tiny-truths#what-it-is)", "(../index/CURRENT)", 14, "dead link"),
    ],
)
def test_a_problem_in_an_article_names_file_and_line(
    tmp_path: Path, old: str, new: str, line: int, reason: str
) -> None:
    assert old in ARTICLE
    folder = write_corpus(tmp_path / "corpus", article=ARTICLE.replace(old, new, 1))
    ((file, where, why),) = places(folder)
    assert (file, where) == (ARTICLE_FILE, line)
    assert reason in why


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("minutes: 5", "minutes: 500", 5, "minutes:"),
        ("id: tiny-truths", 'id: ""', 2, "id:"),
        ("say: Think of one small true thing.", 'say: " "', 7, "steps.0.say"),
        ("Think of one", "Think of [one](nowhere)", 7, "steps.0: dead link 'nowhere'"),
        ("What is it?", '"[What](nowhere) is it?"', 7, "steps.0: dead link 'nowhere'"),
        ("minutes: 5", "minutes: 5\nmoods: [grumpy]", 6, "moods.0: input should be 'low'"),
        ("minutes: 5", "minutes: 5\nmoods: low", 6, "moods:"),
        ("minutes: 5", "minutes: 5\ncompany: a cat", 6, "company: input should be 'alone'"),
        ("    pause: 20\n", "    pause: -1\n", 7, "steps.0.pause"),
        ("    pause: 20\n", "    breath: [0, 5]\n", 7, "steps.0.breath.0"),
        ("    pause: 20\n", "    breath: [3]\n", 7, "steps.0.breath.1"),
        ("    pause: 20\n", "    pauze: 20\n", 7, "steps.0.pauze"),
        (PRACTICE[PRACTICE.index("steps:") : PRACTICE.index("---\n##")], "steps: []\n", 7, "step"),
        (PRACTICE[PRACTICE.index("steps:") : PRACTICE.index("---\n##")], "", 1, "steps: field"),
        (PRACTICE[PRACTICE.index("## What") :], "", 12, "no text after the front matter"),
    ],
)
def test_a_problem_in_a_practice_names_file_and_line(
    tmp_path: Path, old: str, new: str, line: int, reason: str
) -> None:
    folder = write_corpus(
        tmp_path / "corpus",
        article=ARTICLE.replace("See [tiny truths](tiny-truths#what-it-is).", ""),
        practice=PRACTICE.replace(old, new, 1),
    )
    ((file, where, why),) = places(folder)
    assert (file, where) == (PRACTICE_FILE, line)
    assert reason in why


def test_a_slug_that_is_taken_names_the_second_file_and_the_line(tmp_path: Path) -> None:
    folder = write_corpus(tmp_path / "corpus")
    (folder / "articles" / "other.md").write_text(ARTICLE)
    assert places(folder) == [("articles/other.md", 2, "'long-nights' is taken by long-nights.md")]


def test_a_practice_may_not_have_the_slug_of_an_article(tmp_path: Path) -> None:
    folder = write_corpus(
        tmp_path / "corpus", practice=PRACTICE.replace("id: tiny-truths", "id: long-nights")
    )
    assert (PRACTICE_FILE, 2, "'long-nights' is taken by long-nights.md") in places(folder)


def test_a_link_that_leads_outside_the_corpus_is_not_followed(tmp_path: Path) -> None:
    folder = write_corpus(tmp_path / "corpus")
    secret = tmp_path / "secret.md"
    secret.write_text(ARTICLE.replace("long-nights", "secret"))
    (folder / "articles" / "secret.md").symlink_to(secret)
    corpus, (problem,) = read_corpus(folder)
    assert problem.path == folder / "articles" / "secret.md"
    assert "outside" in problem.reason
    assert corpus.document("secret") is None


def test_everything_that_is_wrong_is_told_at_once_and_the_rest_is_read(tmp_path: Path) -> None:
    folder = write_corpus(tmp_path / "corpus", article=ARTICLE.replace("[nights]", "[a, b]"))
    (folder / "articles" / "broken.md").write_text("no front matter")
    (folder / "articles" / "folder.md").mkdir()
    corpus, problems = read_corpus(folder)
    assert len(problems) == 4
    assert len(corpus.documents) == 2


def test_an_empty_corpus_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "topics.yaml").write_text(TOPICS)
    ((file, _, reason),) = places(tmp_path)
    assert file == "."
    assert "no articles or practices" in reason


def test_a_folder_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"topics\.yaml"):
        load_corpus(tmp_path / "nowhere")


@pytest.mark.parametrize("topics", ["", "- id: a\n", "a: [", "- {id: a, title: A, kind: mood}\n"])
def test_topics_that_are_wrong_name_their_file(tmp_path: Path, topics: str) -> None:
    folder = write_corpus(tmp_path / "corpus", topics=topics)
    assert places(folder)[0][0] == "topics.yaml"


def test_the_digest_changes_with_any_byte_and_with_a_name(tmp_path: Path) -> None:
    folder = write_corpus(tmp_path / "corpus")
    first = load_corpus(folder).digest
    assert load_corpus(folder).digest == first
    (folder / ARTICLE_FILE).rename(folder / "articles" / "renamed.md")
    renamed = load_corpus(folder).digest
    (folder / "topics.yaml").write_text(TOPICS + "\n")
    assert len({first, renamed, load_corpus(folder).digest}) == 3


def posts(corpus: Corpus) -> list[Article]:
    """Return the articles but those that answer short questions."""
    return [article for article in corpus.articles if article.searched]


def test_every_short_answer_is_short_and_states_no_finding(shipped: Corpus) -> None:
    short = [article for article in shipped.articles if not article.searched]
    answers = [s for article in short for s in article.sections if s.heading.endswith("?")]
    assert len(answers) >= 150
    paragraphs = [part for s in answers for part in s.text.split("\n\n")]
    assert [part for part in paragraphs if not 25 <= len(part.split()) <= 78] == []
    assert [s.heading for s in answers if re.search(r"\d{3}|per ?cent|%|stud(y|ies)", s.text)] == []


def test_no_short_answer_is_true_only_of_the_question_that_it_stands_under(shipped: Corpus) -> None:
    """To laugh may be asked of as bad, under a heading that asks whether it is allowed."""
    sections = [section for article in shipped.articles for section in article.sections]
    assert len(sections) > 300
    opening = re.compile(r"(?:(?:mostly|probably) )?(?:yes|no)\b[,.]", re.I)
    assert [section.heading for section in sections if opening.match(section.text)] == []


def test_every_shipped_article_has_the_length_of_a_post(shipped: Corpus) -> None:
    lengths = {a.slug: sum(len(s.text.split()) for s in a.sections) for a in posts(shipped)}
    assert len(lengths) >= 36
    assert {slug: n for slug, n in lengths.items() if not 700 <= n <= 1200} == {}


def test_every_shipped_article_covers_its_theme(shipped: Corpus) -> None:
    asked = set(Aspect) - {Aspect.WHEN}
    for article in posts(shipped):
        assert {section.aspect for section in article.sections} >= asked, article.slug


SOURCES = re.compile(
    "WHO|UCLA|De Jong Gierveld|Masi|Lasgaard|Käll|NCT03807154|Lindsay|Creswell|Nguyen|Ferrari|"
    "Neff|Aron|Weger|Rogers|British Red Cross|Reinhardt"
)


def test_every_shipped_article_names_its_evidence(shipped: Corpus) -> None:
    texts = {a.slug: " ".join(s.text for s in a.sections) for a in posts(shipped)}
    assert [slug for slug, text in texts.items() if not SOURCES.search(text)] == []


def test_no_two_shipped_documents_begin_or_go_on_alike(shipped: Corpus) -> None:
    openings = [" ".join(d.sections[0].text.split()[:4]).lower() for d in shipped.articles]
    assert len(set(openings)) == len(openings)
    assert measure(shipped).twins == ()


def test_every_shipped_theme_has_an_article_of_its_own(shipped: Corpus) -> None:
    covered = {topic for article in shipped.articles for topic in article.topics}
    assert {topic.id for topic in shipped.topics if topic.kind == "theme"} <= covered


def test_every_shipped_practice_answers_all_seven_questions(shipped: Corpus) -> None:
    assert len(shipped.practices) >= 16
    for practice in shipped.practices:
        assert {section.aspect for section in practice.sections} >= set(Aspect), practice.id


def test_every_shipped_practice_leaves_silence_after_each_step(shipped: Corpus) -> None:
    for practice in shipped.practices:
        assert len(practice.steps) >= 3, practice.id
        assert all(step.pause > 0 and step.say.strip() for step in practice.steps), practice.id


def test_every_shipped_practice_is_a_topic_that_people_can_name(shipped: Corpus) -> None:
    topics = {topic.id: topic for topic in shipped.topics if topic.kind == "practice"}
    assert set(topics) == {practice.id for practice in shipped.practices}
    assert all(topic.names for topic in topics.values())


def test_every_shipped_practice_says_for_which_mood_it_is(shipped: Corpus) -> None:
    assert [practice.id for practice in shipped.practices if not practice.moods] == []
    for mood in Mood:
        fitting = [practice.id for practice in shipped.practices if mood in practice.moods]
        assert len(fitting) > 1, mood
