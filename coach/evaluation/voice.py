"""The ears and the voice, measured on real recordings, on noise, and against each other.

Flow: `evals/voice/` and the corpus -> here -> `evaluation.gates`, `evaluation.voice_report`.
Whoever hears and speaks by the settings is measured.  Everything random has a seed.
"""

import itertools
import json
import re
import resource
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
import yaml

from coach.errors import CoachError
from coach.evaluation.words import WordErrors, digits_of, word_errors
from coach.library import load_corpus
from coach.sentences import sentences
from coach.settings import Settings
from coach.voice.audio import for_hearing, read_audio
from coach.voice.contracts import HEARING_RATE, Heard, Samples, Sound, Speaker, Transcriber
from coach.voice.engines import open_speaker, open_transcriber
from coach.voice.listening import Listening
from coach.voice.spoken import spoken_text

__all__ = ["Clip", "Figure", "VoiceMeasured", "load_clips", "measure_voice", "say"]

SEED = 20_261_126
RESAMPLES = 1_000
SIGNAL_TO_NOISE = 10.0
"""Decibels of the noisy copies."""
SENTENCES = 100
CROWD = 10
SLOWER = 0.85
"""The speed at which a number is said in the crisis path."""
BLOCK = HEARING_RATE // 20
LONGEST = 600.0

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Clip:
    """A recording with what is said in it."""

    id: str
    source: str
    text: str
    sound: Sound


@dataclass(frozen=True)
class Figure:
    """One figure, what it is of, and where it may lie."""

    value: float
    of: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class VoiceMeasured:
    """Everything that was measured."""

    figures: dict[str, Figure]
    by_source: dict[str, Figure] = field(default_factory=dict)
    misheard: tuple[tuple[str, str], ...] = ()
    """The sentences of the round trip that came back otherwise, with what was heard."""
    wrong_numbers: tuple[tuple[str, str], ...] = ()

    @property
    def values(self) -> dict[str, float]:
        """The figures' values, as gates take them."""
        return {name: figure.value for name, figure in self.figures.items()}


def measure_voice(
    settings: Settings, folder: Path, *, progress: Progress = lambda *_: None
) -> VoiceMeasured:
    """Return what hearing and speaking are like.

    Args:
        settings: Who hears and speaks, and the corpus whose sentences are said.
        folder: `evals/voice/`.
        progress: Called with what is done, how far it is, and how much there is.

    Raises:
        VoiceError: Somebody is missing or fails.
        CoachError: The set is not there.
    """
    clips = load_clips(folder)
    memory = _megabytes()
    transcriber, speaker = open_transcriber(settings), open_speaker(settings)
    _ = transcriber.hear(clips[0].sound), list(speaker.say("Hello there."))
    loaded = _megabytes() - memory

    def heard_all(name: str, sounds: Sequence[Sound]) -> list[Heard]:
        heard = []
        for done, sound in enumerate(sounds):
            progress(name, done, len(sounds))
            heard.append(transcriber.hear(sound))
        return heard

    sounds = [clip.sound for clip in clips]
    cpu = process_time()
    clean = _errors(clips, heard_all("recordings", sounds))
    hearing = (process_time() - cpu) / sum(sound.seconds for sound in sounds)
    chance = np.random.default_rng(SEED)
    noisy = _errors(clips, heard_all("noise", [with_noise(sound, chance) for sound in sounds]))
    empty = dict(nothing_said())
    invented = [len(one.text.split()) for one in heard_all("nothing said", list(empty.values()))]

    said = coach_sentences(settings, SENTENCES)
    cpu = process_time()
    aloud = [say(speaker, text) for text in said]
    speaking = (process_time() - cpu) / sum(sound.seconds for sound in aloud)
    back = heard_all("round trip", aloud)
    trip = [word_errors(spoken_text(t), h.text) for t, h in zip(said, back, strict=True)]

    numbers = helpline_numbers(settings)
    calls = [say(speaker, f"You can call {number} now.", speed=SLOWER) for number in numbers]
    dialled = heard_all("numbers", calls)
    wrong = [
        (number, heard.text)
        for number, heard in zip(numbers, dialled, strict=True)
        if digits_of(heard.text) != re.sub(r"\D", "", number)
    ]
    ratio = first_sound_ratio(transcriber, speaker, [c.sound for c in clips if c.sound.seconds > 2])
    failed, waited = crowd(transcriber, speaker, sounds[:CROWD])
    sources = itertools.groupby(range(len(clips)), key=lambda at: clips[at].source)
    minutes = sum(sound.seconds for sound in empty.values()) / 60
    return VoiceMeasured(
        {
            "word_error_rate": _rate(clean),
            "noisy_word_error_rate": _rate(noisy),
            "false_words": Figure(float(sum(invented)), f"{minutes:.1f} minutes without a word"),
            "round_trip_word_error_rate": _rate(trip),
            "wrong_numbers": Figure(float(len(wrong)), f"{len(numbers)} helplines"),
            "hearing_cpu_ratio": Figure(hearing, "CPU seconds a second of sound"),
            "speaking_cpu_ratio": Figure(speaking, "CPU seconds a second of sound"),
            "first_sound_ratio": ratio,
            "failed_of_ten": Figure(float(failed), f"{CROWD} at once, each heard and answered"),
            "slowest_of_ten_ratio": Figure(waited, "to one person alone"),
            "memory_megabytes": Figure(loaded, "more than before, both models loaded and used"),
        },
        {source: _rate([clean[at] for at in group]) for source, group in sources},
        tuple(
            (text, heard.text)
            for text, heard, errors in zip(said, back, trip, strict=True)
            if errors.errors
        ),
        tuple(wrong),
    )


def load_clips(folder: Path) -> list[Clip]:
    """Return the recordings of a folder, in the order of its `clips.jsonl`.

    Raises:
        CoachError: The list or a recording is not there.
    """
    clips = []
    try:
        for line in (folder / "clips.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            recording = (folder / "clips" / f"{row['id']}.flac").read_bytes()
            clips.append(Clip(**row, sound=read_audio(recording, longest=LONGEST)))
    except FileNotFoundError as error:
        raise CoachError(
            f"{error.filename} is not there; evals/voice/README.md says why."
        ) from None
    return clips


def with_noise(sound: Sound, chance: np.random.Generator) -> Sound:
    """Return a sound with pink noise under it, `SIGNAL_TO_NOISE` softer."""
    noise = pink(len(sound.samples), chance)
    power = float(np.mean(np.square(sound.samples)))
    scale = np.sqrt(power / 10 ** (SIGNAL_TO_NOISE / 10) / np.mean(np.square(noise)))
    mixed = sound.samples + np.float32(scale) * noise
    return Sound((mixed / max(1.0, float(np.abs(mixed).max()))).astype(np.float32), sound.rate)


def pink(length: int, chance: np.random.Generator) -> Samples:
    """Return noise whose power falls with the pitch, as that of rooms and streets does."""
    spectrum = np.fft.rfft(chance.normal(size=length))
    spectrum /= np.sqrt(np.maximum(np.arange(len(spectrum)), 1))
    return np.fft.irfft(spectrum, length).astype(np.float32)


def nothing_said() -> Iterator[tuple[str, Sound]]:
    """Yield sounds in which nobody says a word: silence, noises, hum, music, knocks."""
    chance = np.random.default_rng(SEED)
    length = 20 * HEARING_RATE
    time = np.arange(length) / HEARING_RATE
    yield "silence", Sound(np.zeros(length, np.float32), HEARING_RATE)
    for loud in (0.01, 0.1):
        white = chance.normal(0, loud, length).astype(np.float32)
        yield f"white noise {loud}", Sound(white, HEARING_RATE)
        coloured = pink(length, chance)
        coloured *= np.float32(loud / np.std(coloured))
        yield f"pink noise {loud}", Sound(coloured, HEARING_RATE)
    hum = sum(0.1 / n * np.sin(2 * np.pi * 50 * n * time) for n in range(1, 6))
    yield "mains hum", Sound(np.asarray(hum, np.float32), HEARING_RATE)
    chords = ((220, 277, 330), (196, 247, 294), (175, 220, 262), (165, 208, 247))
    for shape in (1.0, 4.0):
        music = np.zeros(length)
        for beat in range(40):
            at = slice(beat * length // 40, (beat + 1) * length // 40)
            fade = np.exp(-shape * (time[at] - time[at][0]))
            notes = chords[beat // 4 % 4]
            music[at] = sum(np.sin(2 * np.pi * n * time[at]) * fade for n in notes)
        yield f"music {shape}", Sound((0.15 * music).astype(np.float32), HEARING_RATE)
    knocks = np.zeros(length, np.float32)
    for at in chance.integers(0, length - 800, 60):
        knocks[at : at + 800] += chance.normal(0, 0.4, 800) * np.exp(-np.arange(800) / 120)
    yield "knocks", Sound(knocks, HEARING_RATE)


def coach_sentences(settings: Settings, count: int) -> list[str]:
    """Return sentences that the coach says, of 5 to 20 words, drawn with a seed.

    Half are of the corpus, half of `voice.yaml`.
    """
    corpus = load_corpus(settings.corpus_dir)
    text = "\n".join(s.text for document in corpus.documents for s in document.sections)
    voice = yaml.safe_load((settings.corpus_dir / "voice.yaml").read_text(encoding="utf-8"))
    pools = (_sentences(text.split("\n")), _sentences(_strings(voice)))
    chance = np.random.default_rng(SEED)
    return [
        pool[at] for pool in pools for at in chance.choice(len(pool), count // 2, replace=False)
    ]


def helpline_numbers(settings: Settings) -> list[str]:
    """Return every number that `helplines.json` gives to call or to text."""
    entries = json.loads((settings.corpus_dir / "helplines.json").read_text(encoding="utf-8"))
    given = (entry.get(way, "") for entry in entries for way in ("call", "text"))
    return sorted({number for one in given if (number := re.sub(r"[^\d +]", "", one).strip())})


def say(speaker: Speaker, text: str, *, speed: float = 1.0) -> Sound:
    """Return a written text said aloud, as it reaches an ear."""
    pieces = list(speaker.say(spoken_text(text), speed=speed))
    whole = np.concatenate([piece.samples for piece in pieces])
    return for_hearing(Sound(whole, pieces[0].rate))


def first_sound_ratio(
    transcriber: Transcriber, speaker: Speaker, sounds: Sequence[Sound]
) -> Figure:
    """Return how long the first sound of an answer takes after the end of speech.

    It is the median, over recordings that end with the last word, against transcribing the
    whole recording and synthesising the first sentence.  The coach's own time in between
    is left out of both.
    """
    answer = "It is good that you said it."
    ratios = []
    for sound in sounds:
        listening = Listening("hold", HEARING_RATE, longest=LONGEST)
        for at in range(0, len(sound.samples), BLOCK):
            listening.feed(sound.samples[at : at + BLOCK])
            if draft := listening.draft():
                listening.take(draft, transcriber.hear(draft.sound))
        begun = perf_counter()
        listening.end()
        if draft := listening.draft():
            listening.take(draft, transcriber.hear(draft.sound))
        listening.finished()
        next(iter(speaker.say(answer)))
        streamed = perf_counter() - begun
        begun = perf_counter()
        transcriber.hear(sound)
        next(iter(speaker.say(answer)))
        ratios.append(streamed / (perf_counter() - begun))
    low, high = np.quantile(ratios, (0.05, 0.95))
    return Figure(float(np.median(ratios)), f"median of {len(ratios)}", float(low), float(high))


def crowd(transcriber: Transcriber, speaker: Speaker, sounds: Sequence[Sound]) -> tuple[int, float]:
    """Return how many of ten who talk at once fail, and how long the slowest takes.

    The latter is a multiple of what one person alone waits.
    """

    def talk(sound: Sound) -> float:
        begun = perf_counter()
        transcriber.hear(sound)
        next(iter(speaker.say("It is good that you said it.")))
        return perf_counter() - begun

    alone = float(np.median([talk(sound) for sound in sounds]))
    with ThreadPoolExecutor(len(sounds)) as threads:
        jobs = [threads.submit(talk, sound) for sound in sounds]
    failed = sum(job.exception() is not None for job in jobs)
    return failed, max(job.result() for job in jobs if not job.exception()) / alone


def _errors(clips: Sequence[Clip], heard: Sequence[Heard]) -> list[WordErrors]:
    return [word_errors(c.text, h.text) for c, h in zip(clips, heard, strict=True)]


def _rate(found: Sequence[WordErrors]) -> Figure:
    """Return errors a word over several recordings, with a bootstrap interval over them."""
    errors = np.array([one.errors for one in found])
    words = np.array([one.words for one in found])
    draws = np.random.default_rng(SEED).integers(0, len(found), (RESAMPLES, len(found)))
    rates = errors[draws].sum(axis=1) / words[draws].sum(axis=1)
    low, high = np.quantile(rates, (0.025, 0.975))
    of = f"{errors.sum()} of {words.sum()} words, {len(found)} recordings"
    return Figure(float(errors.sum() / words.sum()), of, float(low), float(high))


def _sentences(lines: Sequence[str]) -> list[str]:
    found = (s for line in lines for s in sentences(line))
    plain = re.compile(r"[A-Z][A-Za-z ,;:'’-]+[.?!]")
    return [s for s in dict.fromkeys(found) if plain.fullmatch(s) and 5 <= len(s.split()) <= 20]


def _strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    return [text for one in value for text in _strings(one)] if isinstance(value, list) else []


def _megabytes() -> float:
    """Return the most memory that this process had so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
