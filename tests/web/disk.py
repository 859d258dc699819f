"""What reaches the disk: paths that change under a folder, files that a process may write to."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from watchfiles import watch

__all__ = ["held_for_writing", "watched"]

AWAKE = "the watch is awake"


@contextmanager
def watched(*folders: Path) -> Iterator[set[str]]:
    """Collect every path under some folders that is made or changed meanwhile, even if it goes."""
    changed: set[str] = set()
    ended, begun = threading.Event(), threading.Event()

    def follow() -> None:
        looks = watch(
            *folders,
            stop_event=ended,
            step=20,
            rust_timeout=50,
            yield_on_timeout=True,
            watch_filter=None,
        )
        for changes in looks:
            begun.set()
            changed.update(path for _change, path in changes)

    thread = threading.Thread(target=follow)
    thread.start()
    begun.wait()
    awake = folders[0] / AWAKE
    try:
        yield changed
    finally:
        awake.touch()
        while str(awake) not in changed:
            ended.wait(0.05)
        ended.set()
        thread.join()
        changed.discard(str(awake))


def held_for_writing(process: int | str = "self") -> set[str]:
    """Return the ordinary files that a process holds open for writing; Linux alone tells."""
    held = set()
    files = Path("/proc") / str(process)
    for link in (files / "fd").iterdir():
        try:
            target = str(link.readlink())
            flags = int((files / "fdinfo" / link.name).read_text().split()[3], 8)
        except OSError:
            continue
        if target.startswith("/") and not target.startswith("/dev/") and flags & 3:
            held.add(target)
    return held
