"""What of a message is left when it says that there is no danger."""

import pytest

from coach.safety.denials import apart_from_denials
from coach.safety.reader import SafetyReader
from coach.safety.screen import Screen
from coach.schema import Level

TALK = ["my wife and I only talk about the school run", "it is late here"]


@pytest.mark.parametrize(
    ("message", "rest"),
    [
        ("I am not thinking of killing myself at all. I want an exercise.", "I want an exercise."),
        ("No plan. Nothing prepared. I am not suicidal, read me again.", "read me again."),
        ("i don't want to die, i want to sleep", "i want to sleep"),
        ("Nobody has died, by suicide or otherwise. It was a post.", "It was a post."),
        ("I want to be alive. I want to know if she's ill.", "I want to know if she's ill."),
        ("no im not fainting. my heart is fine", ""),
        ("I wouldn't do anything.", ""),
        ("im ok i promise, its just a group chat", "its just a group chat"),
    ],
)
def test_a_denial_is_taken_out(message: str, rest: str) -> None:
    said = apart_from_denials(message)
    assert (said.rest, said.denied) == (rest, True)


@pytest.mark.parametrize(
    ("message", "rest"),
    [
        ("Stop it with the crisis lines. Is she ill?", "Is she ill?"),
        ("You asked me whether I want to die. I said tired.", "I said tired."),
        ("'killing me' is an expression. can we go on", "can we go on"),
        ("No. I asked about my son.", "I asked about my son."),
        ("I've not been drinking, it's ten in the morning.", "it's ten in the morning."),
        ("the sunday one. does this stuff even work or is it just like.", "the sunday one."),
        ("Tuesday. Do these exercises really help?", "Tuesday."),
        ("I don't have an eating disorder. I skipped lunch.", "I skipped lunch."),
        ("I'm not depressed, just tired of living.", "just tired of living."),
        ("There is no need for an ambulance. Can we go on?", "Can we go on?"),
        ("I haven't taken anything. I have them here.", "I have them here."),
    ],
)
def test_what_is_said_of_the_coach_is_taken_out_and_denies_nothing(message: str, rest: str) -> None:
    said = apart_from_denials(message)
    assert (said.rest, said.denied) == (rest, False)


@pytest.mark.parametrize(
    "message",
    [
        "no",
        "Not really.",
        "I don't want to be here any more",
        "I don't want to live",
        "I'm not going to kill myself tonight",
        "I don't care if I die",
        "I'm not afraid of dying",
        "I don't mind dying",
        "I won't kill myself until the children are grown",
        "I'm not suicidal but I would like it to be over",
        "nothing matters I want to die",
        "I'm not safe",
        "nobody would miss me if I was dead",
        "nobody is coming on Sunday",
        "Nobody is coming.",
        "I haven't taken anything yet",
        "I haven't eaten anything in days",
        "I'm not safe during the night with him",
        "I have no desire to do anything",
        "It was a mistake not to do it",
        "I wasn't going to kill myself and I am now",
        "I want to stop",
        "why do you ask me if I want to die when I do",
        "I haven't been drinking since March and I want one",
        "I'm not drunk but I want to be",
        "I don't drink. He does.",
        "I took nothing. Yet.",
        "I'm not in danger and I am going to do it",
    ],
)
def test_what_may_still_be_meant_stays(message: str) -> None:
    said = apart_from_denials(message)
    assert (said.rest, said.denied) == (message, False)


@pytest.mark.parametrize(
    "message",
    [
        "What? No. I am not thinking of killing myself at all. I want an exercise.",
        "I'm not suicidal, you misunderstood me. Please lead me through a practice.",
        "i don't want to die, i want to sleep and have someone to chat to",
        "Nobody has died, by suicide or otherwise. I was speaking of losing the organ.",
    ],
)
def test_a_denial_amid_a_talk_is_no_danger(screen: Screen, message: str) -> None:
    assert screen.assess_conversation([*TALK, message]).level is not Level.CRISIS


@pytest.mark.parametrize(
    "message",
    [
        "No. Not killing myself. I only wish I could go to sleep and never wake up.",
        "I'm not suicidal. I just want to go to sleep and never wake up.",
        "Stop asking. I've got the pills here and I'm going to take them all.",
    ],
)
def test_danger_beside_a_denial_is_heard(screen: Screen, message: str) -> None:
    assert screen.assess_conversation([*TALK, message]).level is Level.CRISIS


def test_a_bare_no_refuses_an_offer_and_denies_no_danger(screen: Screen) -> None:
    said = ["I want to kill myself", "I have the pills here", "No. There is nobody I could ring."]
    assert screen.assess_conversation(said).level is Level.CRISIS


def test_a_no_is_heard_though_what_follows_speaks_of_where_one_lives(
    reader: SafetyReader,
) -> None:
    screen = Screen(reader)
    rusty = (
        "Evening. I noticed an odd thing today. I ordered a coffee and my voice came out wrong, "
        "sort of rusty, and I worked out I hadn't spoken aloud since Tuesday. It's Friday. "
        "I'm a programmer, fully remote, so it's all typing."
    )
    no = (
        "No. Nothing happened to my body and I took nothing except a flat white. My voice was "
        "rusty because I hadn't used it for three days. That was the point. I live alone in Leeds."
    )
    assert screen.assess_conversation([rusty, no]).level is not Level.CRISIS
    pointless = "No. There is no point in anything, and nobody to live for."
    assert screen.assess_conversation([rusty, pointless]).level is Level.CRISIS


SLUMPED = "My flatmate was slumped on the floor and not moving, and I could not wake him."
SWALLOWED = "I took forty paracetamol an hour ago"


@pytest.mark.parametrize(
    ("alarming", "answers"),
    [
        (SLUMPED, ["He was asleep! Nobody is hurt. He had stayed up all night for an exam."]),
        (SLUMPED, ["You misread that. No one is ill, he was asleep after an exam."]),
        (SLUMPED, ["Nobody is hurt."]),
        (SWALLOWED, ["i didn't take anything, I lied, I'm sorry"]),
        (SWALLOWED, ["I have not swallowed anything and I am not thinking of harming myself."] * 2),
        (
            SWALLOWED,
            ["There has been a misunderstanding. I have not swallowed anything, I am safe."],
        ),
    ],
)
def test_an_emergency_ends_where_nothing_happened(
    reader: SafetyReader, alarming: str, answers: list[str]
) -> None:
    screen = Screen(reader)
    assert screen.assess_conversation([*TALK, alarming]).level is Level.CRISIS
    assert screen.assess_conversation([*TALK, alarming, *answers]).level is Level.CONCERN


@pytest.mark.parametrize(
    ("alarming", "answer"),
    [
        *(
            (SWALLOWED, answer)
            for answer in (
                "I'm fine really, it's not an emergency",
                "no seriously I feel okay",
                "There is no need for an ambulance. You misunderstood, I only wanted to sleep.",
                "I haven't taken anything since",
                "I took nothing else",
                "there's nothing wrong with me",
                "I'm not sick or anything",
                "I'm not ill",
                "I'm not hurt",
                "I'm not dying",
                "Nobody is hurt. Only me.",
                "nobody is hurt, it is only me",
                "I took nothing, just the tablets.",
                "I took nothing. Except the paracetamol.",
                "I didn't take anything with it",
            )
        ),
        (
            "My sister has taken all her pills and she is passed out",
            "I haven't taken anything, she has",
        ),
        (SLUMPED, "He is not hurt. He just won't move."),
        (SLUMPED, "He didn't take anything, he hasn't been ill"),
        ("I fell and I am bleeding badly and can't stop it", "I didn't take anything"),
    ],
)
def test_a_body_in_danger_is_not_let_go_for_less(
    reader: SafetyReader, alarming: str, answer: str
) -> None:
    screen = Screen(reader)
    assert screen.assess_conversation([*TALK, alarming, answer]).level is Level.CRISIS


@pytest.mark.parametrize(
    "message",
    [
        "I am not going to kill myself. But thank you for the practice.",
        "Nobody hits me. Until last year I had a dog to walk.",
    ],
)
def test_what_goes_on_after_a_denial_takes_nothing_back(message: str) -> None:
    assert apart_from_denials(message).denied


@pytest.mark.parametrize(
    "message",
    [
        "My husband took my tablets and keeps me locked in the house",
        "He took my cash and I'm locked in the bedroom",
        "If you got it wrong he hit me with a belt, he still does",
    ],
)
def test_what_is_locked_or_got_wrong_hides_no_abuse(reader: SafetyReader, message: str) -> None:
    assert Screen(reader).assess(message).level is Level.CRISIS
