"""A stream of sound becomes turns: where they begin, pause and end."""

from collections.abc import Iterator

import numpy as np
import pytest

from coach.evaluation.words import word_errors
from coach.voice.contracts import HEARING_RATE, Heard, Sound, Transcriber
from coach.voice.listening import Event, Listening, Mode
from tests.voice.conftest import STORY, Say, noise, silence, together

LONGEST = 60.0
BOTH = "I walked along the river. The house was very quiet."


def followed(
    sound: Sound, mode: Mode, transcriber: Transcriber, *, longest: float = LONGEST, end: bool
) -> Iterator[Event | Heard]:
    """Yield what happens while a sound is streamed, its drafts heard at once."""
    listening = Listening(mode, HEARING_RATE, longest=longest)
    for block in np.array_split(sound.samples, max(1, len(sound.samples) // 800)):
        yield from listening.feed(block)
        yield from heard_so_far(listening, transcriber)
    if end:
        listening.end()
        yield from heard_so_far(listening, transcriber)


def heard_so_far(listening: Listening, transcriber: Transcriber) -> Iterator[Heard]:
    while draft := listening.draft():
        listening.take(draft, transcriber.hear(draft.sound))
    heard = listening.finished()
    if heard is not None:
        yield heard


def texts(happened: list[Event | Heard]) -> list[str]:
    return [one.text for one in happened if isinstance(one, Heard)]


def test_a_held_button_is_one_turn_with_its_pauses(say: Say, transcriber: Transcriber) -> None:
    talk = together(say("I walked along the river."), silence(3), say("The house was very quiet."))
    happened = list(followed(talk, "hold", transcriber, end=True))
    assert happened[:2] == [Event.SPEECH, Event.SILENCE]
    (text,) = texts(happened)
    assert word_errors(BOTH, text).errors <= 2


def test_hands_free_a_silence_ends_the_turn_and_the_next_begins(
    say: Say, transcriber: Transcriber
) -> None:
    talk = together(
        silence(1),
        say("I walked along the river."),
        silence(2),
        say("The house was very quiet."),
        silence(2),
    )
    happened = list(followed(talk, "free", transcriber, end=False))
    assert len(texts(happened)) == 2
    assert word_errors(BOTH, " ".join(texts(happened))).errors <= 1


def test_hands_free_a_pause_of_thought_does_not_end_the_turn(
    say: Say, transcriber: Transcriber
) -> None:
    talk = together(
        silence(0.5), say("I feel lonely because"), silence(1.8), say("nobody calls."), silence(2)
    )
    (text,) = texts(list(followed(talk, "free", transcriber, end=False)))
    assert word_errors("I feel lonely because nobody calls.", text).errors <= 2


@pytest.mark.parametrize("sound", [silence(5), noise(5), silence(0)])
def test_without_a_voice_nothing_is_heard(sound: Sound, transcriber: Transcriber) -> None:
    assert list(followed(sound, "free", transcriber, end=False)) == []
    assert list(followed(sound, "hold", transcriber, end=True)) == [Heard()]


def test_long_talk_is_put_aside_so_that_little_is_left_at_the_end(
    say: Say, transcriber: Transcriber
) -> None:
    talk = together(*[piece for text in STORY for piece in (say(text), silence(0.8))])
    listening = Listening("hold", HEARING_RATE, longest=LONGEST)
    longest = 0.0
    for block in np.array_split(talk.samples, len(talk.samples) // 800):
        listening.feed(block)
        while draft := listening.draft():
            longest = max(longest, draft.sound.seconds)
            listening.take(draft, transcriber.hear(draft.sound))
    listening.end()
    heard = listening.finished()
    assert heard
    assert word_errors(" ".join(STORY), heard.text).rate < 0.1
    assert longest < talk.seconds / 2


def test_a_turn_that_is_too_long_ends_with_what_came(say: Say, transcriber: Transcriber) -> None:
    talk = together(*map(say, STORY))
    happened = list(followed(talk, "hold", transcriber, longest=8, end=False))
    assert Event.TOO_LONG in happened
    assert "river" in texts(happened)[0]


def test_hands_free_it_falls_asleep_where_nobody_speaks(transcriber: Transcriber) -> None:
    happened = list(followed(silence(125), "free", transcriber, end=False))
    assert happened[0] == Event.ASLEEP
    assert Event.ASLEEP not in list(followed(silence(125), "hold", transcriber, end=False))


def test_a_reset_forgets_what_came(say: Say, transcriber: Transcriber) -> None:
    listening = Listening("hold", HEARING_RATE, longest=LONGEST)
    listening.feed(say("Forget this sentence.").samples)
    listening.end()
    draft = listening.draft()
    listening.reset()
    assert draft
    listening.take(draft, transcriber.hear(draft.sound))
    assert listening.finished() is None
    assert listening.words == Heard()
    listening.end()
    assert listening.finished() == Heard()


def test_a_click_is_no_voice() -> None:
    listening = Listening("free", HEARING_RATE, longest=LONGEST)
    samples = silence(3).samples.copy()
    samples[HEARING_RATE : HEARING_RATE + 80] = 0.9
    assert listening.feed(samples) == []


def test_nothing_of_a_long_silence_is_held() -> None:
    listening = Listening("hold", HEARING_RATE, longest=10)
    assert listening.feed(silence(300).samples) == []
    assert listening.draft() is None
