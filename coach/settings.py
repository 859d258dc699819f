"""The settings of one running coach, read once from the environment and `.env`.

Every name begins with `COACH_`. A name that does not exist is an error rather
than ignored, so that a typing mistake is found at start.
"""

import os
import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from coach.errors import SettingsError

__all__ = ["PROJECT_ROOT", "Settings"]

PROJECT_ROOT = Path(__file__).resolve().parent.parent
PREFIX = "COACH_"
ORIGIN = r"https?://[A-Za-z0-9.\[\]:-]+"
SECRETS = ("_KEY", "_PASSWORD")
SPEECH_PART = r"^(embedded|off|https?://\S+)$"


class Settings(BaseSettings):
    """Where things are, which models embed and draft, and how far the coach lets people go."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    corpus_dir: Path = PROJECT_ROOT / "corpus"
    """The folder with articles, practices, helplines and the coach's words."""

    index_dir: Path = PROJECT_ROOT / "index"
    """The folder that `coach index build` fills."""

    embedding_model: str = "all-mpnet-base-v2"
    """The packaged weights, or any sentence-transformers name or folder."""

    embedding_url: str | None = Field(default=None, pattern=r"^https?://[^\s@?#]+$")
    """A server with OpenAI's `/embeddings`, such as http://127.0.0.1:8080/v1, that embeds what is
    searched for with `embedding_model`; it then gets what people ask."""

    embedding_key: SecretStr | None = None
    """The key of that server, if it wants one."""

    embedding_seconds: float = Field(default=3.0, gt=0, le=60)
    """How long that server may take; search goes by words alone then."""

    chroma_url: str | None = Field(default=None, pattern=r"^https?://[^\s/@?#]+/?$")
    """A Chroma server that shares the index between replicas, such as https://chroma:8443."""

    chroma_token: SecretStr | None = None
    """Sent to that server as `Authorization: Bearer`, if whatever guards it wants one."""

    chroma_seconds: float = Field(default=3.0, gt=0, le=60)
    """How long that server may take over one answer; the index on disk is opened then."""

    relevance_floor: float = Field(default=0.32, ge=-1, le=1)
    """The cosine under which a passage does not answer a question."""

    max_message_chars: int = Field(default=8_000, ge=100, le=100_000)
    """The longest message that the coach answers, in characters."""

    max_messages: int = Field(default=400, ge=2, le=10_000)
    """The most messages of one conversation, both sides counted."""

    site: Path | None = None
    """The file with the author's name, words and colours; `site.toml` where none is named."""

    region: str | None = Field(default=None, pattern="^[A-Z]{2}$")
    """The country whose helplines are shown when a visitor's is unknown (ISO 3166-1)."""

    model: str | None = Field(default=None, pattern=r"^[a-z0-9_]+:\S+$")
    """The language model that drafts, as `provider:name`; the composer alone where none is set."""

    model_url: str | None = Field(default=None, pattern=r"^https?://\S+$")
    """The address of the model's server, where it is not the provider's own."""

    model_key: SecretStr | None = None
    """The key for the model's server, if it wants one."""

    model_temperature: float = Field(default=0.2, ge=0, le=2)
    """How freely the model chooses its words."""

    model_max_tokens: int = Field(default=400, ge=16, le=8_192)
    """The most tokens of one reply of the model."""

    model_first_seconds: float = Field(default=6.0, gt=0, le=300)
    """How long a visitor waits for the model's first sentence before the composer answers."""

    model_seconds: float = Field(default=20.0, gt=0, le=300)
    """How long the model may take for a whole reply; what is missing then, the composer says."""

    model_retries: int = Field(default=1, ge=0, le=5)
    """How often a request that failed before its first word is made again."""

    import_private_addresses: bool = False
    """Whether `coach import` may fetch addresses of this machine and its network."""

    transcriber: str = Field(default="embedded", pattern=SPEECH_PART)
    """Who hears: `embedded`, `off`, or the address of a server with OpenAI's speech API,
    such as http://127.0.0.1:8000/v1; that server then gets what people say."""

    transcriber_model: str = "tiny.en"
    """Embedded: `tiny.en`, `base` (many languages) or a CTranslate2 folder; else the server's."""

    transcriber_language: str = Field(default="en", pattern="^[a-z]{2,3}$")
    """The language that people speak (ISO 639)."""

    speaker: str = Field(default="embedded", pattern=SPEECH_PART)
    """Who speaks: `embedded`, `off`, or the address of a server with OpenAI's speech API."""

    speaker_model: str = "heart"
    """Embedded: `heart`; or with the extra `piper` its `joe`, or the .onnx file of a voice; else
    the server's model."""

    speaker_voice: str = "alloy"
    """The voice of a speech server; a Piper voice has no other."""

    speech_api_key: SecretStr = SecretStr("unused")
    """The key of a speech server, where it wants one."""

    max_speech_seconds: int = Field(default=180, ge=10, le=1_800)
    """The longest recording, and the longest spoken turn, that is listened to."""

    host: str = "127.0.0.1"
    """The address that the page listens on; loopback unless told otherwise."""

    port: int = Field(default=7860, ge=0, le=65_535)
    """The port that the page listens on."""

    turns_at_once: int = Field(default=16, ge=1, le=256)
    """Turns that run at once; who comes then waits for one."""

    turns_waiting: int = Field(default=64, ge=0, le=10_000)
    """People who may wait for a turn; the next is asked to come back."""

    turns_per_minute: int = Field(default=60, ge=1, le=100_000)
    """Turns and recordings of one client in a minute."""

    limit_this_machine: bool = False
    """Whether `turns_per_minute` holds for this machine itself, too."""

    preview_password: SecretStr | None = Field(default=None, min_length=8)
    """What everything but help, helplines and /healthz asks for, where it is set."""

    cors_origins: Annotated[tuple[str, ...], NoDecode] = ()
    """Sites whose pages may ask the API, such as https://example.org; several with commas."""

    metrics_anywhere: bool = False
    """Whether /metrics answers others than this machine."""

    log_level: Literal["debug", "info", "warning", "error"] = "warning"
    """What the coach's own parts log: `info` adds how long each turn took."""

    log_format: Literal["auto", "json", "plain"] = "auto"
    """How: `auto` is plain on a terminal and JSON elsewhere."""

    @property
    def encoders_dir(self) -> Path:
        """The folder beside the index that keeps the exported encoders."""
        return self.index_dir / "encoders"

    @property
    def learnt_dir(self) -> Path:
        """The folder beside the index that keeps what was learnt from examples."""
        return self.index_dir / "learnt"

    @field_validator("region", mode="before")
    @classmethod
    def _upper(cls, region: object) -> object:
        return region.upper() if isinstance(region, str) and len(region) == len("GB") else region

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _origins(cls, given: object) -> object:
        origins = given.split(",") if isinstance(given, str) else given
        if isinstance(origins, list):
            origins = tuple(origin.strip().rstrip("/") for origin in origins if origin.strip())
            if not all(re.fullmatch(ORIGIN, origin) for origin in origins):
                raise ValueError("name origins such as https://example.org, with commas between")
        return origins

    @classmethod
    def load(cls, env_file: Path = PROJECT_ROOT / ".env") -> Self:
        """Return the settings of the environment and of `env_file`, if there is one.

        The environment wins over the file.

        Raises:
            SettingsError: A `COACH_*` name is unknown, or a value cannot be used.
        """
        try:
            given = {**dotenv_values(env_file), **os.environ}
        except (OSError, UnicodeDecodeError):
            raise SettingsError(f"{env_file} cannot be read; save it as UTF-8 text.") from None
        ours: dict[str, Any] = {
            name.upper().removeprefix(PREFIX).lower(): value
            for name, value in given.items()
            if name.upper().startswith(PREFIX) and value is not None
        }
        unknown = sorted(ours.keys() - cls.model_fields.keys())
        if unknown:
            known = ", ".join(sorted(f"{PREFIX}{name.upper()}" for name in cls.model_fields))
            raise SettingsError(
                f"Unknown setting {PREFIX}{unknown[0].upper()}. The settings are: {known}."
            )
        try:
            return cls(**ours)
        except ValidationError as error:
            first = error.errors()[0]
            name = f"{PREFIX}{str(first['loc'][0]).upper()}"
            is_secret = name.endswith(SECRETS)
            given_value = "" if is_secret else f" (it is {first['input']!r})"
            raise SettingsError(f"{name}: {first['msg']}{given_value}.") from None
