"""Open whoever hears and whoever speaks, by the settings; say what is missing.

Flow: `Settings` -> here -> a `Transcriber` and a `Speaker` for the page and the command line.
"""

from coach.errors import VoiceMissingError
from coach.settings import Settings
from coach.voice import hibari
from coach.voice.contracts import Speaker, Transcriber
from coach.voice.weights import HOW_TO_INSTALL, HOW_TO_INSTALL_PIPER, installed

__all__ = ["missing_for_hearing", "missing_for_speaking", "open_speaker", "open_transcriber"]

EMBEDDED, OFF = "embedded", "off"
TURNED_OFF = "This part of the voice is turned off here."
HEARING = ("faster_whisper", "ctranslate2", "av", "onnxruntime")
SPEAKING = ("hibari", "onnxruntime")
SPEAKING_WITH_PIPER = ("piper", "onnxruntime")


def missing_for_hearing(settings: Settings) -> str:
    """Return in one line why nothing can be heard here; empty if something can.

    Nothing is loaded to find out.
    """
    if settings.transcriber == OFF:
        return TURNED_OFF
    if installed(*HEARING):
        return ""
    return f"To talk with it, install the voice: {HOW_TO_INSTALL}."


def missing_for_speaking(settings: Settings) -> str:
    """Return in one line why nothing can be said aloud here; empty if something can."""
    if settings.speaker == OFF:
        return TURNED_OFF
    if settings.speaker != EMBEDDED:
        return ""
    if settings.speaker_model in hibari.VOICES:
        needed, how = SPEAKING, HOW_TO_INSTALL
    else:
        needed, how = SPEAKING_WITH_PIPER, HOW_TO_INSTALL_PIPER
    return "" if installed(*needed) else f"To hear it speak, install the voice: {how}."


def open_transcriber(settings: Settings) -> Transcriber:
    """Return whoever hears, ready to listen.

    Raises:
        VoiceMissingError: The extra is not installed, or hearing is turned off.
        VoiceError: The model is altered or broken.
    """
    if why := missing_for_hearing(settings):
        raise VoiceMissingError(why)
    if settings.transcriber == EMBEDDED:
        from coach.voice.whisper import WhisperTranscriber

        return WhisperTranscriber(
            settings.transcriber_model, language=settings.transcriber_language
        )
    from coach.voice.server import ServerTranscriber

    return ServerTranscriber(
        settings.transcriber,
        settings.transcriber_model,
        language=settings.transcriber_language,
        key=settings.speech_api_key.get_secret_value(),
    )


def open_speaker(settings: Settings) -> Speaker:
    """Return whoever speaks, ready to.

    Raises:
        VoiceMissingError: The extra is not installed, or speaking is turned off.
        VoiceError: The voice is altered or broken.
    """
    if why := missing_for_speaking(settings):
        raise VoiceMissingError(why)
    if settings.speaker == EMBEDDED and settings.speaker_model in hibari.VOICES:
        return hibari.HibariSpeaker(settings.speaker_model)
    if settings.speaker == EMBEDDED:
        from coach.voice.piper import PiperSpeaker

        return PiperSpeaker(settings.speaker_model)
    from coach.voice.server import ServerSpeaker

    return ServerSpeaker(
        settings.speaker,
        settings.speaker_model,
        voice=settings.speaker_voice,
        key=settings.speech_api_key.get_secret_value(),
    )
