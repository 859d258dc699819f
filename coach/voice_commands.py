"""The commands that hear and speak: `coach listen`, `coach say`, `coach eval voice`.

Flow: arguments -> here -> `voice.engines`, `evaluation.voice`.  Registered by `cli`.
"""

import json
import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from coach.errors import InputError
from coach.settings import PROJECT_ROOT, Settings

__all__ = ["eval_voice", "listen", "register", "say"]


def register(app: typer.Typer, eval_app: typer.Typer) -> None:
    """Add the commands to the command line, and to `coach eval`."""
    app.command()(listen)
    app.command()(say)
    eval_app.command("voice")(eval_voice)


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
    import numpy as np

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


def eval_voice(
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
    report: Annotated[
        Path | None, typer.Option(help="Write a Markdown report to this file.", dir_okay=False)
    ] = None,
    evals: Annotated[
        Path, typer.Option(help="Folder with voice/ and thresholds.toml.", show_default=False)
    ] = PROJECT_ROOT / "evals",
) -> None:
    """Measure hearing and speaking on the recordings of evals/voice/, and hold the gates.

    Takes some minutes.  Ends with 1, and a line for each, when figures are beyond their gates.
    """
    from rich.console import Console

    from coach.evaluation import voice_report as shown
    from coach.evaluation.gates import breaches, load_gates
    from coach.evaluation.report import provenance
    from coach.evaluation.voice import measure_voice

    if report and not report.absolute().parent.is_dir():
        raise InputError(f"--report {report}: there is no folder {report.parent}.")
    gates = load_gates(evals / "thresholds.toml")
    err = Console(stderr=True, highlight=False, emoji=False, soft_wrap=True)
    with err.status("voice") as status:
        measured = measure_voice(
            Settings.load(),
            evals / "voice",
            progress=lambda name, done, total: status.update(f"{name} {done} of {total}"),
        )
    beyond = breaches(gates, {shown.TABLE: measured.values})
    made = provenance(shlex.join(["coach", *sys.argv[1:]]), shown.VOICE_PACKAGES)
    if report:
        text = shown.voice_as_markdown(measured, gates, beyond, made)
        report.write_text(text, encoding="utf-8")
    if as_json:
        whole = shown.voice_as_json(measured, beyond, made)
        typer.echo(json.dumps(whole, ensure_ascii=False, indent=1))
    else:
        Console(highlight=False, emoji=False).print(shown.voice_table(measured, gates))
    for breach in beyond:
        err.print(str(breach), markup=False)
    if beyond:
        raise typer.Exit(1)
