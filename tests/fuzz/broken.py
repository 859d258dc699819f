"""Broken copies of real files: what a disk, a network or a hasty edit makes of them."""

from hypothesis import strategies as st

__all__ = ["broken", "broken_text"]

_BYTES = st.sampled_from([b"", b"\0", b"\xff\xfe", b"\n", b":", b"[", b"{", b'"', b"<", b"&", b"-"])
_PIECES = st.sampled_from(
    ["", "\n", ": ", "- ", "[", "]", "{", '"', "'", "null", "7", "-1", "1e999", "2026-99-99", "\t"]
    + ["\0", "\ud800", "é", "*a", "&a", "!!python/object:os.system", "(", "\\", "true", "#", "---"]
)


@st.composite
def broken(draw: st.DrawFn, whole: bytes) -> bytes:
    """Draw a copy with a few pieces cut out, put twice, overwritten or put in; or cut short."""
    data = whole
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        length = draw(st.sampled_from([0, 1, 2, 8, 64, 1_000]))
        piece = draw(_BYTES | st.binary(max_size=8) | st.just(data[start : start + length] * 2))
        data = data[:start] + piece + data[start + length :]
    return data[: draw(st.integers(0, len(data)))] if draw(st.integers(0, 4)) == 0 else data


@st.composite
def broken_text(draw: st.DrawFn, whole: str) -> bytes:
    """Draw a copy of a text in which words and signs were changed, and lines lost or put twice."""
    pieces = whole.split(" ") if draw(st.booleans()) else whole.split("\n")
    glue = " " if len(pieces) != whole.count("\n") + 1 else "\n"
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(pieces) - 1))
        pieces[place] = draw(_PIECES | st.just(pieces[place] * 2) | st.text(max_size=6))
    return glue.join(pieces).encode(errors="surrogatepass")
