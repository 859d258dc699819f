"""The commands that measure search: `coach eval retrieval --beir`, `coach eval ablation`.

Flow: arguments -> here -> `evaluation.search`.
"""

import shlex
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.box import MARKDOWN
from rich.console import Console
from rich.table import Table

from coach.settings import Settings

__all__ = ["compare_search", "register"]

AIM = 1.05
"""How many times the nDCG@10 of plain dense search ours is to reach."""
DOCUMENT = """# How well search finds

{made}

Questions: the {queries} of `evals/retrieval/` over {chunks} passages, graded by topic (2: what the
question is about, 1: what also helps). `evals/retrieval/passages/` holds them in BEIR's format,
as they were on that day. Parameters were chosen on the even lines (`dev`); the odd ones (`test`)
report. Ties are broken by the order of the corpus. Intervals and p are of a paired bootstrap over
the questions.

The topics are named to the coach by `corpus/questions/`, written by other hands than the
questions here; that is what makes the difference to plain search, which has no such help.
A passage counts as relevant by its topics, and by topics the coach sorts: these figures say
whether it sees what is asked about, not whether of a topic's passages the best one comes first.

## Beside plain search, on the odd lines

{beside}

## By the words alone

Nothing is understood here: neither topics nor aspects count, as in any folder of questions and
passages (`coach eval retrieval --beir FOLDER`). Of two sets: the questions above, and the 236 of
`evals/retrieval/answers/`, each with the one passage that it was written for, which the writer
saw, and no ranking. Others may answer it as well and count as wrong, for every system alike. The
ratio is to plain dense search, on the odd lines.

Topics:

{topic_words}

Answers:

{answer_words}

Chosen on the even lines of both: BM25 counts the first five letters of each word. The shares of
0.8 and 0.2 were there before and stay. The title after the text was left: it helps where one
passage answers and not among topics, and of the conversations in `docs/conversations/` some were
then answered beside the point.

{tried}

## What each part of a turn's search is worth

One thing changed at a time. nDCG@10 on both halves; the ratio is to the coach as it is, on the
odd lines.

{ablation}
"""
TRIED = """Tried on the even lines and left (nDCG@10 as a multiple of plain dense search, topics /
answers; whole words where nothing else is said):

| tried | topics | answers | why it was left |
|---|---|---|---|
| Rocchio feedback from the nearest five | 1.08 | 0.97 | worse where one passage answers |
| centred vectors | 1.00 | 1.03 | beginnings of words give more |
| nearness against the average nearness of a passage (CSLS) | 1.02 | 1.05 | the same |
| the nearest paragraph of a chunk, half and half | 1.03 | 1.07 | twice the vectors |
| the nearest sentence, a quarter | 1.02 | 1.08 | seven times the vectors |
| BM25 with a simple stemmer | 1.06 | 1.15 | beginnings of words are simpler, and no worse |
| BM25 with pairs of words | 1.08 | 1.15 | the same |
| BM25 of four-letter pieces | 1.08 | 1.16 | the same, and five times the pieces |
| BM25 without stop words' list | 1.06 | 1.14 | the same |
| title and text as two vectors, averaged | 1.00 | 1.11 | embeds everything twice |"""


def register(eval_app: typer.Typer) -> None:
    """Add the commands to `coach eval`."""
    eval_app.command("ablation")(eval_ablation)


def eval_ablation(
    report: Annotated[
        Path | None, typer.Option(help="Write docs/retrieval.md anew to this file.", dir_okay=False)
    ] = None,
    beir: Annotated[
        Path | None, typer.Option(help="Write the set to this folder in BEIR's format.")
    ] = None,
) -> None:
    """Say what each part of search is worth, one changed at a time; takes some minutes."""
    from coach.dialogue.preparation import ready_conversation
    from coach.evaluation.collections import halves, of_the_corpus, read_beir, write_beir
    from coach.evaluation.report import as_text, provenance
    from coach.evaluation.search import ablation, ablation_of_words, measure_corpus
    from coach.evaluation.sets import EVALS

    err = Console(stderr=True, highlight=False)
    conversation = ready_conversation(Settings.load(), err.print)
    collection = of_the_corpus(conversation.searcher.chunks)
    if beir:
        write_beir(collection, beir)
    even, odd = (read_beir(EVALS / "retrieval" / "answers", split) for split in ("dev", "test"))
    embedder = conversation.searcher.embedder
    with err.status("search") as status:
        found = measure_corpus(conversation, halves(collection)[1])
        of_topics = ablation_of_words(*halves(collection), embedder)
        of_answers = ablation_of_words(even, odd, embedder)
        rows = ablation(conversation, lambda what, n, of: status.update(f"{what} {n} of {of}"))
    if report:
        made = provenance(shlex.join(["coach", *sys.argv[1:]]))
        text = DOCUMENT.format(
            made="\n\n".join(made.lines()),
            queries=len(collection.queries),
            chunks=len(collection.documents),
            beside=as_text(_beside(found, MARKDOWN)),
            topic_words=as_text(_ablated(of_topics, MARKDOWN, to="dense")),
            answer_words=as_text(_ablated(of_answers, MARKDOWN, to="dense")),
            tried=TRIED,
            ablation=as_text(_ablated(rows, MARKDOWN)),
        )
        report.write_text(text, encoding="utf-8")
    out = Console(highlight=False, soft_wrap=True)
    out.print(_beside(found))
    out.print(_ablated(of_topics, to="dense"))
    out.print(_ablated(of_answers, to="dense"))
    out.print(_ablated(rows))


def compare_search(folder: Path, progress: Callable[[str, int, int], None]) -> None:
    """Print what dense search, BM25 and ours find in a BEIR folder; end with 1 under the aim."""
    from coach.evaluation.collections import read_beir
    from coach.evaluation.search import measure_collection
    from coach.index.embedder import CachingEmbedder
    from coach.index.encoder import open_encoder
    from coach.index.models import find_model

    settings = Settings.load()
    collection = read_beir(folder)
    encoder = open_encoder(find_model(settings.embedding_model), settings.encoders_dir)
    found = measure_collection(collection, CachingEmbedder(encoder), progress)
    out = Console(highlight=False, soft_wrap=True)
    counted = f"{len(collection.documents):,} documents, {len(collection.queries)} queries"
    out.print(f"{collection.name}: {counted}", markup=False)
    out.print(_beside(found))
    if found[-1].against(found[0]).ratio < AIM:
        out.print(f"Ours is to be at least {AIM} times plain dense search.")
        raise typer.Exit(1)


def _beside(found: Sequence[Any], box: Any = None) -> Table:
    """Return a row for each system; the first is what the others are compared with."""
    table = Table("", "nDCG@10", "recall@100", "x dense", "95 % interval", "p", box=box)
    for one in found:
        stands = one.against(found[0])
        table.add_row(
            one.system,
            f"{one.mean_ndcg:.3f}",
            f"{one.mean_recall:.3f}",
            f"{stands.ratio:.3f}",
            f"{stands.interval.low:.3f} to {stands.interval.high:.3f}",
            "-" if one is found[0] else f"{stands.p:.4f}",
        )
    return table


def _ablated(rows: Sequence[Any], box: Any = None, *, to: str = "ours") -> Table:
    table = Table("part", "changed", "even", "odd", f"x {to}", "95 % interval", box=box)
    for row in rows:
        stands = row.versus
        table.add_row(
            row.part,
            row.variant,
            f"{row.chosen_on.mean_ndcg:.3f}",
            f"{row.held_out.mean_ndcg:.3f}",
            f"{stands.ratio:.3f}",
            f"{stands.interval.low:.3f} to {stands.interval.high:.3f}",
        )
    return table
