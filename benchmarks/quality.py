"""Measure nDCG@10 on questions that chose nothing, against plain dense search, the same weights.

    .venv/bin/python -m benchmarks.quality

Of `evals/retrieval/`, graded by topic, with what a turn understands; of `evals/retrieval/answers/`,
each question with the one passage that answers it, by the words alone.
"""

from collections.abc import Sequence
from dataclasses import asdict

from benchmarks.record import Budget, report
from coach.dialogue.preparation import ready_conversation
from coach.evaluation.collections import halves, of_the_corpus, read_beir
from coach.evaluation.search import Found, measure_collection, measure_corpus
from coach.evaluation.sets import EVALS
from coach.settings import Settings


def shown(found: Sequence[Found]) -> dict[str, dict[str, float]]:
    """Return the figures of each system; the first is what the others are compared with."""
    rows = {}
    for one in found:
        stands = one.against(found[0])
        versus = {"x dense": stands.ratio, **asdict(stands.interval), "p": stands.p}
        rows[one.system] = {"nDCG@10": one.mean_ndcg, "recall@100": one.mean_recall, **versus}
    return rows


def main() -> None:
    """Measure and print the table."""
    conversation = ready_conversation(Settings.load(), print)
    _, odd = halves(of_the_corpus(conversation.searcher.chunks))
    answers = read_beir(EVALS / "retrieval" / "answers")
    figures = {
        "topics": shown(measure_corpus(conversation, odd)),
        "answers": shown(measure_collection(answers, conversation.searcher.embedder)),
    }
    for name, systems in figures.items():
        for system, row in systems.items():
            print(f"{name}: {system:18} {row['nDCG@10']:.3f}  x {row['x dense']:.3f}")  # noqa: T201
    budgets = [
        Budget(f"nDCG@10 on {name}, against plain dense search", row["x dense"], 1.05, "at least")
        for name, row in (
            ("topics, with what a turn understands", figures["topics"]["ours"]),
            ("topics, by the words alone", figures["topics"]["both"]),
            ("answers, by the words alone", figures["answers"]["ours"]),
        )
    ]
    report("quality", figures, budgets)


if __name__ == "__main__":
    main()
