"""A whole talk hands free, with the real ears and the real voice; the card is made of sound."""

import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from coach.errors import VoiceError
from coach.evaluation.words import word_errors
from coach.schema import PracticePosition, Reply, Risk
from coach.voice.audio import for_hearing
from coach.voice.contracts import HEARING_RATE, Heard, Samples, Sound, Speaker, Transcriber
from coach.voice.talk import Phrases, Talk, Voice
from tests.voice.conftest import Say, silence

PHRASES = Phrases(
    ask_back="Did you say, {words}?",
    ask_again="Then please say it once more.",
    pause_next="The pause is over.",
    yes=frozenset({"yes"}),
    no=frozenset({"no"}),
)
BLOCK = HEARING_RATE // 20
EVENING = "The evening is quiet and there is nothing that has to be done before the morning comes."


class Room:
    """A microphone and a loudspeaker in one room: what the one plays the other may hear.

    Time goes by the microphone's blocks, and stands still while somebody thinks.
    """

    rate = HEARING_RATE

    def __init__(self, *heard: Sound | Callable[["Room"], bool], echo: float = 0.0) -> None:
        """Make a room.

        Args:
            heard: What comes by the microphone: sounds, and what is waited for between them.
            echo: How loud the loudspeaker is at the microphone.
        """
        self._heard = heard
        self._echo = echo
        self._left = np.zeros(0, np.float32)
        self._changed = threading.Condition()
        self.played: list[Sound] = []
        self.cut = self._hushed = 0

    def blocks(self) -> Iterator[Samples]:
        for part in self._heard:
            if isinstance(part, Sound):
                whole = np.pad(part.samples, (0, -len(part.samples) % BLOCK))
                for block in whole.reshape(-1, BLOCK):
                    yield self._with_echo(block)
            else:
                while not part(self):
                    yield self._with_echo(np.zeros(BLOCK, np.float32))

    def _with_echo(self, block: Samples) -> Samples:
        with self._changed:
            piece, self._left = self._left[:BLOCK], self._left[BLOCK:]
            if not len(self._left):
                self._changed.notify_all()
        return block + np.float32(self._echo) * np.pad(piece, (0, BLOCK - len(piece)))

    def play(self, sound: Sound) -> bool:
        hushed = self._hushed
        self.finish()
        with self._changed:
            if self._hushed != hushed:
                return False
            self.played.append(sound)
            self._left = np.interp(
                np.arange(0, len(sound.samples), sound.rate / self.rate),
                np.arange(len(sound.samples)),
                sound.samples,
            ).astype(np.float32)
        return True

    def finish(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: not len(self._left))

    def hush(self) -> None:
        with self._changed:
            self.cut += len(self._left) > 0
            self._hushed += 1
            self._left = self._left[:0]
            self._changed.notify_all()


def begun(sounds: int) -> Callable[[Room], bool]:
    """Wait until so many sounds began to play."""
    return lambda room: len(room.played) >= sounds


class Coach:
    """Says one thing after the other, and remembers what it was told."""

    def __init__(self, *replies: Reply) -> None:
        self._replies = list(replies)
        self.told: list[str] = []

    def __call__(self, words: str) -> Reply | None:
        self.told.append(words)
        return self._replies.pop(0) if self._replies else None


Held = Callable[..., None]


@pytest.fixture
def hold(transcriber: Transcriber, speaker: Speaker) -> Held:
    """Return what holds a talk in a room to its end."""

    def holding(
        room: Room,
        coach: Coach,
        *,
        ears: Transcriber = transcriber,
        voice: Speaker = speaker,
        danger: Callable[[str], float] = lambda _text: 0.0,
    ) -> None:
        parts = Voice(room, room, ears, voice)
        Talk(parts, PHRASES, answer=coach, danger=danger, longest=60).run()

    return holding


def replied(text: str = EVENING, **more: object) -> Reply:
    return Reply.model_validate({"text": text, "kind": "coaching", **more})


def test_what_is_said_is_answered_aloud(say: Say, hold: Held, transcriber: Transcriber) -> None:
    room = Room(say("I feel lonely in the evening."), silence(2), begun(2), silence(30))
    coach = Coach(replied("You said it. Thank you for that."))
    hold(room, coach)
    assert coach.told == ["I feel lonely in the evening."]
    said = " ".join(transcriber.hear(for_hearing(sound)).text for sound in room.played)
    assert word_errors("You said it. Thank you for that.", said).errors <= 1
    assert room.cut == 0


def test_a_pause_of_thought_does_not_end_the_turn(say: Say, hold: Held) -> None:
    coach = Coach()
    hold(Room(say("I feel lonely because"), silence(1.2), say("nobody calls."), silence(3)), coach)
    assert len(coach.told) == 1
    assert "because" in coach.told[0]
    assert "calls" in coach.told[0]


def test_whoever_speaks_over_it_is_listened_to(say: Say, hold: Held) -> None:
    room = Room(
        say("Tell me about the evening."),
        silence(2),
        begun(1),
        say("Wait, I have a question."),
        silence(3),
    )
    coach = Coach(replied(f"{EVENING} {EVENING} {EVENING}"))
    hold(room, coach)
    assert room.cut == 1
    assert len(room.played) < 3
    assert len(coach.told) == 2
    assert "question" in coach.told[1]


def test_its_own_voice_in_the_microphone_is_no_turn(say: Say, hold: Held) -> None:
    room = Room(say("Tell me about the evening."), silence(2), begun(2), silence(20), echo=0.5)
    coach = Coach(replied(f"{EVENING} Then the lamps are lit along the river."))
    hold(room, coach)
    assert len(coach.told) == 1
    assert room.cut == 0
    assert len(room.played) == 2


def test_a_step_is_silent_for_its_seconds_and_next_ends_it(say: Say, hold: Held) -> None:
    step = replied(
        "Breathe out slowly. Take about 30 seconds for it. Say next when you are ready.",
        kind="practice",
        practice=PracticePosition(id="self-compassion", step=1, steps=7, pause=30),
    )
    coach = Coach(step, replied("Good."))
    room = Room(say("Begin."), silence(2), begun(3), silence(3), say("Next."), silence(9))
    hold(room, coach)
    quiet = room.played[2]
    assert quiet.seconds == 30
    assert not quiet.samples.any()
    assert [words.strip(".!").lower() for words in coach.told] == ["begin", "next"]
    assert room.cut == 1
    assert len(room.played) == 4


class Ears:
    """Hears what a test wants, wherever there is a sound."""

    def __init__(self, *heard: Heard) -> None:
        self._heard = list(heard)

    def hear(self, sound: Sound) -> Heard:
        del sound
        return self._heard.pop(0)


def test_what_was_heard_badly_is_asked_back(say: Say, hold: Held) -> None:
    ears = Ears(Heard("I went today.", ("I want to die.",)), Heard("Yes."))
    coach = Coach()
    word = say("I went today.")
    room = Room(word, silence(3), begun(1), silence(9), word, silence(3))
    hold(room, coach, ears=ears, danger=lambda text: float("die" in text))
    assert coach.told == ["I want to die."]
    assert len(room.played) == 1


def test_who_denies_what_was_asked_back_is_asked_to_say_it_again(say: Say, hold: Held) -> None:
    ears = Ears(Heard("I went to dye.", (), sure=False), Heard("No."), Heard("I went home."))
    coach = Coach()
    word = say("I went today.")
    hold(
        Room(
            word,
            silence(3),
            begun(1),
            silence(9),
            word,
            silence(3),
            begun(2),
            silence(9),
            word,
            silence(3),
        ),
        coach,
        ears=ears,
    )
    assert coach.told == ["I went home."]


class Paces:
    """A voice that tells how fast it is to speak."""

    def __init__(self) -> None:
        self.asked: list[float] = []

    def say(self, text: str, *, speed: float = 1.0) -> Iterator[Sound]:
        del text
        self.asked.append(speed)
        yield silence(0.1)


def test_a_crisis_is_met_slower(say: Say, hold: Held) -> None:
    voice = Paces()
    coach = Coach(replied("I hear you.", risk=Risk(level="crisis", categories=("suicide",))))
    hold(Room(say("I went home."), silence(3), begun(1), silence(1)), coach, voice=voice)
    assert voice.asked[0] < 1


def test_where_nobody_speaks_it_ends(hold: Held) -> None:
    def never(_room: Room) -> bool:
        return False

    hold(Room(never), Coach())


class Mute:
    """A voice that fails."""

    def say(self, text: str, *, speed: float = 1.0) -> Iterator[Sound]:
        raise VoiceError("It cannot speak at present.")
        yield silence(len(text) * speed)


def test_a_voice_that_fails_ends_the_talk_with_one_line(say: Say, hold: Held) -> None:
    room = Room(say("I went home."), silence(3))
    with pytest.raises(VoiceError, match="cannot speak"):
        hold(room, Coach(replied()), voice=Mute())
