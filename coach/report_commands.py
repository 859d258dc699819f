"""The command that measures everything: `coach eval all`.

Flow: arguments -> here -> `evaluation.whole` -> one report, as Markdown and as a page.
"""

import json
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from coach.errors import InputError
from coach.settings import PROJECT_ROOT, Settings

if TYPE_CHECKING:
    from coach.evaluation.whole import Whole

__all__ = ["eval_all", "register"]


def register(eval_app: typer.Typer) -> None:
    """Add the command to `coach eval`."""
    eval_app.command("all")(eval_all)


def eval_all(
    quick: Annotated[
        bool, typer.Option("--quick", help="Show the voice as it was measured last.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
    report: Annotated[
        Path | None, typer.Option(help="Write a Markdown report to this file.", dir_okay=False)
    ] = None,
    html: Annotated[
        Path | None, typer.Option(help="Write a page with plots to this file.", dir_okay=False)
    ] = None,
    evals: Annotated[
        Path, typer.Option(help="Folder with the sets and thresholds.toml.", show_default=False)
    ] = PROJECT_ROOT / "evals",
) -> None:
    """Measure retrieval, grounding, dialogue, safety, voice and speed; hold all gates.

    Takes some minutes.  Of speed, a turn is measured anew; the other budgets are shown as
    `make bench` measured them last, with commit, machine and day.  Ends with 1, and a line for
    each, when figures are beyond their gates in thresholds.toml.
    """
    from coach.evaluation.whole import Whole, measure_whole

    writers: list[tuple[Path | None, Callable[[Whole], str]]] = [
        (report, Whole.as_markdown),
        (html, Whole.as_html),
    ]
    for path, _ in writers:
        if path and not path.absolute().parent.is_dir():
            raise InputError(f"{path}: there is no folder {path.parent}.")
    err = Console(stderr=True, highlight=False, emoji=False, soft_wrap=True)
    command = shlex.join(["coach", *sys.argv[1:]])
    with err.status("opening") as status:
        whole = measure_whole(
            Settings.load(),
            evals,
            command,
            quick=quick,
            progress=lambda what, done, total: status.update(f"{what} {done} of {total}"),
        )
    for path, written in writers:
        if path:
            path.write_text(written(whole), encoding="utf-8")
    _print(whole, Console(highlight=False, emoji=False, soft_wrap=True), as_json=as_json)
    for breach in whole.beyond:
        err.print(str(breach), markup=False)
    if whole.beyond:
        raise typer.Exit(1)


def _print(whole: "Whole", out: Console, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(whole.as_json(), ensure_ascii=False, indent=1))
        return
    for heading, table in whole.tables():
        out.print(heading, style="bold", markup=False)
        out.print(table, "")
