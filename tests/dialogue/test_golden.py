"""The coach answers the conversations of `docs/conversations/` as they stand there."""

from itertools import combinations

from coach.dialogue.conversation import Conversation
from coach.evaluation.report import processor
from tests import golden

ELSEWHERE = 0.05
"""The share of replies that may be others on another processor, whose sums round otherwise, so
that what stands on an edge falls the other way: 14 of 470 on an AMD EPYC, of those of a Xeon."""


def test_the_conversations_go_as_they_were_reviewed(conversation: Conversation) -> None:
    others, all_replies = [], 0
    for path in golden.files():
        text = path.read_text(encoding="utf-8")
        was, now = (golden.replies(of) for of in (text, golden.answered(conversation, text)))
        assert len(was) == len(now) == len(golden.turns(text))
        all_replies += len(was)
        others += [path.stem for before, after in zip(was, now, strict=True) if before != after]
    same = golden.PROCESSOR.read_text(encoding="utf-8").strip() == processor()
    allowed = 0 if same else ELSEWHERE * all_replies
    assert len(others) <= allowed, f"{others}: run `python -m tests.golden` and read the diff"


def test_there_are_forty_conversations_of_different_people() -> None:
    texts = [path.read_text(encoding="utf-8") for path in golden.files()]
    assert len(texts) >= 40
    told = [set(golden.turns(text)) for text in texts]
    assert all(len(a & b) <= 1 for a, b in combinations(told, 2))
