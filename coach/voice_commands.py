"""The commands that hear and speak: `coach listen`, `coach say`.

Flow: arguments -> here -> `voice.engines`.  Registered by `cli`.
"""

import json
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from coach.errors import InputError
from coach.settings import Settings

__all__ = ["listen", "register", "say"]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(listen)
    app.command()(say)


def listen(
    recording: Annotated[
        Path,
        typer.Argument(
            help="A recording: WAV, MP3, OGG, FLAC, WebM or MP4.",
            metavar="FILE",
            exists=True,
            dir_okay=False,
        ),
    ],
    as_json: Annotated[
        bool, typer.Option("--json", help="Print what else it may have been, too.")
    ] = False,
) -> None:
    """Print what is said in a recording; an empty line where nothing is."""
    from coach.voice.audio import read_audio
    from coach.voice.engines import open_transcriber

    settings = Settings.load()
    transcriber = open_transcriber(settings)
    sound = read_audio(recording.read_bytes(), longest=settings.max_speech_seconds)
    heard = transcriber.hear(sound)
    if as_json:
        found = {
            "text": heard.text,
            "alternatives": heard.alternatives,
            "sure": heard.sure,
            "seconds": round(sound.seconds, 3),
        }
        typer.echo(json.dumps(found, ensure_ascii=False))
    else:
        typer.echo(heard.text)


def say(
    text: Annotated[str, typer.Argument(help="What to say; Markdown is not read out.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The WAV file to write.", dir_okay=False)
    ],
    speed: Annotated[
        float, typer.Option(help="Half as fast as usual to twice.", min=0.5, max=2.0)
    ] = 1.0,
) -> None:
    """Say a text aloud, as the page would, into a WAV file."""
    from coach.voice.audio import as_wav
    from coach.voice.contracts import Sound
    from coach.voice.engines import open_speaker
    from coach.voice.spoken import spoken_text

    pieces = list(open_speaker(Settings.load()).say(spoken_text(text), speed=speed))
    if not pieces:
        raise InputError("There is nothing in this text that can be said aloud.")
    whole = Sound(np.concatenate([piece.samples for piece in pieces]), pieces[0].rate)
    output.write_bytes(as_wav(whole))
    typer.echo(f"{output}: {whole.seconds:.1f} seconds")
