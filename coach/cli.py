"""The command line: `coach ask`, `index`, `corpus`, `import`, `eval`, `serve`, `doctor`, and more.

Flow: arguments -> here -> `dialogue.conversation`, `library`, `evaluation`, `web`.  What a
person can get wrong ends with one line on standard error and exit code 2.
"""

import json
import logging
import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table

from coach import __version__
from coach.errors import CoachError, CorpusError, IndexAwayError, InputError
from coach.report_commands import register as register_report
from coach.schema import Message, Reply
from coach.search_commands import compare_search
from coach.search_commands import register as register_search
from coach.settings import PROJECT_ROOT, Settings
from coach.voice_commands import register, spoken_talk

__all__ = ["app", "main"]

USAGE_ERROR = 2
NAME_WIDTH = 48
NO_PERSON = "An AI coach, no therapist and no emergency service."

app = typer.Typer(
    name="coach",
    help="Homeward: a coach for people who feel lonely, grounded in one author's articles.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
index_app = typer.Typer(help="Build the index, or say what it is.", no_args_is_help=True)
corpus_app = typer.Typer(help="Look after the articles and practices.", no_args_is_help=True)
eval_app = typer.Typer(help="Measure the coach on the held-out sets.", no_args_is_help=True)
app.add_typer(index_app, name="index")
app.add_typer(corpus_app, name="corpus")
app.add_typer(eval_app, name="eval")
register(app, eval_app)
register_search(eval_app)
register_report(eval_app)

out = Console(highlight=False, emoji=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, emoji=False, soft_wrap=True)

Region = Annotated[
    str | None,
    typer.Option(help="Country for helplines, two letters (ISO 3166-1).", metavar="CC"),
]


def main() -> None:
    """Run the command line; every foreseen error is one line and exit code 2."""
    try:
        app()
    except CoachError as error:
        _fail(str(error))
    except (KeyboardInterrupt, BrokenPipeError):
        sys.exit(130)
    except OSError as error:
        _fail(f"{error.filename or 'The disk'}: {error.strerror}.")


@app.callback(invoke_without_command=True)
def root(
    version: Annotated[bool, typer.Option("--version", help="Print the version and end.")] = False,
) -> None:
    """Homeward: a coach for people who feel lonely, grounded in one author's articles."""
    if version:
        out.print(f"homeward {__version__}")
        raise typer.Exit


@app.command()
def ask(
    text: Annotated[str | None, typer.Argument(help="What to say to the coach.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the reply as JSON.")] = False,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help="Read conversations from standard input, a line each.")
    ] = False,
    region: Region = None,
) -> None:
    """Ask one thing, or answer whole conversations from JSON lines.

    A line is {"id": …, "turns": ["first message", "second", …], "region": "GB"}; the answer
    to it is {"id": …, "replies": [reply, …]}, one reply a turn.
    """
    if jsonl == (text is not None):
        _fail('Give either a text or --jsonl: coach ask "I feel alone", coach ask --jsonl < in.')
    region = _checked_region(region)
    conversation = _open(Settings.load())
    if jsonl:
        answered = [_answer_line(conversation, n, line, region) for n, line in _lines(sys.stdin)]
        failed = answered.count(False)
        if failed:
            _fail(f"{failed} line(s) could not be answered; each says why under 'error'.")
        return
    reply = conversation.reply([Message(role="user", content=text or "")], region=region)
    if as_json:
        typer.echo(reply.model_dump_json())
    else:
        _print_reply(reply)


@app.command()
def chat(
    region: Region = None,
    voice: Annotated[
        bool, typer.Option("--voice", help="Talk aloud, by this machine's microphone.")
    ] = False,
) -> None:
    """Talk with the coach in the terminal; an empty line, or Ctrl-D, ends it.

    With --voice it listens and speaks by the sound card; Ctrl-C, or two minutes without a word,
    ends it, and with headphones it can be interrupted.  Nothing of it is kept: the conversation
    lives in this process alone.
    """
    where = _checked_region(region)
    settings = Settings.load()
    messages: list[Message] = []

    def answer(said: str) -> Reply | None:
        messages.append(Message(role="user", content=said))
        try:
            reply: Reply = conversation.reply(messages, region=where)
        except InputError as error:
            messages.pop()
            err.print(str(error), markup=False)
            return None
        messages.append(Message(role="assistant", content=reply.text))
        _print_reply(reply)
        return reply

    if voice:
        with spoken_talk(settings) as talk:
            conversation = _open(settings)
            err.print(f"{NO_PERSON} Ctrl-C ends it. I am listening.")
            talk(conversation, answer)
        return
    conversation = _open(settings)
    err.print(f"{NO_PERSON} An empty line ends it.")
    while said := _typed():
        answer(said)


def _typed() -> str:
    """Return what is typed next; empty at the end."""
    try:
        return input("\n> ").strip()
    except (EOFError, KeyboardInterrupt):
        return ""


@index_app.command("build")
def index_build(
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Embed everything anew and export the encoder again.")
    ] = False,
) -> None:
    """Bring the index up to date; only what changed is embedded again."""
    from coach.dialogue.preparation import prepare

    with _progress() as progress:
        manifest = prepare(Settings.load(), fresh=fresh, progress=_stages(progress))
    out.print(f"{manifest.chunks} chunks indexed; {manifest.embedded} texts embedded anew.")


@index_app.command("status")
def index_status() -> None:
    """Say what the index holds, from when it is, and whether it fits the corpus."""
    from coach.dialogue.preparation import index_staleness
    from coach.index.server import IndexServer
    from coach.index.store import current_build, read_manifest
    from coach.library import load_corpus

    settings = Settings.load()
    corpus = load_corpus(settings.corpus_dir)
    if server := IndexServer.of(settings):
        out.print(f"{'server':15} {server.state(settings.index_dir)}", markup=False)
    manifest = read_manifest(current_build(settings.index_dir))
    for name, value in manifest.model_dump(mode="json").items():
        out.print(f"{name:15} {value}")
    stale = index_staleness(settings, corpus)
    out.print(f"{'state':15} {'stale: ' + stale if stale else 'up to date'}")
    if stale:
        raise typer.Exit(1)


@corpus_app.command("check")
def corpus_check() -> None:
    """List everything that is wrong in the corpus, with file and line."""
    from coach.dialogue.preparation import check_words
    from coach.dialogue.quoting import unquotable
    from coach.library.corpus import read_corpus

    settings = Settings.load()
    corpus, problems = read_corpus(settings.corpus_dir)
    try:
        check_words(settings)
    except CorpusError as error:
        problems.append(error)
    for problem in problems:
        err.print(str(problem), markup=False)
    for document in corpus.documents:
        for rule, words in unquotable(document):
            out.print(f"note: {document.slug}: never quoted ({rule}): {words} …", markup=False)
    if problems:
        raise typer.Exit(1)
    out.print(
        f"{len(corpus.articles)} articles and {len(corpus.practices)} practices are in order."
    )


@corpus_app.command("stats")
def corpus_stats() -> None:
    """Say what the corpus holds: words, topics, what is missing, what stands there twice."""
    from coach.library import load_corpus
    from coach.library.statistics import measure

    stats = measure(load_corpus(Settings.load().corpus_dir))
    shelf = Table("", "documents", "words", "sections", box=None, title_justify="left")
    for name, count in stats.counts.items():
        shelf.add_row(name, f"{count.documents}", f"{count.words:,}", f"{count.sections}")
    out.print(shelf)
    topics = Table("topic", "documents", "sections", "aspects without a section", box=None)
    for topic in stats.topics:
        missing = ", ".join(topic.missing) or "-"
        topics.add_row(topic.id, f"{topic.documents}", f"{topic.sections}", missing)
    out.print()
    out.print(topics)
    for twin in stats.twins:
        out.print(f"\nalike to {twin.alike} %: {twin.one} and {twin.other}", markup=False)
        out.print(f"  {twin.beginning} …", markup=False)
    if not stats.twins:
        out.print("\nNo two paragraphs are nearly the same.")


@corpus_app.command("watch")
def corpus_watch() -> None:
    """Index the corpus whenever it changes; a page that is running answers from it."""
    from watchfiles import watch

    from coach.dialogue.preparation import check_words, prepare
    from coach.library import load_corpus

    settings = Settings.load()
    load_corpus(settings.corpus_dir)
    logging.getLogger("watchfiles").setLevel(logging.ERROR)
    out.print(f"Watching {settings.corpus_dir}; stop with Ctrl-C.", markup=False)
    begun = False
    # The first look comes when nothing has changed for a moment: what changes while the
    # index is brought up to date for the first time is seen too.
    for changes in watch(
        settings.corpus_dir,
        debounce=200,
        step=50,
        rust_timeout=200,
        yield_on_timeout=True,
        raise_interrupt=False,
    ):
        if begun and not changes:
            continue
        begun = True
        try:
            check_words(settings)
            manifest = prepare(settings)
        except IndexAwayError as error:
            err.print(f"{error} The index is built here alone.", markup=False)
        except CoachError as error:
            err.print(f"{error} The index is as it was.", markup=False)
        else:
            out.print(f"{manifest.chunks} chunks indexed; {manifest.embedded} embedded anew.")


@app.command("import")
def import_(
    source: Annotated[
        str, typer.Argument(help="A file, a folder, or the address of a page or feed.")
    ],
    slug: Annotated[
        str | None, typer.Option(help="The article's slug, where there is one article.")
    ] = None,
    author: Annotated[str | None, typer.Option(help="Who wrote it.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done.")] = False,
) -> None:
    """Make articles of posts and index them; the same source again updates them.

    Takes text, Markdown, HTML, RSS and Atom, WordPress exports, DOCX, EPUB and PDF.
    """
    from coach.dialogue.preparation import prepare
    from coach.library import load_corpus
    from coach.library.importing import Fetcher, ImportReport, import_posts

    settings = Settings.load()
    taken = 0
    refused: list[CorpusError] = []
    with _progress() as progress:
        for outcome in import_posts(
            source,
            load_corpus(settings.corpus_dir),
            settings.corpus_dir,
            fetcher=Fetcher(private_addresses=settings.import_private_addresses),
            slug=slug,
            author=author,
            dry_run=dry_run,
            progress=_stages(progress),
        ):
            if isinstance(outcome, ImportReport):
                taken += 1
                _print_import(outcome)
            elif isinstance(outcome, CorpusError):
                refused.append(outcome)
            else:
                out.print(f"left: {outcome.name}: {outcome.reason}", markup=False)
    for error in refused if taken or len(refused) > 1 else ():
        err.print(f"refused: {error}", markup=False)
    if not taken:
        _fail(str(refused[0]) if len(refused) == 1 else "Nothing was imported.")
    if not dry_run:
        with _progress() as progress:
            manifest = prepare(settings, progress=_stages(progress))
        out.print(f"indexed: {manifest.embedded} texts embedded anew")
    if refused:
        raise typer.Exit(1)


def _print_import(report: Any) -> None:
    """Print what an import took of one post, and what it left."""
    from coach.dialogue.quoting import unquotable

    article = report.article
    out.print(f"{report.outcome}: {article.title} ({article.slug})", markup=False)
    out.print(f"  took: {len(article.sections)} sections, {report.words} words", markup=False)
    out.print(f"  topics: {', '.join(article.topics) or 'none found; add some by hand'}")
    for words in report.left_out:
        out.print(f"  left out: {words} …", markup=False)
    for rule, words in unquotable(article):
        out.print(f"  never quoted ({rule}): {words} …", markup=False)


PROVEN_ON = 100
"""One of so many messages proves that an exported encoder agrees with the original."""


@app.command()
def train(
    only: Annotated[
        list[str] | None,
        typer.Argument(
            help="messages, boundaries, harm, answers, sentences, acts, moves, short_answers, "
            "tellings, topics (of the corpus), breaks (where sentences end), fits (which answers "
            "fit where they come near); "
            "all of these if none. adapter: what messages, boundaries and sentences rest on, 40 "
            "minutes; these are due after it. alike: by what messages are likened to what answers "
            "were written for, 20 minutes."
        ),
    ] = None,
    further: Annotated[
        bool,
        typer.Option(
            "--further", help="The adapter goes on from what it knows, to the rows put in since."
        ),
    ] = False,
) -> None:
    """Learn danger, boundaries, bad sentences, acts, moves and the like from `evals/*/train/`.

    For engineers: it writes `coach/*/learnt/` and takes an hour and 13 GB; a minute for sets whose
    rows are the same and where only the adapter has changed.
    """
    from coach.dialogue.conversation import said_alike
    from coach.dialogue.readers import LEARNT_DIR
    from coach.dialogue.topics import TopicReader
    from coach.dialogue.training import SETS as OF_TALKS
    from coach.dialogue.training import adapted_by as told_in_talks
    from coach.dialogue.training import train as learn_talks
    from coach.index.adapter import ADAPTER, ALIKE, Adapter
    from coach.index.adapting import adapt
    from coach.index.embedder import CachingEmbedder
    from coach.index.encoder import SentenceTransformerEmbedder, ensure_encoder
    from coach.index.lessons import read_rows
    from coach.index.likening import liken
    from coach.index.models import PACKAGED, find_model, unpacked
    from coach.library import load_corpus
    from coach.safety.fitting import FITS
    from coach.safety.judged import learn as learn_which_fit
    from coach.safety.reader import SETS
    from coach.safety.training import TRAINING_DIR
    from coach.safety.training import adapted_by as told_in_danger
    from coach.safety.training import train as learn_safety
    from coach.sentences.training import train as learn_breaks

    by_themselves = ("adapter", "alike")
    known = (*by_themselves, *SETS, *OF_TALKS, "topics", "breaks", FITS)
    if unknown := [name for name in only or () if name not in known]:
        _fail(f"There is no training set {unknown[0]!r}; the sets are {', '.join(known)}.")
    settings = Settings.load()
    model, wanted = find_model(PACKAGED), set(only or known[len(by_themselves) :])

    def told(line: str) -> None:
        out.print(line, markup=False)

    of_no_model: dict[str, Callable[..., None]] = {
        "breaks": learn_breaks,
        FITS: partial(learn_which_fit, settings.corpus_dir),
    }
    for name in wanted & of_no_model.keys():
        of_no_model[name](told=told)
    wanted -= of_no_model.keys()
    if not wanted:
        return
    for name in (name for name in by_themselves if name in wanted):
        with unpacked(model) as whole:
            original = SentenceTransformerEmbedder(whole)
        if name == "alike":
            liken(original, said_alike(settings.corpus_dir), ALIKE, told=told)
            continue
        lessons = told_in_danger() | told_in_talks()
        adapt(original, lessons, ADAPTER, further=Adapter.read() if further else None, told=told)
    proof = [row["text"] for row in read_rows(TRAINING_DIR / "messages.jsonl")[::PROVEN_ON]]
    # The encoder holds the adapter's layers, and is exported again after it.
    encoder = CachingEmbedder(ensure_encoder(model, settings.encoders_dir, proof))
    learn_safety(encoder, only=wanted, told=told)
    learn_talks(encoder, only=wanted, told=told)
    if "topics" in wanted:
        told("topics")
        TopicReader(load_corpus(settings.corpus_dir).topics, encoder, LEARNT_DIR)


Stages = Callable[[str, int, int], None]
"""Told what is done, how many of it are, and how many there are."""
AsJson = Annotated[bool, typer.Option("--json", help="Print everything as JSON.")]
ReportFile = Annotated[
    Path | None, typer.Option(help="Write a Markdown report to this file.", dir_okay=False)
]
ShowMisses = Annotated[
    bool,
    typer.Option(
        "--show-misses",
        help="Print the rows that were judged wrong, with their texts; whoever changes the "
        "coach by them has no held-out set any more.",
    ),
]
Evals = Annotated[
    Path, typer.Option(help="Folder with the sets and thresholds.toml.", show_default=False)
]
EVALS = PROJECT_ROOT / "evals"


@eval_app.command("safety")
def eval_safety(
    as_json: AsJson = False,
    report: ReportFile = None,
    show_misses: ShowMisses = False,
    evals: Evals = EVALS,
) -> None:
    """Measure screen, check and boundaries on the sets of evals/safety/, and hold the gates.

    Ends with 1, and a line for each, when figures are beyond their gates in thresholds.toml.
    """
    from coach.evaluation.safety import measure_safety, open_safety

    def measure(progress: Stages) -> list[Any]:
        safety = open_safety(Settings.load())
        return measure_safety(safety, evals / "safety", progress=progress)

    _evaluate(measure, evals, as_json=as_json, report=report, show_misses=show_misses)


@eval_app.command("dialogue")
def eval_dialogue(
    as_json: AsJson = False,
    report: ReportFile = None,
    show_misses: ShowMisses = False,
    evals: Evals = EVALS,
) -> None:
    """Measure what messages are taken for on evals/dialogue/, and hold the gates.

    Ends with 1, and a line for each, when figures are beyond their gates in thresholds.toml.
    """
    from coach.evaluation.dialogue import measure_dialogue

    measure = _with_conversation(measure_dialogue, evals / "dialogue")
    _evaluate(measure, evals, as_json=as_json, report=report, show_misses=show_misses)


@eval_app.command("retrieval")
def eval_retrieval(
    as_json: AsJson = False,
    report: ReportFile = None,
    show_misses: ShowMisses = False,
    evals: Evals = EVALS,
    beir: Annotated[
        Path | None,
        typer.Option(help="Search in this folder of BEIR's format instead.", file_okay=False),
    ] = None,
) -> None:
    """Measure whether the first source is about what was asked, on evals/retrieval/.

    Ends with 1, and a line for each, when figures are beyond their gates in thresholds.toml.
    """
    from coach.evaluation.retrieval import measure_retrieval

    if beir:
        with _progress() as progress:
            return compare_search(beir, _stages(progress))
    measure = _with_conversation(measure_retrieval, evals / "retrieval")
    return _evaluate(measure, evals, as_json=as_json, report=report, show_misses=show_misses)


@eval_app.command("grounding")
def eval_grounding(
    as_json: AsJson = False,
    report: ReportFile = None,
    show_misses: ShowMisses = False,
    evals: Evals = EVALS,
) -> None:
    """Measure how much of what the coach claims stands in the passages that it cites.

    Ends with 1, and a line for each, when figures are beyond their gates in thresholds.toml.
    """
    from coach.evaluation.grounding import measure_grounding

    measure = _with_conversation(measure_grounding, evals / "retrieval")
    _evaluate(measure, evals, as_json=as_json, report=report, show_misses=show_misses)


def _with_conversation(measure: Callable[..., Any], folder: Path) -> Callable[[Stages], list[Any]]:
    """Return what runs a measure of whole replies over the sets of a folder."""

    def run(progress: Stages) -> list[Any]:
        measured = measure(_open(Settings.load()), folder, progress=progress)
        return measured if isinstance(measured, list) else [measured]

    return run


def _evaluate(
    measure: Callable[[Stages], list[Any]],
    evals: Path,
    *,
    as_json: bool,
    report: Path | None,
    show_misses: bool,
) -> None:
    """Measure, show the figures, and end with 1 where one is beyond its gate."""
    from coach.evaluation import report as shown
    from coach.evaluation.gates import breaches, load_gates

    if report and not report.absolute().parent.is_dir():
        _fail(f"--report {report}: there is no folder {report.parent}.")
    gates = load_gates(evals / "thresholds.toml")
    with _progress() as progress:
        measured = measure(_stages(progress))
    names = {one.name for one in measured}
    gates = tuple(gate for gate in gates if gate.table in names)
    beyond = breaches(gates, {one.name: one.figures for one in measured})
    made = shown.provenance(shlex.join(["coach", *sys.argv[1:]]))
    if report:
        report.write_text(shown.as_markdown(measured, gates, beyond, made), encoding="utf-8")
    if as_json:
        whole = shown.as_json(measured, gates, beyond, made, misses=show_misses)
        typer.echo(json.dumps(whole, ensure_ascii=False, indent=1))
    else:
        for heading, table in shown.tables(measured, gates):
            out.print(heading, style="bold", markup=False)
            out.print(table, "")
        if show_misses:
            out.print(shown.misses_table(measured))
    for breach in beyond:
        err.print(str(breach), markup=False)
    if beyond:
        raise typer.Exit(1)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.", min=0, max=65_535)] = None,
) -> None:
    """Start the page and the HTTP API; the index is built first if it is stale."""
    from coach.web import serve as serve_page

    settings = Settings.load()
    given = {name: v for name, v in (("host", host), ("port", port)) if v is not None}
    settings = settings.model_copy(update=given)
    serve_page(settings)


@app.command("mcp")
def mcp_() -> None:
    """Offer the articles and practices to other programs (Model Context Protocol, stdio)."""
    from coach.mcp_server import run

    run(Settings.load())


@app.command()
def doctor() -> None:
    """Say what is installed, found, stale or missing, and what to do about it."""
    from coach.diagnosis import diagnose

    findings = list(diagnose())
    marks = {"ok": "[green]ok     [/]", "note": "[yellow]note   [/]", "problem": "[red]problem[/]"}
    for finding in findings:
        out.print(f"{marks[finding.state]} {finding.name:18} ", end="")
        out.print(finding.detail, markup=False)
    if any(finding.state == "problem" for finding in findings):
        raise typer.Exit(1)


class _Line(BaseModel):
    """One conversation of `coach ask --jsonl`."""

    model_config = ConfigDict(extra="forbid")

    id: str | int | None = None
    turns: list[str] = Field(min_length=1)
    region: str | None = Field(default=None, pattern="^[A-Za-z]{2}$")


def _answer_line(conversation: Any, number: int, line: str, region: str | None) -> bool:
    """Print the replies to one line; False if the line could not be read."""
    try:
        asked = _Line.model_validate_json(line)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        reason = f"line {number}: {place + ': ' if place else ''}{first['msg']}"
        typer.echo(json.dumps({"id": _id_of(line), "error": reason}))
        return False
    replies = list(_replies(conversation, asked.turns, asked.region or region))
    dumped = [reply.model_dump(mode="json") for reply in replies]
    typer.echo(json.dumps({"id": asked.id, "replies": dumped}, ensure_ascii=False))
    return True


def _replies(conversation: Any, turns: Sequence[str], region: str | None) -> Iterator[Reply]:
    messages: list[Message] = []
    for turn in turns:
        messages.append(Message(role="user", content=turn))
        try:
            reply = conversation.reply(messages, region=region.upper() if region else None)
        except InputError as error:
            reply = Reply(text=str(error), kind="boundary")
            messages.pop()
        else:
            messages.append(Message(role="assistant", content=reply.text))
        yield reply


def _lines(stream: TextIO) -> Iterator[tuple[int, str]]:
    """Yield the lines that are not blank, numbered from 1; bytes that are no text stay visible."""
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(encoding="utf-8-sig", errors="replace")
    for number, line in enumerate(stream, start=1):
        if line.strip():
            yield number, line


def _id_of(line: str) -> Any:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value.get("id") if isinstance(value, dict) else None


def _open(settings: Settings) -> Any:
    """Open the conversation, building the index first where it is missing, stale or damaged."""
    from coach.dialogue.preparation import ready_conversation

    return ready_conversation(settings, lambda line: err.print(line, markup=False))


def _progress() -> Progress:
    """Return a bar on standard error that goes when it is done."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        console=err,
        transient=True,
    )


def _stages(progress: Progress) -> Stages:
    """Return what shows a piece of work, how far it is, and how much there is, on a bar."""
    bar = progress.add_task("", total=None)

    def show(name: str, done: int, total: int) -> None:
        short = name if len(name) <= NAME_WIDTH else f"…{name[1 - NAME_WIDTH :]}"
        progress.update(bar, description=short, completed=done, total=total or None)

    return show


def _print_reply(reply: Reply) -> None:
    out.print(reply.text, markup=False)
    if reply.citations:
        out.print()
    for citation in reply.citations:
        out.print(f"[{citation.n}] {citation.title}: {citation.section}", markup=False, style="dim")
    for resource in reply.resources:
        ways = [f"call {resource.call}" if resource.call else ""]
        ways += [f"text {resource.text}" if resource.text else "", resource.url or ""]
        out.print(f"→ {resource.name}: {', '.join(filter(None, ways))}", markup=False)


def _checked_region(region: str | None) -> str | None:
    if region is None:
        return None
    if len(region) != len("GB") or not region.isalpha() or not region.isascii():
        _fail(f"--region {region!r} is no country; use two letters such as GB.")
    return region.upper()


def _fail(message: str) -> None:
    err.print(message, markup=False)
    sys.exit(USAGE_ERROR)
