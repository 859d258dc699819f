"""What a person tells of their life is noticed, and what must not be given back is not."""

import pytest

from coach.dialogue.told import Mention, asks_after, planned, read_told, says_when


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Hello. My name is Arthur. My daughter showed me this.", "Arthur"),
        ("hi, I'm Jess", "Jess"),
        ("my name is priya", "Priya"),
        ("Call me Sam.", "Sam"),
        ("I’m Tom, and I’m new here", "Tom"),
        ("I'm Polish and I'm tired", None),
        ("I'm sad", None),
        ("im so lonely", None),
        ("My name is on the list", None),
    ],
)
def test_a_name_is_taken_when_it_is_given(text: str, name: str | None) -> None:
    assert read_told([text]).name == name


def test_people_are_named_as_the_person_named_them() -> None:
    told = read_told(["My sister Ana doesn't ring.", "my boss said no", "my best friend moved"])
    assert told.people == (
        Mention("Ana", 0),
        Mention("your boss", 1),
        Mention("your best friend", 2),
    )


def test_whoever_died_is_not_asked_after_as_if_they_lived() -> None:
    told = read_told(["My wife Joan died in March.", "My son rings on Sundays."])
    assert told.gone == (Mention("your wife", 0), Mention("Joan", 0))
    assert told.people == (Mention("your son", 1),)


@pytest.mark.parametrize(
    "text",
    [
        "a bit lonely since Peggy went, she died in February",
        "Peggy passed away in the spring.",
        "It is quiet since Peggy died.",
    ],
)
def test_who_is_only_named_and_died_is_known_to_be_dead(text: str) -> None:
    assert [mention.words for mention in read_told([text]).gone] == ["Peggy"]


def test_who_went_somewhere_is_not_taken_for_dead() -> None:
    assert read_told(["Peggy went to Spain with her daughter."]).gone == ()


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("There's a party on friday and I don't want to go.", "the party on Friday"),
        ("I've got my interview tomorrow", "your interview tomorrow"),
        ("there is the lunch club on Thursday", "the lunch club on Thursday"),
        ("The party on Friday was awful", None),
    ],
)
def test_what_lies_ahead_is_noticed_and_what_is_over_is_not(text: str, event: str | None) -> None:
    assert [mention.words for mention in read_told([text]).events] == ([event] if event else [])


@pytest.mark.parametrize(
    ("turns", "only_listen", "no_advice"),
    [
        (["I just want someone to listen"], True, False),
        (["please, no advice"], False, True),
        (["i just need to tell someone what goes on at home, where can i go"], False, False),
        (["I don't want any advice. I just want to tell someone about my day."], True, True),
        (["I don't want any tips", "ok, what could I try?"], False, False),
        (["any advice?"], False, False),
    ],
)
def test_a_wish_holds_until_advice_is_asked_for(
    turns: list[str], only_listen: bool, no_advice: bool
) -> None:
    told = read_told(turns)
    assert (told.only_listen, told.no_advice) == (only_listen, no_advice)


def test_who_wants_no_practice_may_still_be_answered_from_a_page() -> None:
    told = read_told(["I'm not one for exercises", "it was a long day"])
    assert told.no_practice
    assert not told.no_advice


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("I miss our Sundays", ["missed", "time"]),
        ("we used to do the crossword", ["missed"]),
        ("My sister said I should get over it", ["said"]),
        ("I rang Phil three times", ["reached"]),
        ("I went to the fair", ["did"]),
        ("I want him to ask me something", ["wished"]),
        ("I'm scared and I can't go in", ["afraid", "stuck"]),
        ("I missed the bus", []),
        ("I am not very used to this sort of thing", []),
        ("we planned one evening in the pub", []),
        ("The kiln is in the garage", []),
    ],
)
def test_what_may_be_asked_after_is_what_was_spoken_of(text: str, kinds: list[str]) -> None:
    assert asks_after(text) == kinds


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("since the move", True),
        ("it's been six years now", True),
        ("she left in March", True),
        ("I've been on a waiting list for 11 months", True),
        ("I'm lonely", False),
        ("We eat at six", False),
    ],
)
def test_it_is_known_whether_a_time_was_said(text: str, *, said: bool) -> None:
    assert says_when(["hello", text]) is said


def test_the_wish_not_to_be_repeated_is_heard() -> None:
    assert read_told(["why do you keep repeating what I say"]).no_echo
    assert read_told(["stop parroting me"]).no_echo
    assert not read_told(["we keep having the same row"]).no_echo


@pytest.mark.parametrize(
    ("messages", "ahead"),
    [
        (["My friend Brenda rang once.", "I'll ring her at one, it's on the calendar."], "Brenda"),
        (["i live with euan and two others", "im gonna ask him about the match"], "Euan"),
        (["My sister Ana is cross.", "I'll see to the hot water bottle and go up."], None),
        (["My wife Joan died. My son rings.", "I'll ring him tomorrow."], "your son"),
        (["My boss is cross.", "I won't talk to him."], None),
    ],
)
def test_whom_somebody_means_to_turn_to_is_known(messages: list[str], ahead: str | None) -> None:
    plan = planned(messages)
    assert (plan.words if plan else None) == ahead


def test_first_names_are_known_in_small_letters_and_words_are_not() -> None:
    told = read_told(["amara sat next to me and will may have a rose for her mate sam"])
    assert [mention.words for mention in told.people] == ["Amara", "Sam"]
    assert read_told(["that line is good, ill nick it"]).people == ()
