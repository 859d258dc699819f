"""Who says that the coach has it wrong is believed, and what was wrong is not said again."""

import pytest

from coach.dialogue.conversation import Conversation
from coach.dialogue.phrasing import Voice
from coach.pronouns import says_any
from tests.dialogue.talks import after, talk

ALONE = "I have been on my own a lot since the spring."
MOVED = "We moved for my husband's job and I have a four-month-old, and I feel so alone all day."
MEERA = "I was really talking about Meera. I thought she would be the one to show up for me."


@pytest.mark.parametrize(
    ("ours", "said"),
    [
        ("Saying goodbye to your child is painful.", "Two children, not one. It's Sundays."),
        ("It's them you miss.", "him you mean. he did all the voices"),
        (
            "After an answer like that, quiet is good sense.",
            "?? what answer. she didnt say anything bad",
        ),
        ("You don't quite belong yet.", "That first sentence does not fit. I hide it."),
        ("You are never by yourself any more.", MEERA),
    ],
)
def test_a_correction_is_owned(
    conversation: Conversation, voice: Voice, ours: str, said: str
) -> None:
    reply = after(conversation, ALONE, ours, said)
    assert says_any(reply.text, (*voice.stumbled, *voice.unhelpful))


@pytest.mark.parametrize(
    "said",
    [
        "My sister. She lives in Leeds.",
        "The drop-off. I rush it.",
        "My sister, not her husband.",
        "Mostly my mum, not him.",
        "no they are both away this week",
        "I tried two groups and the first one didn't suit me.",
        "In ten years, not one friend has rung me.",
        "I have not told her yet.",
    ],
)
def test_an_answer_in_a_word_is_no_correction(
    conversation: Conversation, voice: Voice, said: str
) -> None:
    asked = "Which of them do you miss, your sister or the drop-off?"
    assert not says_any(after(conversation, ALONE, asked, said).text, voice.stumbled)


def test_what_somebody_lives_in_is_met_once_and_then_what_they_tell(
    conversation: Conversation, voice: Voice
) -> None:
    (new_parent,) = (s for s in voice.situations if s.id == "new-parent")
    fed = "The baby slept two hours, and I fed her and I looked at the wall with the baby on me."
    replies = talk(conversation, MOVED, fed, fed.replace("two", "three"), fed.replace("two", "ten"))
    lines = (*new_parent.reflections, *voice.tellings["new-mother-alone"].reflections)
    met = [says_any(reply.text, lines) for reply in replies]
    assert sum(met) == 1


def test_an_unmarked_line_with_two_sentences_in_it_is_not_said_back_as_one(
    conversation: Conversation,
) -> None:
    said = "him you mean. he used to do all the voices. he cant hold the cup now i hold it for him"
    *_, reply = talk(conversation, "I miss my husband, he is in the next room.", said)
    assert "now you hold it" not in reply.text


@pytest.mark.parametrize("laugh", ["lmao", "haha", "lol"])
def test_a_joke_is_not_quoted(conversation: Conversation, laugh: str) -> None:
    said = (
        f"idk like the brochure. people laughing on grass. instead its me and a meal deal {laugh}"
    )
    *_, reply = talk(conversation, "first term at uni, everyone has a group already", said)
    assert laugh not in reply.text
