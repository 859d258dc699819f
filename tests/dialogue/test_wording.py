"""Words that a person means to send: where they stand, and what can be seen in them."""

import pytest

from coach.dialogue.conversation import Conversation
from coach.dialogue.hearing import FINE
from coach.dialogue.phrasing import Voice
from coach.dialogue.wording import (
    is_drafted,
    marks,
    marks_known,
    told_to_say,
    wished_to_say,
    wording_in,
)
from tests.dialogue.test_conversation import talk

HALF_TOLD = "My neighbour and I used to share the allotment, and since June we hardly speak."


@pytest.mark.parametrize(
    ("message", "wording"),
    [
        (
            'I thought of "Joan, are you free on Sunday for a walk?" is that too much',
            "Joan, are you free on Sunday for a walk?",
        ),
        (
            "This is what I have so far: Hi Ade, I owe you a coffee. Saturday? Is that ok to send?",
            "Hi Ade, I owe you a coffee. Saturday?",
        ),
        ('She wrote "please do not ring me again" and I cried.', ""),
        ('I said "no".', ""),
        ("I was thinking: no.", ""),
        ("Is it silly to mind?", ""),
    ],
)
def test_the_words_are_found_that_are_meant_for_somebody(message: str, wording: str) -> None:
    assert wording_in(message) == wording


@pytest.mark.parametrize(
    ("wording", "seen"),
    [
        ("Sorry I went quiet, Lin. Sorry about the wedding, too.", ("sorry_again", "owns")),
        ("I know this is stupid, do you want to see a film?", ("runs_down", "asks_one_thing")),
        ("You never ring. Shall we talk?", ("blames", "asks_one_thing")),
        ("Are you well? Is Tom? When can I come?", ("asks_much",)),
        ("I miss you, Bea. No need to answer.", ("misses", "leaves_room")),
        ("I'm sorry about Boxing Day. It was my doing.", ("owns", "asks_nothing")),
        ("I'm sorry, but you started it.", ("asks_nothing",)),
        ("Soup at mine on Friday at 7? I'll make the bread.", ("offers", "names_a_time")),
        ("You asked how I was on Tuesday and I fibbed.", ("asks_nothing",)),
        ("", ()),
    ],
)
def test_only_what_stands_in_the_words_is_seen(wording: str, seen: tuple[str, ...]) -> None:
    assert marks(wording) == seen


def test_a_long_message_is_seen_to_be_long() -> None:
    assert marks(" ".join(["and then it rained"] * 20))[0] == "long"


def test_there_are_words_for_every_mark(voice: Voice) -> None:
    assert set(voice.wording) == marks_known() | {FINE}


def test_words_that_are_shown_are_answered_with_what_stands_in_them(
    conversation: Conversation, voice: Voice
) -> None:
    draft = '"Hi Femi, I miss our Sundays. Are you about this weekend?"'
    _, reply = talk(conversation, HALF_TOLD, f"How about {draft} Does that sound needy?")
    assert any(line in reply.text for line in voice.wording["misses"])
    assert any(line.format(word="needy") in reply.text for line in voice.wording[FINE])


def test_what_another_wrote_is_not_judged(conversation: Conversation, voice: Voice) -> None:
    told = 'She wrote "I miss our Sundays too, are you about?" Is it silly that I cried?'
    _, reply = talk(conversation, HALF_TOLD, told)
    assert not any(line in reply.text for mark in marks_known() for line in voice.wording[mark])


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (
            "That I'm sorry I let it ring. And is there still a mat on a Wednesday. That's it.",
            "I'm sorry I let it ring. And is there still a mat on a Wednesday?",
        ),
        ("I suppose that I'd have liked to come.", "I'd have liked to come."),
        (
            "well, that i miss him and his daft jokes",
            "I miss you and your daft jokes.",
        ),
        (
            "I want to tell her that I was wrong about the car, without a fuss.",
            "I was wrong about the car.",
        ),
        (
            "I would like to say I was wrong about the car, without it sounding grand.",
            "I was wrong about the car.",
        ),
        ("That's about it.", ""),
        ("That he never rang, and that I waited.", "You never rang, and I waited."),
        ("That I love her very much", "I love you very much."),
        ("I want to tell him I know he's been busy", "I know you've been busy."),
        ("That she looks after herself well.", "You look after yourself well."),
        (
            "That I went into her room without asking, as if she couldn't run her own house.",
            "I went into your room without asking, as if you couldn't run your own house.",
        ),
        (
            "That I'm scared of turning nasty with him. I'm not having a go, Huw, I only ask.",
            "I'm scared of turning nasty with him. I'm not having a go, Huw, I only ask.",
        ),
        ("I want to tell him I hate him and hope he rots.", ""),
        ("That I'm a terrible mother and she was right to leave.", ""),
        ("That man never says sorry to anyone.", ""),
    ],
)
def test_what_somebody_wants_another_to_know_is_put_as_it_can_be_said(
    message: str, said: str
) -> None:
    assert (told_to_say(message) or wished_to_say(message)) == said


def test_words_that_were_found_unasked_are_known() -> None:
    assert is_drafted('I did draft one. It says: "Mum mentioned Priya. I am very glad for you."')
    assert not is_drafted('He wrote "please do not ring me again" and I drafted nothing.')


def test_who_tells_what_it_is_about_gets_it_back_as_words(conversation: Conversation) -> None:
    replies = talk(
        conversation,
        "I didn't pick up when my friend Brenda rang, and that is two years ago.",
        "What could I say to Brenda?",
        "That I'm sorry I let it ring, and I think of the bowls on Wednesdays.",
    )
    assert "Brenda" in replies[1].text
    assert '"I\'m sorry I let it ring, and I think of the bowls on Wednesdays."' in replies[2].text


def test_what_somebody_wants_her_to_know_is_put_so_though_something_else_frightens_them(
    conversation: Conversation,
) -> None:
    reply = talk(
        conversation,
        "My friend Jo used to come on Tuesdays. What frightens me is that she is done with me.",
        "Could you give me some words for a message to Jo? I want her to know I miss her and that "
        "I'd rather have the truth than a thumb.",
    )[-1]
    assert '"I miss you and I\'d rather have the truth than a thumb."' in reply.text


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (
            "I'd like him to know he can have his football and still have me. And that he can tell "
            "me things. Can you give me some actual words?",
            "You can have your football and still have me. And you can tell me things.",
        ),
        ("I want them to know they matter to me. Words, please?", "You matter to me."),
        (
            "something i can send saying I'd like to come and I can bring cans",
            "I'd like to come and I can bring cans.",
        ),
        ("I'd like to say he is a liar and a cheat. what do I write", ""),
        ("I'd like him to know she is fine. how do i say it", ""),
    ],
)
def test_what_another_is_wished_to_know_is_said_to_them(told: str, words: str) -> None:
    assert wished_to_say(told) == words


def test_what_she_should_know_is_put_as_words_amid_a_correction(conversation: Conversation) -> None:
    *_, asked, reply = talk(
        conversation,
        "Our Pauline and me fell out over Mam's ring the day of the funeral.",
        "She used to ring at six every Sunday.",
        "What could I write to Pauline?",
        "No pet, nobody's just died. I want her to know I was wrong about the ring, and that I "
        "miss her on a Sunday.",
    )
    assert "?" in asked.text
    assert '"I was wrong about the ring, and I miss you on a Sunday."' in reply.text


def test_no_words_are_made_for_one_who_hurts_them(conversation: Conversation) -> None:
    replies = talk(
        conversation,
        "My husband hits me when he has been drinking.",
        "no, he is away until Monday",
        "What do I say to him? I want to tell him I am sorry about the car.",
    )
    assert "I am sorry about the car." not in replies[-1].text


def test_a_verdict_on_oneself_is_not_taken_for_words(conversation: Conversation) -> None:
    replies = talk(
        conversation,
        "Mick asked me to snooker twice and I said I had things on.",
        "That I'm a daft sod, mostly. How do I say yes to Mick now?",
    )
    assert "daft sod" not in replies[-1].text
