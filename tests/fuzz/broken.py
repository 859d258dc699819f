"""Broken copies of real files: what a disk, a network or a hasty edit makes of them."""

from typing import NamedTuple

from hypothesis import strategies as st

__all__ = ["broken", "broken_text"]

_BYTES = st.sampled_from([b"", b"\0", b"\xff\xfe", b"\n", b":", b"[", b"{", b'"', b"<", b"&", b"-"])
_WORDS = st.sampled_from(
    [
        *("", "\n", ": ", "- ", "[", "]", "{", '"', "'", "null", "7", "-1", "1e999", "2026-99-99"),
        *("\0", "\ud800", "é", "*a", "&a", "!!python/object:os.system", "(", "\\", "true", "#"),
        *("---", "\t"),
    ]
)
_PLACES = st.floats(0, 1)
"""How far into a file something is: its share of the whole."""


class Edit(NamedTuple):
    """One change: from a place on, so many bytes become others; None puts them there twice."""

    place: float
    length: int
    piece: bytes | None


_EDITS = st.lists(
    st.builds(
        Edit,
        _PLACES,
        st.sampled_from([0, 1, 2, 8, 64, 1_000]),
        st.none() | _BYTES | st.binary(max_size=8),
    ),
    min_size=1,
    max_size=4,
)
_ENDS = st.one_of(st.none(), st.none(), st.none(), _PLACES)
"""Where a copy is cut off, if it is."""
_REPLACED = st.lists(
    st.tuples(_PLACES, st.none() | _WORDS | st.text(max_size=6)), min_size=1, max_size=4
)


def broken(whole: bytes) -> st.SearchStrategy[bytes]:
    """Return copies with a few pieces cut out, put twice, overwritten or put in, or cut short."""

    def edited(edits: list[Edit], end: float | None) -> bytes:
        data = whole
        for edit in edits:
            start = int(edit.place * len(data))
            old = data[start : start + edit.length]
            new = old * 2 if edit.piece is None else edit.piece
            data = data[:start] + new + data[start + edit.length :]
        return data if end is None else data[: int(end * len(data))]

    return st.builds(edited, _EDITS, _ENDS)


def broken_text(whole: str) -> st.SearchStrategy[bytes]:
    """Return copies of a text in which words or lines became others, or stand twice."""

    def edited(glue: str, replaced: list[tuple[float, str | None]]) -> bytes:
        pieces = whole.split(glue)
        for place, new in replaced:
            at = int(place * (len(pieces) - 1))
            pieces[at] = pieces[at] * 2 if new is None else new
        return glue.join(pieces).encode(errors="surrogatepass")

    return st.builds(edited, st.sampled_from([" ", "\n"]), _REPLACED)
