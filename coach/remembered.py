"""What was found of the latest texts, kept in memory without a word of them.

Flow: `index.embedder`, `safety.screen`, `safety.reader` and `safety.check` ask here before
they work.
"""

import hashlib
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Generic, TypeVar

__all__ = ["Remembered"]

Found = TypeVar("Found")


class Remembered(Generic[Found]):
    """The latest findings, each under a hash of its text that no other process can make.

    Safe to use from many threads at once.
    """

    def __init__(self, size: int) -> None:
        """Remember up to `size` findings; the one that was longest unused goes first."""
        self._size = size
        self._key = secrets.token_bytes(16)
        self._found: OrderedDict[bytes, Found] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, text: str) -> Found | None:
        """Return what was found of a text, if it is remembered."""
        key = self.digest(text)
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
            return self._found.get(key)

    def put(self, found: Mapping[str, Found]) -> None:
        """Remember what was found of each text."""
        with self._lock:
            self._found.update((self.digest(text), finding) for text, finding in found.items())
            while len(self._found) > self._size:
                self._found.popitem(last=False)

    def of_each(
        self, texts: Sequence[str], find: Callable[[Sequence[str]], Sequence[Found]]
    ) -> list[Found]:
        """Return what is found of each text, asking `find` once, of what is not remembered."""
        known = {t: found for t in texts if (found := self.get(t)) is not None}
        fresh = [text for text in dict.fromkeys(texts) if text not in known]
        if fresh:
            new = dict(zip(fresh, find(fresh), strict=True))
            self.put(new)
            known |= new
        return [known[text] for text in texts]

    def digest(self, text: str) -> bytes:
        """Return the keyed hash of a text, whatever it holds."""
        data = text.encode("utf-8", "surrogatepass")
        return hashlib.blake2b(data, key=self._key, digest_size=16).digest()

    def __len__(self) -> int:
        return len(self._found)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._found)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._found!r})"
