"""Measure what a turn costs a machine: seconds of processor, and bytes of memory.

    .venv/bin/python -m benchmarks.cost

The turns are those of `docs/conversations/`, each conversation held from its beginning,
as the server answers them.  `docs/scaling.md` reckons with these figures.
"""

import json
import resource
from time import perf_counter, process_time

from coach.dialogue.preparation import ready_conversation
from coach.schema import Message
from coach.settings import Settings
from tests.golden import files, turns

CONVERSATIONS = 12


def main() -> None:
    """Hold the conversations and print the figures."""
    conversation = ready_conversation(Settings.load(), print)
    conversation.reply([Message(role="user", content="hello")])
    opened = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    count = sent = 0
    begun, busy = perf_counter(), process_time()
    for path in files()[:CONVERSATIONS]:
        messages: list[Message] = []
        for said in turns(path.read_text()):
            messages.append(Message(role="user", content=said))
            reply = conversation.reply(messages)
            messages.append(Message(role="assistant", content=reply.text))
            count += 1
            sent += len(reply.model_dump_json())
            sent += len(json.dumps([m.model_dump() for m in messages]))
    busy, spent = process_time() - busy, perf_counter() - begun
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - opened
    print(f"turns                         {count}")  # noqa: T201
    print(f"processor seconds a turn      {busy / count:.4f}")  # noqa: T201
    print(f"seconds a turn                {spent / count:.4f}")  # noqa: T201
    print(f"bytes a turn, both ways       {sent // count:,}")  # noqa: T201
    print(f"memory once opened, MB        {opened // 1024}")  # noqa: T201
    print(f"memory that the turns took    {grown // 1024}")  # noqa: T201


if __name__ == "__main__":
    main()
