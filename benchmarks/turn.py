"""Measure a whole turn against one embedding of the same message, in alternation.

    .venv/bin/python -m benchmarks.turn

Prints the medians and their ratios; the machine's noise falls on all alike.
"""

from collections.abc import Callable
from statistics import median
from time import perf_counter

from coach.dialogue.preparation import ready_conversation
from coach.index.encoder import SentenceTransformerEmbedder, find_model, open_encoder
from coach.schema import Message
from coach.settings import Settings

ROUNDS = 60
QUESTIONS = (
    "How do I do the self-compassion practice?",
    "why does protecting myself make me lonelier?",
    "My best friend stopped writing to me last spring and I still check my phone.",
    "What is deep listening, and how long does it take each day?",
)


def timed(call: Callable[[], object]) -> float:
    """Return how many milliseconds a call took."""
    begun = perf_counter()
    call()
    return (perf_counter() - begun) * 1000


def main() -> None:
    """Run the pairs and print the table."""
    settings = Settings.load()
    conversation = ready_conversation(settings, print)
    model = find_model(settings.embedding_model)
    onnx = open_encoder(model, settings.index_dir / "encoders")
    torch = SentenceTransformerEmbedder(model)
    spent: dict[str, list[float]] = {"turn": [], "onnx": [], "torch": []}
    for number in range(ROUNDS):
        # A number makes each message new, so that no cache answers for the model.
        text = f"{QUESTIONS[number % len(QUESTIONS)]} ({number})"
        messages = [Message(role="user", content=text)]
        spent["turn"].append(timed(lambda m=messages: conversation.reply(m)))  # type: ignore[misc]
        spent["onnx"].append(timed(lambda t=text: onnx.embed([t])))  # type: ignore[misc]
        spent["torch"].append(timed(lambda t=text: torch.embed([t])))  # type: ignore[misc]
    turn, onnx_ms, torch_ms = (median(spent[name]) for name in ("turn", "onnx", "torch"))
    print(f"a whole turn, median of {ROUNDS}        {turn:6.2f} ms")  # noqa: T201
    print(f"against one torch embedding        {turn / torch_ms:6.2f} x  (budget 0.8)")  # noqa: T201
    print(f"against one ONNX Runtime embedding {turn / onnx_ms:6.2f} x  (budget 2.5)")  # noqa: T201


if __name__ == "__main__":
    main()
