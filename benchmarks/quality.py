"""Measure nDCG@10 on the odd questions, against plain dense search with the same weights.

.venv/bin/python -m benchmarks.quality
"""

from benchmarks.record import Budget, report
from coach.dialogue.preparation import ready_conversation
from coach.evaluation.collections import halves, of_the_corpus
from coach.evaluation.search import measure_corpus
from coach.settings import Settings


def main() -> None:
    """Measure and print the table."""
    conversation = ready_conversation(Settings.load(), print)
    _, odd = halves(of_the_corpus(conversation.searcher.chunks))
    found = {one.system: one for one in measure_corpus(conversation, odd)}
    figures = {f"{name}: nDCG@10": one.mean_ndcg for name, one in found.items()}
    ratio = found["ours"].against(found["dense"]).ratio
    report(
        "quality",
        figures,
        [Budget("nDCG@10, against plain dense search", ratio, 1.05, "at least")],
    )


if __name__ == "__main__":
    main()
