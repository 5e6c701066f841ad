"""The packed table: a bucket's idf and weights in one machine word, so that an n-gram costs one look-up in memory.

Scoring waits for memory: the tables of a model take 10 MiB as float32 and 4 MiB packed, a core's second-level cache
holds 1 or 2.
"""

from typing import Self

import msgspec
import numpy as np
import numpy.typing as npt

from data.errors import ModelError

MOST_COLUMNS = 3
_BITS = 16
_LARGEST = 2 ** (_BITS - 1) - 1

Cells = npt.NDArray[np.uint32] | npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float32]


class NgramTable(msgspec.Struct, frozen=True):
    """Whole numbers of 16 bits, each column in steps of its own.

    Steps are powers of two, so numbers that need few bits, such as 1 and 0.5, are kept exactly.

    Attributes
    ----------
    cells
        (n_buckets,) the idf in the lowest 16 bits, then a weight for each of `columns`; uint32 if there is at most one.
    idf_step, steps
        What 1 stands for: in the idf, and (n_columns,) in the weights.
    columns
        (n_columns,) outputs whose weights are not all zero; only these are stored.
    n_outputs
        Number of outputs, those without weights included.
    """

    cells: Cells
    idf_step: float
    steps: npt.NDArray[np.float64]
    columns: npt.NDArray[np.int64]
    n_outputs: int

    @classmethod
    def pack(cls, idf: Floats, weights: Floats) -> Self:
        """Round inverse document frequencies (n_buckets,) and weights (n_buckets, n_outputs).

        Raises
        ------
        ModelError
            If the shapes do not fit, a number is not finite, or more than 3 columns hold weights.
        """
        if idf.ndim != 1 or weights.ndim != 2 or len(idf) != len(weights):
            raise ModelError(
                f"'idf' must be (n_buckets,) and 'weights' (n_buckets, n_outputs). Got {idf.shape} and {weights.shape} "
                "instead."
            )
        if not (np.isfinite(idf).all() and np.isfinite(weights).all()):
            raise ModelError("'idf' and 'weights' must be finite. Got infinity or not-a-number instead.")
        columns = np.flatnonzero(weights.any(axis=0))
        if len(columns) > MOST_COLUMNS:
            raise ModelError(f"'weights' may hold {MOST_COLUMNS} columns that are not all zero. Got {len(columns)}.")
        cells = np.zeros(len(idf), dtype=np.uint64)
        steps = []
        for place, numbers in enumerate([idf, *weights.T[columns]]):
            step = _step(numbers)
            whole = np.clip(np.rint(numbers / step), -_LARGEST, _LARGEST).astype(np.int16)
            cells |= whole.view(np.uint16).astype(np.uint64) << np.uint64(_BITS * place)
            steps.append(step)
        narrow = cells.astype(np.uint32) if len(columns) <= 1 else cells
        return cls(narrow, steps[0], np.array(steps[1:]), columns, weights.shape[1])

    def unpack(self) -> tuple[Floats, Floats]:
        """Idf (n_buckets,) and weights (n_buckets, n_outputs) as stored, that is rounded."""
        weights = np.zeros((len(self.cells), self.n_outputs), dtype=np.float32)
        for place, (column, step) in enumerate(zip(self.columns, self.steps, strict=True), start=1):
            weights[:, column] = self._whole(place) * step
        return (self._whole(0) * self.idf_step).astype(np.float32), weights

    def _whole(self, place: int) -> npt.NDArray[np.int16]:
        return (self.cells >> self.cells.dtype.type(_BITS * place)).astype(np.uint16).view(np.int16)


def _step(numbers: Floats) -> float:
    """Smallest power of two in steps of which every number, or the one next to it, fits 16 bits."""
    _, exponent = np.frexp(np.abs(numbers).max(initial=0))  # numbers are below 2**exponent
    return float(2.0 ** (int(exponent) - (_BITS - 1)))
