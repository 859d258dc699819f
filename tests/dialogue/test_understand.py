"""What a message is taken for."""

import pytest

from coach.dialogue.conversation import Conversation, Readers
from coach.dialogue.history import History, HistoryReader
from coach.dialogue.phrasing import load_voice
from coach.dialogue.topics import TopicReader
from coach.dialogue.understand import Understanding
from coach.dialogue.understood import Act
from coach.index.search import Searcher
from coach.library import Corpus
from coach.schema import Aspect, Message
from coach.settings import Settings


@pytest.fixture(scope="module")
def understanding(settings: Settings, corpus: Corpus) -> Understanding:
    voice = load_voice(settings.corpus_dir / "voice.yaml")
    searcher = Searcher.open(settings, corpus)
    readers = Readers.open(settings, searcher)
    return Understanding(
        corpus,
        voice,
        searcher.embedder,
        acts=readers.acts,
        moves=readers.moves,
        short_answers=readers.short_answers,
        tellings=readers.tellings,
        topics=TopicReader(corpus.topics, readers.encoder, settings.learnt_dir),
        alike=readers.alike,
    )


def alone(text: str) -> History:
    return History(messages=(Message(role="user", content=text),))


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("", Act.EMPTY),
        (" \n\t", Act.EMPTY),
        ("\u200b\x00", Act.EMPTY),
        ("🙂", Act.UNREADABLE),
        ("?!…", Act.UNREADABLE),
        ("hello", Act.GREETING),
        ("Hi there!", Act.GREETING),
        ("thank you so much", Act.THANKS),
        ("good night", Act.GOODBYE),
        ("who are you?", Act.ABOUT),
        ("do you store what I write?", Act.ABOUT),
        ("that's not helpful", Act.UNHELPFUL),
        ("Guide me through the self-compassion practice", Act.LEAD),
        ("How do I do the self-compassion practice?", Act.QUESTION),
        ("why does protecting myself make me lonelier?", Act.QUESTION),
        ("tiny truths", Act.QUESTION),
        ("My best friend stopped writing to me last spring.", Act.STORY),
        ("Ich fühle mich so allein und weiß nicht weiter.", Act.LANGUAGE),
        ("我很孤独", Act.LANGUAGE),
        ("wsp im lonley fr fr", Act.STORY),
        ("cleaner said hi n used my name today. can i hold on to that somehow", Act.QUESTION),
        ("My sister says I lecture her. Teach me.", Act.QUESTION),
        ("They shut the branch in May. When they shut it there was a cake.", Act.STORY),
    ],
)
def test_a_message_is_taken_for_what_it_does(
    understanding: Understanding, text: str, act: Act
) -> None:
    assert understanding.read(alone(text)).act is act


@pytest.mark.parametrize(
    ("text", "aspect"),
    [
        ("What is deep listening?", Aspect.WHAT),
        ("Why does deep listening help?", Aspect.WHY),
        ("How do I listen deeply?", Aspect.HOW),
        ("When should I practise tiny truths?", Aspect.WHEN),
        ("What if the self-compassion practice feels fake?", Aspect.HARD),
        ("Can you give an example of a tiny truth?", Aspect.EXAMPLE),
    ],
)
def test_a_question_says_which_side_it_asks_for(
    understanding: Understanding, text: str, aspect: Aspect
) -> None:
    assert understanding.read(alone(text)).aspect is aspect


def test_a_practice_is_known_by_its_name_with_or_without_hyphen(
    understanding: Understanding,
) -> None:
    for text in ("How do I do self compassion?", "how does SELF-COMPASSION go"):
        assert "self-compassion" in understanding.read(alone(text)).topics


def test_yes_after_an_offer_accepts_it_and_no_declines_it(
    understanding: Understanding, conversation: Conversation, settings: Settings
) -> None:
    asked = Message(role="user", content="How do I do the self-compassion practice?")
    offer = Message(role="assistant", content=conversation.reply([asked]).text)
    voice = load_voice(settings.corpus_dir / "voice.yaml")
    for word, act in (("Yes, please", Act.ACCEPT), ("not now", Act.DECLINE)):
        messages = [asked, offer, Message(role="user", content=word)]
        history = HistoryReader(conversation.corpus, voice).read(messages)
        assert understanding.read(history).act is act


def test_a_follow_up_carries_what_it_follows(
    understanding: Understanding, conversation: Conversation, settings: Settings
) -> None:
    voice = load_voice(settings.corpus_dir / "voice.yaml")
    asked = Message(role="user", content="What is deep listening?")
    messages = [asked, Message(role="assistant", content=conversation.reply([asked]).text)]
    messages.append(Message(role="user", content="and when should I do that?"))
    understood = understanding.read(HistoryReader(conversation.corpus, voice).read(messages))
    assert "deep-listening" in understood.topics
    assert understood.aspect is Aspect.WHEN


def after_a_question(
    told: str, answer: str, *, conversation: Conversation, settings: Settings
) -> History:
    voice = load_voice(settings.corpus_dir / "voice.yaml")
    said = [
        Message(role="user", content=told),
        Message(role="assistant", content="Which part of it is the hardest?"),
        Message(role="user", content=answer),
    ]
    return HistoryReader(conversation.corpus, voice).read(said)


@pytest.mark.parametrize(
    ("said", "practice"),
    [
        (
            (
                "I never answered the voice message that my old friend left me a year ago.",
                "I have a draft open on my phone which says only 'Hi Sameer, long time'. Is there "
                "some practice or small exercise you have for this, for writing to someone whom "
                "one has put off for too long? I would do it properly if you gave me one.",
            ),
            "reconnecting-message",
        ),
        (
            (
                "The house is quiet since my wife moved into a care home in September.",
                "The boiler man came. Have you got something I can do of an evening? Half five's "
                "the worst. Nothing with candles.",
            ),
            None,
        ),
    ],
)
def test_a_wish_for_a_practice_is_heard_within_a_longer_message(
    understanding: Understanding,
    conversation: Conversation,
    settings: Settings,
    said: tuple[str, str],
    practice: str | None,
) -> None:
    history = after_a_question(*said, conversation=conversation, settings=settings)
    understood = understanding.read(history)
    assert understood.act is Act.CHOOSE
    assert (understood.practice and understood.practice.id) == practice


@pytest.mark.parametrize(
    "message",
    [
        "I've got some shopping to do and nobody to do it with.",
        "She asked if there was something I could do for her.",
    ],
)
def test_what_there_is_to_do_is_no_wish_for_a_practice(
    understanding: Understanding, conversation: Conversation, settings: Settings, message: str
) -> None:
    told = "The house is quiet since my wife moved out in September."
    history = after_a_question(told, message, conversation=conversation, settings=settings)
    assert understanding.read(history).act is not Act.CHOOSE


def test_every_quick_reply_is_understood(conversation: Conversation, settings: Settings) -> None:
    voice = load_voice(settings.corpus_dir / "voice.yaml")
    asked = Message(role="user", content="How do I do the self-compassion practice?")
    said = Message(role="assistant", content=conversation.reply([asked]).text)
    for options in voice.options.values():
        for option in options:
            messages = [asked, said, Message(role="user", content=option)]
            reply = conversation.reply(messages)
            assert reply.kind != "off_topic", option
