"""A short question is read with what was told before it, and words for somebody can be weighed."""

import pytest

from coach.dialogue.conversation import Conversation
from coach.dialogue.expressions import Expressions
from coach.dialogue.heard import in_its_place, in_their_story
from coach.dialogue.history import History
from coach.dialogue.phrasing import Voice
from coach.dialogue.wording import shortest_line
from coach.schema import Message
from tests.dialogue.test_conversation import talk

KEN = "Ken from the depot keeps on at me about the bowls club thursdays. i keep saying next week"
QUIET = "the house is that quiet i put the wireless on"
LAUGHED = (
    "last night mo was telling a story and everyone laughed so i laughed. it was his grans funeral"
)
PEN = "theres this girl priya in my seminar who lent me a pen, ive still got it"
SOUP = "My friend Jo used to come every Tuesday with soup. She hasn't been for seven weeks."


def history(*messages: str) -> History:
    return History(messages=tuple(Message(role="user", content=text) for text in messages))


def test_a_question_stands_after_what_was_told_of_whom_it_names() -> None:
    asked = "what do i say to ken then"
    placed = in_its_place(asked, history(KEN, QUIET, asked), Expressions())
    assert placed == [f"{KEN} {asked}", f"{QUIET} {asked}"]


def test_a_question_stands_at_the_end_of_the_story_with_what_is_said_before_it() -> None:
    asked = "Should I put my name down?"
    told = history(KEN, QUIET, f"The sheet closes tomorrow. {asked}")
    assert (
        in_their_story(asked, told, Expressions())
        == f"{KEN} {QUIET} The sheet closes tomorrow. {asked}"
    )
    assert in_their_story(asked, history(KEN, asked), Expressions()) == ""
    assert in_their_story("", told, Expressions()) == ""


@pytest.mark.parametrize(
    ("told", "section"),
    [
        ([PEN, "what would i even say when i give the pen back"], "a small thing"),
        ([LAUGHED, QUIET, "what would i even say to mo"], "laughed in the wrong place"),
        ([SOUP, "She sends hearts.", "Is it fair to be angry with her?"], "fair to be angry"),
        (
            ["sunday she told me to get out", QUIET, "should i keep going every day"],
            "Should I go on with it",
        ),
        (["I see my boys every other week.", "Claire says give him space. Is she right?"], "right"),
    ],
)
def test_a_question_that_leans_on_the_talk_is_answered(
    conversation: Conversation, told: list[str], section: str
) -> None:
    reply = talk(conversation, *told)[-1]
    assert any(section in citation.section for citation in reply.citations)


@pytest.mark.parametrize(
    ("taken", "how"),
    [
        ("thats not bad that", "likes"),
        ("ok thats decent actually", "likes"),
        ("Too enthusiastic.", "dislikes"),
        ("he'd laugh", "dislikes"),
        ("That's close, but she has a new nephew and I should mention him.", "amend"),
    ],
)
def test_what_somebody_thinks_of_the_words_they_were_given_is_heard(
    conversation: Conversation, voice: Voice, taken: str, how: str
) -> None:
    *_, given, reply = talk(conversation, KEN, QUIET, "what do i say to ken then", taken)
    assert given.citations
    assert reply.text in voice.of_words[how]


def test_a_view_without_words_before_it_is_heard_as_it_was(conversation: Conversation) -> None:
    of_words = {line for lines in conversation.voice.of_words.values() for line in lines}
    assert talk(conversation, KEN, "Too much.")[-1].text not in of_words


@pytest.mark.parametrize(
    "asked", ["How do I apologise to him?", "What could I text to Dan?", "Is he right about me?"]
)
def test_nobody_is_given_words_for_one_who_frightens_them(
    conversation: Conversation, asked: str
) -> None:
    told = "My boyfriend Dan gets in tempers. It's him that frightens me, he says I'm useless."
    reply = talk(conversation, told, "He is out tonight, with his brother.", asked)[-1]
    assert not reply.citations


def test_a_wish_to_be_led_is_no_question_of_the_story(conversation: Conversation) -> None:
    reply = talk(
        conversation,
        "My wife died two years ago next week, and the evenings are long.",
        "I never said goodbye to her properly.",
        "somebody mentioned writing a letter that you don't post. could you take me through it",
    )[-1]
    assert reply.kind == "practice"


def test_three_messages_in_a_row_are_read(conversation: Conversation) -> None:
    said = [Message(role="user", content=text) for text in (KEN, "what do i say", "Too much.")]
    assert conversation.reply(said).text


SAM = "i've basically not seen my mate sam since he moved in with ellie"
KITCHEN = "the flatmates are all in the kitchen at seven and i eat in my room"


def test_a_general_answer_on_what_to_say_comes_once(conversation: Conversation) -> None:
    first, second = talk(
        conversation, KEN, QUIET, "what do i say to ken then", "no but what do i say to him"
    )[-2:]
    assert [citation.section for citation in first.citations] == ["What do I say?"]
    assert not any(citation.section == "What do I say?" for citation in second.citations)


@pytest.mark.parametrize("taken", ["can you make it shorter?", "too long. just one line"])
def test_words_can_be_had_shorter(conversation: Conversation, taken: str) -> None:
    given, shorter = talk(conversation, SAM, "what could i text to sam", taken)[-2:]
    line = shortest_line(given.text)
    assert line
    assert line in shorter.text
    assert len(shorter.text) < len(given.text)


@pytest.mark.parametrize(
    ("shown", "word"),
    [
        (
            "something like 'thursday, pint, you're buying' - is that needy or is that alright",
            "needy",
        ),
        ('"I\'d be glad to hear from you, Sam." Does that sound desperate?', "desperate"),
    ],
)
def test_what_somebody_asks_of_their_draft_is_answered(
    conversation: Conversation, shown: str, word: str
) -> None:
    reply = talk(conversation, SAM, KITCHEN, shown)[-1]
    assert word in reply.text
    assert not reply.citations


def test_a_letter_is_looked_at_without_quotes_around_it(
    conversation: Conversation, voice: Voice
) -> None:
    letter = (
        "I tried it in my head: Dear Hannah, I forgot your birthday, and when you told me that it "
        "hurt, I argued. I am sorry for both. I miss you. What would you say?"
    )
    told = "A year ago I forgot my friend Hannah's birthday, and I defended myself."
    reply = talk(conversation, told, "We have not spoken since.", letter)[-1]
    assert any(line in reply.text for line in (*voice.wording["misses"], *voice.wording["owns"]))


def test_what_one_would_tell_a_friend_is_no_draft(conversation: Conversation, voice: Voice) -> None:
    *_, asked, reply = talk(
        conversation,
        SAM,
        "there's a climbing wall near me. would you go on your own if you'd never done it",
        "i'd tell him to stop going on about it and book the beginners session",
    )
    assert asked.kind == "coaching"
    assert not any(line in reply.text for line in voice.drafted)


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("It was our thing. Is it wrong, do you think, to go back without him?", True),
        ("Is it wrong to want him gone?", False),
        ("Is it wrong to wish my husband was dead?", False),
        ("Is it wrong to go out with him after he hit me?", False),
    ],
)
def test_whether_it_is_wrong_to_have_something_of_ones_own_is_answered(
    conversation: Conversation, asked: str, *, answered: bool
) -> None:
    told = "My husband Keith is in a care home, and we used to go to the bowls."
    reply = talk(conversation, told, "I've not been since he went in.", asked)[-1]
    assert any("Is it wrong" in citation.section for citation in reply.citations) is answered


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        (
            "I was so cross with Sam.",
            'I wrote "You useless bitch, you will be sorry." Is that too harsh?',
        ),
        ("She blocked me in June.", '"I miss you, please talk to me." Does that sound desperate?'),
    ],
)
def test_no_draft_is_praised_that_could_hurt_or_is_not_wanted(
    conversation: Conversation, voice: Voice, told: str, shown: str
) -> None:
    reply = talk(conversation, SAM, told, shown)[-1]
    praise = [line for mark in ("misses", "fine", "owns") for line in voice.wording[mark]]
    fixed = (line.split("{word}")[0].strip() for line in praise)
    assert not any(words and words in reply.text for words in fixed)


@pytest.mark.parametrize(
    ("told", "plan", "wished"),
    [
        ("We fell out in June.", "thanks, i'll text her tomorrow", True),
        ("She told me to leave her alone.", "thanks, i'm going to text her again tonight", False),
        ("We fell out in June.", "thanks, i'll write them all a letter and then sleep", False),
    ],
)
def test_thanks_with_a_plan_get_a_wish_for_it_unless_it_may_do_harm(
    conversation: Conversation, voice: Voice, told: str, plan: str, *, wished: bool
) -> None:
    reply = talk(conversation, "I miss my friend Hannah.", told, plan)[-1]
    wishes = (*voice.farewell.plan, *voice.farewell.with_somebody)
    assert any(line.format(person="Hannah") in reply.text for line in wishes) is wished


def test_a_letter_to_the_coach_is_no_draft(conversation: Conversation, voice: Voice) -> None:
    written = "Dear Coach, my husband died in March and the house is quiet. What would you say?"
    reply = talk(conversation, "Good evening. I live by the sea.", written)[-1]
    assert not any(line in reply.text for lines in voice.wording.values() for line in lines)


def test_many_thanks_are_read_at_once(conversation: Conversation) -> None:
    said = f"That was all. {'thank you ' * 40}and x"
    assert talk(conversation, KEN, said)[-1].text
