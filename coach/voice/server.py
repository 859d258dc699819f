"""Hear and speak by a server with OpenAI's speech API, wherever it is.

Flow: `Sound` -> `POST …/audio/transcriptions` -> `Heard`; words -> `POST …/audio/speech` ->
`Sound`.  Such a server gets what people say: choose one of your own.
"""

from collections.abc import Iterator
from typing import Any

import requests

from coach.errors import VoiceError
from coach.voice.activity import spans_of_voice
from coach.voice.audio import as_wav, from_wav
from coach.voice.contracts import Heard, Sound
from coach.voice.spoken import sentences

__all__ = ["ServerSpeaker", "ServerTranscriber"]

TIMEOUT = (5.0, 60.0)
"""Seconds: until it is reached, and until it says something."""
MADE_UP_UNDER, UNSURE_UNDER = -1.0, -0.6
"""Mean log probabilities a token, as in `whisper`."""


class SpeechServer:
    """The server and what it is told each time."""

    def __init__(self, address: str, model: str, key: str) -> None:
        """Remember where it is; nothing is sent yet."""
        self.address = address.rstrip("/")
        self.model = model
        self._headers = {"Authorization": f"Bearer {key}"}

    def post(self, path: str, **body: Any) -> requests.Response:
        """Return its answer.

        Raises:
            VoiceError: It cannot be reached, is too slow, or refuses; without what was sent.
        """
        try:
            answer = requests.post(
                f"{self.address}{path}",
                headers=self._headers,
                timeout=TIMEOUT,
                allow_redirects=False,
                **body,
            )
        except requests.Timeout:
            raise VoiceError(f"The speech server {self.address} is too slow.") from None
        except requests.RequestException:
            raise VoiceError(f"The speech server {self.address} cannot be reached.") from None
        if answer.status_code != requests.codes.ok:
            raise VoiceError(
                f"The speech server {self.address} answered {answer.status_code} to {path}."
            )
        return answer


class ServerTranscriber:
    """A `Transcriber` that asks a server."""

    def __init__(self, address: str, model: str, *, language: str, key: str) -> None:
        """Remember whom to ask for what.

        Args:
            address: Of its API, such as `http://127.0.0.1:8000/v1`.
            model: What the server calls the model.
            language: ISO 639 code.
            key: What the server knows us by; many want none.
        """
        self._server = SpeechServer(address, model, key)
        self._language = language

    def hear(self, sound: Sound) -> Heard:
        """Return what was said; a sound without voice is not sent.  See `Transcriber`."""
        spans = spans_of_voice(sound)
        if not spans:
            return Heard()
        voiced = Sound(sound.samples[spans[0][0] : spans[-1][1]], sound.rate)
        answer = self._server.post(
            "/audio/transcriptions",
            files={"file": ("speech.wav", as_wav(voiced), "audio/wav")},
            data={
                "model": self._server.model,
                "language": self._language,
                "response_format": "verbose_json",
            },
        )
        try:
            said = answer.json()
            text = str(said["text"]).strip()
            scores = [
                float(segment["avg_logprob"])
                for segment in said.get("segments") or ()
                if segment.get("avg_logprob") is not None
            ]
        except (ValueError, KeyError, TypeError, AttributeError):
            raise VoiceError(
                f"The speech server {self._server.address} answered in a form that is not OpenAI's."
            ) from None
        worst = min(scores, default=0.0)
        return Heard() if worst < MADE_UP_UNDER else Heard(text, (), worst >= UNSURE_UNDER)


class ServerSpeaker:
    """A `Speaker` that asks a server, a sentence at a time."""

    def __init__(self, address: str, model: str, *, voice: str, key: str) -> None:
        """Remember whom to ask for what.

        Args:
            address: Of its API, such as `http://127.0.0.1:8000/v1`.
            model: What the server calls the model.
            voice: What the server calls the voice.
            key: What the server knows us by; many want none.
        """
        self._server = SpeechServer(address, model, key)
        self._voice = voice

    def say(self, text: str, *, speed: float = 1.0) -> Iterator[Sound]:
        """Yield the text aloud, a sentence at a time; see `Speaker`."""
        for sentence in sentences(text):
            answer = self._server.post(
                "/audio/speech",
                json={
                    "model": self._server.model,
                    "voice": self._voice,
                    "input": sentence,
                    "response_format": "wav",
                    "speed": speed,
                },
            )
            try:
                yield from_wav(answer.content)
            except ValueError:
                raise VoiceError(
                    f"The speech server {self._server.address} sent no 16-bit WAV."
                ) from None
