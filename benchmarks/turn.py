"""Measure a whole turn against one embedding of the same message, in alternation.

    .venv/bin/python -m benchmarks.turn

Prints the medians and their ratios; the machine's noise falls on all alike.
"""

import random
from collections.abc import Callable
from statistics import median

from benchmarks.record import Budget, report, timed
from coach.dialogue.preparation import ready_conversation
from coach.index.encoder import SentenceTransformerEmbedder, open_encoder
from coach.index.models import find_model, unpacked
from coach.schema import Message
from coach.settings import Settings

ROUNDS = 60
QUESTIONS = (
    "How do I do the self-compassion practice?",
    "why does protecting myself make me lonelier?",
    "My best friend stopped writing to me last spring and I still check my phone.",
    "What is deep listening, and how long does it take each day?",
)


def main() -> None:
    """Run the pairs and print the table."""
    random.seed(0)
    settings = Settings.load()
    conversation = ready_conversation(settings, print)
    model = find_model(settings.embedding_model)
    onnx = open_encoder(model, settings.index_dir / "encoders")
    with unpacked(model) as whole:
        torch = SentenceTransformerEmbedder(whole)
    spent: dict[str, list[float]] = {"turn": [], "onnx": [], "torch": []}
    for number in range(ROUNDS):
        # A number makes each message new, so that no cache answers for the model.
        text = f"{QUESTIONS[number % len(QUESTIONS)]} ({number})"
        messages = [Message(role="user", content=text)]
        calls: list[tuple[str, Callable[[], object]]] = [
            ("turn", lambda m=messages: conversation.reply(m)),  # type: ignore[misc]
            ("onnx", lambda t=text: onnx.embed([t])),  # type: ignore[misc]
            ("torch", lambda t=text: torch.embed([t])),  # type: ignore[misc]
        ]
        # Torch's threads spin on for a moment: none may always be the one that follows it.
        random.shuffle(calls)
        for name, call in calls:
            spent[name].append(timed(call))
    turn, onnx_ms, torch_ms = (median(spent[name]) for name in ("turn", "onnx", "torch"))
    figures = {
        f"a whole turn, median of {ROUNDS}, ms": turn,
        "one ONNX Runtime embedding, ms": onnx_ms,
        "one torch embedding, ms": torch_ms,
    }
    budgets = (
        Budget("a whole turn, against one torch embedding", turn / torch_ms, 0.8),
        Budget("a whole turn, against one ONNX Runtime embedding", turn / onnx_ms, 2.5),
    )
    report("turn", figures, budgets)


if __name__ == "__main__":
    main()
