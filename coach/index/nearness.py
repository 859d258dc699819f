"""How near a text lies to each of many that never change: cosines from bytes.

Flow: what `index.learning` compares a text with -> here -> its cosines to all of it.

Every turn reads all that was learnt from memory, and waits for that more than for the sums.  In
eight bits it is a quarter as much: a turn took 40.2 ms in place of 43.5, the cosines of 50
vectors near the examples were off by 0.0003 (the standard deviation; 0.002 at most).
"""

import numpy as np

from coach.index.embedder import Vectors
from coach.index.runtime import LEAST, MOST, ZERO, open_session

__all__ = ["Landmarks"]

BLOCK = 256
"""Texts that are compared in one run."""
OPERATORS = 21
"""The version of ONNX's operators."""
FORMAT = 10
"""The version of its files."""


class Landmarks:
    """Vectors that texts are compared with, held in eight bits, with a scale for each.

    Args:
        vectors: (landmarks, dimension), of unit length.
    """

    def __init__(self, vectors: Vectors) -> None:
        held, self._scales = _in_bytes(vectors.astype(np.float32))
        self._session = open_session(_product_with(held.T))

    def cosines(self, vectors: Vectors) -> Vectors:
        """Return the cosine of each vector, (texts, dimension), to each landmark."""
        numbers, scales = _in_bytes(vectors)
        left = (numbers.astype(np.int16) + ZERO).astype(np.uint8)
        cosines = np.empty((len(vectors), len(self._scales)), dtype=np.float32)
        # A few at a time, for ONNX Runtime keeps for good the memory that a run took.
        for start in range(0, len(vectors), BLOCK):
            rows = slice(start, start + BLOCK)
            (sums,) = self._session.run(None, {"left": left[rows]})
            cosines[rows] = sums * (scales[rows, None] * self._scales)
        return cosines


def _in_bytes(vectors: Vectors) -> tuple[np.ndarray[tuple[int, int], np.dtype[np.int8]], Vectors]:
    """Return vectors as whole numbers, and what a whole one of each stands for."""
    scales = np.maximum(np.abs(vectors).max(axis=1), LEAST) / MOST
    return np.round(vectors / scales[:, None]).astype(np.int8), scales


def _product_with(right: np.ndarray[tuple[int, int], np.dtype[np.int8]]) -> bytes:
    """Return a graph that multiplies what is on its left with `right`, (dimension, landmarks)."""
    from onnx import TensorProto, helper, numpy_helper

    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["left", "right", "zero"], ["sums"])],
        "nearness",
        [helper.make_tensor_value_info("left", TensorProto.UINT8, ["texts", right.shape[0]])],
        [helper.make_tensor_value_info("sums", TensorProto.INT32, ["texts", right.shape[1]])],
        [
            numpy_helper.from_array(np.ascontiguousarray(right), "right"),
            numpy_helper.from_array(np.array(ZERO, np.uint8), "zero"),
        ],
    )
    opset = [helper.make_opsetid("", OPERATORS)]
    model = helper.make_model(graph, opset_imports=opset, ir_version=FORMAT)
    made: bytes = model.SerializeToString()
    return made
