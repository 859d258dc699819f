"""How ONNX Runtime is set up: one thread a run, and products of bytes that are exact.

Flow: a graph -> here -> `index.encoder`, `index.nearness`; `index.eight_bits` makes such graphs.
"""

import functools
import re
from pathlib import Path
from typing import Any

__all__ = ["CPU_INFO", "LEAST", "MOST", "ZERO", "adds_exactly", "open_session"]

MOST = 127
"""The largest whole number of eight bits with a sign."""
ZERO = 128
"""What stands for 0 where there is no sign, as the faster product wants its left side."""
LEAST = 1e-9
"""The largest part of a row is taken for no less, so that nothing is divided by 0."""

CPU_INFO = Path("/proc/cpuinfo")


def open_session(graph: Path | bytes) -> Any:
    """Return what runs a graph, a file or its bytes.

    Raises:
        Exception: onnxruntime raises its own, undocumented classes.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    # A message takes as long with two threads as with one, for what it waits for is the
    # weights to come from memory; the other cores answer others.
    options.intra_op_num_threads = 1
    if not adds_exactly():
        options.add_session_config_entry("session.x64quantprecision", "1")
    opened = graph if isinstance(graph, bytes) else str(graph)
    return onnxruntime.InferenceSession(opened, options, providers=["CPUExecutionProvider"])


@functools.cache
def adds_exactly(told: Path = CPU_INFO) -> bool:
    """Tell whether the processor adds products of bytes in 32 bits, as Linux says of it.

    Others add them in 16 bits and overflow, unless ONNX Runtime takes another way, which needs
    nearly twice the time; it is taken where nothing is said.
    """
    try:
        flags = told.read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    return re.search(r"\bavx(?:512)?_vnni\b", flags) is not None
