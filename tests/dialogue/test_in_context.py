"""What a message means by what was said before it: a choice, a refusal, a puzzled word, a recap."""

import pytest

from coach.dialogue.conversation import Conversation
from coach.dialogue.phrasing import Voice
from coach.library.front_matter import load_yaml
from coach.pronouns import says_any
from coach.schema import Level, Message
from tests.dialogue.talks import after

ASKS = "I can lead you through any of these: {titles}. Which shall it be?"


@pytest.mark.parametrize(
    ("choice", "practice"),
    [
        ("the second one please", "grounding-five-senses"),
        ("the two minute one", "two-minute-check-in"),
        ("tiny truths", "tiny-truths"),
        ("the last one", "tiny-truths"),
        ("whichever is shortest", "two-minute-check-in"),
        ("the one with the senses", "grounding-five-senses"),
    ],
)
def test_a_choice_among_what_was_named_is_understood(
    conversation: Conversation, choice: str, practice: str
) -> None:
    ids = ("two-minute-check-in", "grounding-five-senses", "tiny-truths")
    titles = [found.title for one in ids if (found := conversation.corpus.practice(one))]
    reply = after(
        conversation, "show me the exercises", ASKS.format(titles=", ".join(titles)), choice
    )
    assert reply.practice is not None
    assert reply.practice.id == practice


def test_what_is_not_wanted_is_not_given(conversation: Conversation) -> None:
    first = "what are tiny truths"
    answer = conversation.reply([Message(role="user", content=first)])
    assert answer.citations[0].article == "tiny-truths"
    reply = after(
        conversation, first, answer.text, "not the tiny truths, something about the nights"
    )
    assert "tiny-truths" not in [citation.article for citation in reply.citations]
    assert reply.practice is None


def test_who_asks_what_they_told_hears_it_in_their_own_words(conversation: Conversation) -> None:
    told = "I moved to Leeds in March and I eat alone every night."
    reply = after(conversation, told, "What is that like?", "can you remind me what I told you")
    assert "Leeds" in reply.text
    assert reply.citations == ()


def test_who_asks_for_it_before_they_told_anything_is_asked(conversation: Conversation) -> None:
    reply = after(conversation, "hi", "Hello. What is on your mind?", "what did I tell you so far?")
    assert reply.text.endswith("?")
    assert reply.kind != "off_topic"


def test_a_word_of_the_coachs_own_that_puzzles_is_owned(conversation: Conversation) -> None:
    reply = after(
        conversation,
        "I feel alone in this house.",
        "A screen full of faces is no company. What would be?",
        "what screen?",
    )
    assert any(line in reply.text for line in conversation.voice.rephrased)


def test_a_question_is_read_in_the_light_of_what_was_told(conversation: Conversation) -> None:
    told = "I look after my husband, he has dementia and I do everything now."
    reply = after(
        conversation,
        told,
        "Who asks how you are?",
        "Is there anything that helps when you miss somebody who is still here?",
    )
    assert "carers" in reply.citations[0].topics


def test_where_no_page_is_about_a_question_that_is_said(conversation: Conversation) -> None:
    reply = after(
        conversation,
        "My neighbour plays the drums and I never sleep.",
        "When is it worst?",
        "do you know whether the number seven bus still goes at ten?",
    )
    assert reply.citations == ()


LIBRARY = "I retired from the town library in March and the days have gone very long."
ASKED = "What would you like from this week?"


def test_who_plainly_asks_what_to_do_is_answered_from_the_nearest_page(
    conversation: Conversation,
) -> None:
    asks = (
        "How do I get past the first ten minutes in a new place? At the library I knew where the "
        "stapler was. There I'd be stood like a spare part."
    )
    reply = after(conversation, LIBRARY, ASKED, asks)
    assert reply.citations


def test_what_a_page_is_not_about_is_not_answered_with_it(conversation: Conversation) -> None:
    told = "My best friend is pregnant and I have had three rounds of ivf. Her shower is on Sunday."
    asks = "can I just not go? without it being a thing? she cried with me on round two"
    reply = after(conversation, told, ASKED, asks)
    assert "new-parents" not in [topic for c in reply.citations for topic in c.topics]
    assert not any(c.article == "the-pram-in-the-hall" for c in reply.citations)


@pytest.mark.parametrize(
    ("correction", "kept"),
    [
        (
            "You have that mixed up now. Gráinne is my friend at home in Cork.",
            "Gráinne is your friend",
        ),
        ("No no, Desmond isn't my husband. Desmond was a borrower.", "Desmond isn't your husband"),
    ],
)
def test_who_sets_the_coach_right_is_not_asked_a_stock_question(
    conversation: Conversation, correction: str, kept: str
) -> None:
    reply = after(conversation, LIBRARY, ASKED, correction)
    assert any(line in reply.text for line in conversation.voice.stumbled)
    assert kept in reply.text
    assert "?" not in reply.text


@pytest.mark.parametrize(
    "answer",
    [
        "No no, I'm fine thanks. It is quiet here but I like the river.",
        "My dad was ill all winter. I loved him and I never said it.",
        "At school if you got it wrong they laughed at you.",
        "I know you said to call her but I'm scared.",
        "No, no one asked me to the table.",
    ],
)
def test_an_ordinary_answer_is_no_correction(conversation: Conversation, answer: str) -> None:
    reply = after(conversation, LIBRARY, ASKED, answer)
    assert not any(line in reply.text for line in conversation.voice.stumbled)


@pytest.mark.parametrize(
    "lament", ["How can I live with myself?", "How am I still alone at sixty?"]
)
def test_a_lament_wants_no_page(conversation: Conversation, lament: str) -> None:
    reply = after(conversation, LIBRARY, ASKED, lament)
    assert not any(line.split("{")[0] in reply.text for line in conversation.voice.nearest)


def test_a_question_of_their_own_life_is_no_wish_for_a_practice(conversation: Conversation) -> None:
    told = "I went to the coffee morning once and nobody talked to me, so I drove home."
    reply = after(conversation, told, ASKED, "Would you go back, or is that flogging a dead horse?")
    assert reply.kind != "practice"


PERHAPS = (
    "Perhaps it was only a way of putting it. I am an AI, nobody reads along, and I want to be "
    "sure. Are you having thoughts of ending your life? You can call Samaritans on 116 123. A no "
    "is fine, and then we carry on."
)


def test_a_wrong_alarm_is_owned_and_what_was_told_is_gone_back_to(
    conversation: Conversation, voice: Voice
) -> None:
    told = "My brother Tom rings me every Sunday and we talk about the fox in his garden."
    reply = after(conversation, told, PERHAPS, "what? no! nothing like that")
    assert reply.risk.level is not Level.CRISIS
    assert any(line in reply.text for line in voice.misread)
    assert "Your brother Tom rings you every Sunday" in reply.text


def test_a_wrong_alarm_in_a_practice_leads_back_to_its_step(
    conversation: Conversation, voice: Voice
) -> None:
    asked = "lead me through tiny truths"
    step = conversation.reply([Message(role="user", content=asked)])
    assert step.practice is not None
    told = "the post lady waved with a parcel under her chin"
    reply = after(conversation, asked, step.text, told, PERHAPS, "no, nobody is in danger")
    assert any(line in reply.text for line in voice.misread)
    assert "step 1" in reply.text


@pytest.mark.parametrize(
    ("asked", "step"),
    [
        ("can you skip to step 3 please", 3),
        ("what's the second step?", 2),
        ("the last step please", None),
        ("go to step 40", None),
    ],
)
def test_a_step_is_gone_to_by_its_number(
    conversation: Conversation, asked: str, step: int | None
) -> None:
    lead = "lead me through tiny truths"
    first = conversation.reply([Message(role="user", content=lead)])
    reply = after(conversation, lead, first.text, asked)
    assert reply.practice is not None
    assert reply.practice.step == (step or reply.practice.steps)


@pytest.mark.parametrize(
    ("message", "word"),
    [
        ("I almost cried into my coffee when she asked. Is it silly?", "silly"),
        ("I want to ask her for one weekend a month. am i being daft?", "daft"),
    ],
)
def test_who_asks_whether_it_is_silly_gets_an_answer(
    conversation: Conversation, message: str, word: str
) -> None:
    reply = after(conversation, "Nobody at work asked where I was.", "What was that like?", message)
    assert word in reply.text
    assert reply.citations == ()


def test_a_few_english_words_amid_an_english_talk_are_english(conversation: Conversation) -> None:
    reply = after(conversation, "my mates all moved away", "Who was the last?", "Dan went london")
    assert "English" not in reply.text


MOWER = "My friend Derek and I fell out in May over a lawnmower. I miss our Thursdays."


def test_a_draft_that_is_shown_is_looked_at_and_no_page_is_about_it(
    conversation: Conversation,
) -> None:
    draft = 'Is this ok: "Hi Derek, I was an idiot about the mower. Fancy a pint Thursday?"'
    reply = after(conversation, MOWER, "What was it about?", draft)
    assert any(line in reply.text for line in conversation.voice.wording["runs_down"])
    assert [citation.section for citation in reply.citations] == ["Will this do?"]


def test_a_pan_is_no_message_to_wait_for(conversation: Conversation) -> None:
    told, asked = "I cook for one and it is grim.", "What else belongs to it?"
    of_soup = after(conversation, told, asked, "How long do I leave it in the pan?")
    of_a_friend = after(conversation, told, asked, "How long do I leave it before I ring him?")
    waiting = "How long do I wait?"
    assert waiting not in [citation.section for citation in of_soup.citations]
    assert waiting in [citation.section for citation in of_a_friend.citations]


def test_what_the_coach_is_asked_beside_a_story_is_not_passed_over(
    conversation: Conversation,
) -> None:
    story = (
        "I believe she likes that I do not fuss. Now, a digression: the council has planted "
        "something purple on the roundabout, and I have been composing a letter to them."
    )
    begonias = f"{story} Do you hold any view on municipal begonias?"
    lines = conversation.voice.unanswered
    asked = after(conversation, MOWER, "What do they like about you?", begonias)
    told = after(conversation, MOWER, "What do they like about you?", story)
    assert asked.text.startswith(lines)
    assert not told.text.startswith(lines)


def test_a_line_may_be_tried_out(conversation: Conversation) -> None:
    alone = "You play my housemate Daan. I am me."
    line = f"{alone} I start: 'Hi Daan, I made too much soup. Do you want to try?'"
    before = ("I live with two others and I eat in my room.", "What would you like?")
    reply = after(conversation, *before, line)
    assert any(words in reply.text for words in conversation.voice.rehearsed)
    assert any(words in reply.text for words in conversation.voice.wording["asks_one_thing"])
    reply = after(conversation, *before, "Can I practise it on you first?")
    assert reply.text in conversation.voice.to_rehearse
    assert after(conversation, *before, alone).kind == "boundary"


def test_a_word_of_the_coachs_is_explained_in_other_words(conversation: Conversation) -> None:
    said = conversation.voice.tellings["walls-up"].reflections
    told = "I never let anybody get close."
    reply = after(conversation, told, said[1], "What do you mean by safer?")
    assert reply.text.startswith(conversation.voice.meant)
    assert any(other in reply.text for other in said if other != said[1])
    reply = after(conversation, told, "It has a faint blue halo.", "what do you mean by halo?")
    assert reply.text in conversation.voice.meant_little


@pytest.mark.parametrize("kind", ["unclear", "hopelessness"])
@pytest.mark.parametrize(
    ("said", "led"),
    [
        ("What? No. I'm not going to hurt anybody. I picked the grounding one. Step one.", True),
        ("No.", True),
        ("No, not that. My dad died this morning.", False),
        ("No. I'm not suicidal. He said it again tonight, in front of the children.", False),
        ("No, I don't think of dying. I just can't see why I should go on.", False),
        ("No. I'm going to bed now, goodnight.", False),
    ],
)
def test_who_says_no_to_a_question_about_danger_gets_what_they_had_wished_for(
    conversation: Conversation, kind: str, said: str, *, led: bool
) -> None:
    words = load_yaml(conversation.settings.corpus_dir / "crisis" / "concern.yaml")[kind][1]
    reply = after(
        conversation,
        "my jaw is tight, have you got something?",
        ASKS.format(titles="Grounding with five senses and Tiny truths"),
        "Grounding, if I have to pick. Tell me what to do first.",
        words.format(line="You can find a line for your country at https://findahelpline.com."),
        said,
    )
    assert (reply.practice is not None) == led


def test_despair_that_is_asked_about_is_not_answered_as_a_question_of_life(
    conversation: Conversation,
) -> None:
    first = "What's the point of anything. Should I just give up?"
    asked = conversation.reply([Message(role="user", content=first)])
    reply = after(conversation, first, asked.text, "No.")
    assert "Should I let it go?" not in [citation.section for citation in reply.citations]


def test_who_lives_with_a_dog_and_lost_a_wife_is_met_as_a_widower(
    conversation: Conversation,
) -> None:
    words = "I live outside Ballinrobe with the dog. My wife Nuala died two years ago in November."
    reply = after(conversation, words)
    pet, *_ = (s for s in conversation.voice.situations if s.gone and s.needs == "animal")
    of_a_pet = [line.format(person="Nuala") for line in pet.gone]
    assert "Nuala" in reply.text
    assert not any(line in reply.text for line in of_a_pet)


def test_what_was_met_is_not_met_at_once_again(conversation: Conversation) -> None:
    telling = conversation.voice.tellings["missing-one-person"]
    first = after(conversation, MOWER, "Who do you miss?", "I miss Derek so much, nobody else.")
    talk = (MOWER, "Who do you miss?", "I miss Derek so much, nobody else.", first.text)
    second = after(conversation, *talk, "I only miss Derek, nobody else will do.")
    assert says_any(first.text, telling.reflections)
    assert not says_any(second.text, telling.reflections)


def test_what_asks_nothing_is_met_as_no_question(conversation: Conversation) -> None:
    soup = ("My evenings are long since Ron went.", "What is it like?", "I made soup today, leek.")
    reply = after(conversation, *soup, "Good.", "It was too much for one.")
    lines = conversation.voice.moves["asks-if-i-am-too-much"]
    assert not any(line in reply.text for line in lines)


def test_who_does_not_know_what_to_say_is_made_welcome(conversation: Conversation) -> None:
    words = "Hello. My daughter set this up for me. I'm not sure what I'm meant to say to it."
    assert after(conversation, words).text in conversation.voice.first


@pytest.mark.parametrize(
    ("wish", "practice"),
    [
        (
            "is there some little practice I could do before, so I don't lose my nerve?",
            "before-you",
        ),
        ("my heart goes before I ring her. anything for that?", "before-you"),
        ("got anything I can do lying here to get my head to stop?", "paced"),
        (
            "have you just got one small thing, she's asleep on me and i dont dare move",
            "two-minute",
        ),
    ],
)
def test_a_wish_for_something_against_it_gets_the_practice_that_is_for_it(
    conversation: Conversation, wish: str, practice: str
) -> None:
    reply = after(conversation, "My colleague Beth asked me along.", "How was that?", wish)
    found = next(p for p in conversation.corpus.practices if p.id.startswith(practice))
    assert f'"{found.title}"' in reply.text
    accepted = after(
        conversation,
        "My colleague Beth asked me along.",
        "How was that?",
        wish,
        reply.text,
        "yes please",
    )
    assert accepted.practice
    assert accepted.practice.id == found.id


def test_which_of_two_things_is_asked_is_heard(conversation: Conversation) -> None:
    reply = after(
        conversation,
        "My friend Brenda and I used to bowl together.",
        "What was that like?",
        "Should I ring her or is it better to just turn up on Wednesday?",
    )
    assert "turn up on wednesday" in reply.text.lower()
    assert "ring her" in reply.text.lower()


@pytest.mark.parametrize(
    ("said", "corrected"),
    [
        (
            "You'll have to talk to people soon, and you're dreading it.",
            "No, not people. It's Hana.",
        ),
        (
            "The end of the week is the hardest part.",
            "No, not the end of the week. The rest of it.",
        ),
    ],
)
def test_a_correction_is_known_by_what_it_denies(
    conversation: Conversation, voice: Voice, said: str, corrected: str
) -> None:
    reply = after(conversation, "My wife Hana and I talk in lists.", said, corrected)
    owned = (*voice.stumbled, *voice.moves["corrects-you"], *voice.unhelpful)
    assert any(line.split("{")[0] in reply.text for line in owned)


def test_a_doubt_is_answered_before_a_page(conversation: Conversation) -> None:
    reply = after(
        conversation,
        "I used to bowl with my husband, who died.",
        "What do you miss most about it?",
        "All of it. Do you think it's daft to stop away two years over that?",
    )
    assert "daft" in reply.text
    assert reply.citations == ()
