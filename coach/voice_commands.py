"""The commands that hear and speak: `coach listen`, `say`, `chat --voice`, `eval voice`.

Flow: arguments -> here -> `voice.engines`, `voice.talk`, `evaluation.voice`.  Registered by `cli`.
"""

import json
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, Any

import typer

from coach.errors import InputError
from coach.schema import Reply
from coach.settings import PROJECT_ROOT, Settings

__all__ = ["eval_voice", "listen", "register", "say", "spoken_talk"]


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


Answer = Callable[[str], Reply | None]
"""Gives and shows the reply to what somebody said; None if there is none."""


@contextmanager
def spoken_talk(settings: Settings) -> Iterator[Callable[[Any, Answer], None]]:
    """Open the sound card, the ears and the voice; yield what talks by them until it is over.

    Raises:
        VoiceError: One of them is missing, or fails.
    """
    from coach.voice.contracts import danger_by
    from coach.voice.engines import open_speaker, open_transcriber
    from coach.voice.soundcard import open_sound_card
    from coach.voice.talk import Phrases, Talk, Voice
    from coach.web.wording import load_strings

    said = load_strings().talking
    phrases = Phrases(
        ask_back=said.ask_back,
        ask_again=said.ask_again,
        pause_next=said.pause_next,
        yes=frozenset(said.said_yes),
        no=frozenset(said.said_no),
    )
    with open_sound_card() as (microphone, loudspeaker):
        voice = Voice(microphone, loudspeaker, open_transcriber(settings), open_speaker(settings))

        def talk(conversation: Any, answer: Answer) -> None:
            def shown(words: str) -> Reply | None:
                typer.echo(f"\n> {words}")
                return answer(words)

            danger = danger_by(conversation.reply)
            longest = settings.max_speech_seconds
            with suppress(KeyboardInterrupt):
                Talk(voice, phrases, answer=shown, danger=danger, longest=longest).run()

        yield talk


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
