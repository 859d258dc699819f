"""The exceptions that Homeward raises on purpose.

Each message is one line that says what is wrong and what to do about it,
fit to be shown to the person who can mend it.

    CoachError
    ├── SettingsError            a setting is unknown or out of range
    ├── InputError               what a caller sent cannot be answered
    │   ├── MessageTooLongError
    │   └── AudioRefusedError    a recording cannot be listened to
    ├── CorpusError              a file under corpus/ is wrong; carries file and line
    │   └── ImportRefusedError   a file or address cannot become an article
    ├── EmbeddingError           the embedding model is missing, altered or broken
    ├── ModelError               the language model failed, or was too slow
    ├── VoiceError               nothing can be heard, or said aloud
    │   ├── VoiceMissingError    the voice extra is not installed, or was turned off
    │   └── VoiceBusyError       too many people speak at once
    ├── CrowdedError             too many people want a turn at once
    └── UnusableIndexError              the index cannot be answered from
        ├── IndexMissingError
        ├── IndexStaleError      built from another corpus or with another model
        ├── IndexDamagedError
        └── IndexAwayError       the server that holds it cannot be used
"""

from pathlib import Path

__all__ = [
    "AudioRefusedError",
    "CoachError",
    "CorpusError",
    "CrowdedError",
    "EmbeddingError",
    "ImportRefusedError",
    "IndexAwayError",
    "IndexDamagedError",
    "IndexMissingError",
    "IndexStaleError",
    "InputError",
    "MessageTooLongError",
    "ModelError",
    "SettingsError",
    "UnusableIndexError",
    "VoiceBusyError",
    "VoiceError",
    "VoiceMissingError",
]


class CoachError(Exception):
    """Base of every error that Homeward raises on purpose."""


class SettingsError(CoachError):
    """A `COACH_*` setting is unknown or has a value that cannot be used."""


class InputError(CoachError):
    """What a caller sent cannot be answered; the message says why."""


class MessageTooLongError(InputError):
    """A message has more characters than the coach reads at once."""

    def __init__(self, length: int, limit: int) -> None:
        super().__init__(
            f"This message has {length:,} characters; the coach can read {limit:,} at once. "
            "Nothing is lost: please send the part that matters most."
        )


class AudioRefusedError(InputError):
    """A recording is empty, too long, or in no form that can be read."""


class CorpusError(CoachError):
    """A file of the corpus is wrong.

    Attributes:
        path: The file, or the address.
        line: The line, counted from 1, or None where the whole file is meant.
        reason: What is wrong, without the place.
    """

    def __init__(self, path: Path | str, line: int | None, reason: str) -> None:
        self.path = path
        self.line = line
        self.reason = reason
        place = f"{path}:{line}" if line else str(path)
        super().__init__(f"{place}: {reason}")


class ImportRefusedError(CorpusError):
    """A file or an address cannot become an article; the corpus is left as it was."""


class EmbeddingError(CoachError):
    """The embedding model is missing, is not the one that was pinned, or failed."""


class ModelError(CoachError):
    """The language model failed, or was too slow; the message holds nothing of any request."""


class VoiceError(CoachError):
    """Nothing can be heard, or nothing said aloud; the typed talk is not touched by it."""


class VoiceMissingError(VoiceError):
    """The parts that hear or speak are not installed, or were turned off."""


class VoiceBusyError(VoiceError):
    """So many people speak at once that this one would wait too long."""


class CrowdedError(CoachError):
    """So many people want a turn at once that this one would wait too long.

    Attributes:
        place: The place in the line that this one had, or would have had.
        retry_after: Seconds after which to try again.
    """

    def __init__(self, place: int, retry_after: int) -> None:
        self.place = place
        self.retry_after = retry_after
        super().__init__(f"{place} people want a turn; try again in {retry_after} seconds.")

    def told(self, words: str) -> str:
        """Return words in which `{place}` and `{seconds}` are filled in."""
        return words.format(place=self.place, seconds=self.retry_after)


class UnusableIndexError(CoachError):
    """The index cannot be answered from."""


class IndexMissingError(UnusableIndexError):
    """There is no index yet."""


class IndexStaleError(UnusableIndexError):
    """The index was built from another corpus or with another embedding model."""


class IndexDamagedError(UnusableIndexError):
    """The index on disk is not what its manifest says."""


class IndexAwayError(UnusableIndexError):
    """The server that holds the index cannot be reached, refuses, or is left alone for now.

    Attributes:
        passing: Whether asking again at once may help.
    """

    passing = False
