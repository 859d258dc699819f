"""A conversation is read against the corpus: odd articles and steps capture no replies."""

from pathlib import Path

import pytest

from coach.dialogue.history import History, HistoryReader
from coach.dialogue.phrasing import Voice
from coach.library import Corpus, load_corpus
from coach.schema import Message
from tests.library.samples import ARTICLE, PRACTICE, write_corpus

STEP = "Think of one small true thing."


def after(reply: str, corpus: Corpus, voice: Voice) -> History:
    messages = [Message(role="assistant", content=reply), Message(role="user", content="And?")]
    return HistoryReader(corpus, voice).read(messages)


def test_blank_lines_and_short_paragraphs_capture_no_reply(tmp_path: Path, voice: Voice) -> None:
    gaps = "hard {.why .nights}\n\n\n\n\nWell.\n\n\n\n"
    article = ARTICLE.replace("hard {.why .nights}\n", gaps)
    corpus = load_corpus(write_corpus(tmp_path / "corpus", article=article))
    assert after("Well. The kettle is on.", corpus, voice).subject is None
    quoted = after("The small hours are long for many people. [1]", corpus, voice)
    assert quoted.subject == "long-nights"


@pytest.mark.parametrize("say", [STEP, "Breathe."])
def test_a_step_is_known_again_however_short(tmp_path: Path, voice: Voice, say: str) -> None:
    practice = PRACTICE.replace(STEP, say)
    corpus = load_corpus(write_corpus(tmp_path / "corpus", practice=practice))
    label = voice.walkthrough.step[0].format(step=1, steps=1)
    walk = after(f"{label} {say}\n\nStay there for 20 seconds or so.", corpus, voice).walk
    assert walk is not None
    assert (walk.id, walk.step) == ("tiny-truths", 1)


def test_her_is_no_husband(corpus: Corpus, voice: Voice) -> None:
    def whom(*theirs: str) -> str:
        messages = [Message(role="user", content=text) for text in theirs]
        return HistoryReader(corpus, voice).read(messages).of_whom(theirs[-1])

    told = "My husband had a stroke in May."
    assert whom(told, "He hardly speaks now.") == "your husband"
    assert whom(told, "I used to tell her such things.") == ""


def test_a_short_step_captures_no_other_reply(tmp_path: Path, voice: Voice) -> None:
    practice = PRACTICE.replace(STEP, "Breathe.")
    corpus = load_corpus(write_corpus(tmp_path / "corpus", practice=practice))
    assert after("That is hard. Breathe. I am here.", corpus, voice).walk is None
