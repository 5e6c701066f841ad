"""Character n-grams of segments, hashed and weighed by TF-IDF alike for training and serving.

Training fits on `ngram_counts`; serving calls `ngram_scores`, a numba kernel that never lays the counts out. Both take
the n-gram c1 c2 c3 to bucket mix((c1 * B + c2) * B + c3 + seed of its group and length), all modulo 2**32, and count no
further than `MOST_COUNTED`.
"""

import threading
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from data.errors import ModelError
from data.kernels import compile_kernel
from data.notes import Note
from models.ngram_table import MOST_COLUMNS, Cells, NgramTable
from models.segments import Segments, note_segments
from models.text_batch import TextBatch

NGRAM_LENGTHS = (1, 2, 3)
BUCKET_BITS = 18
N_BUCKETS = 1 << BUCKET_BITS
MOST_COUNTED = 255  # in a row: one byte a bucket lets the kernel's counts stay in the second-level cache

# numba takes uint32 * uint32 to uint64, and uint64 + int64 to float64: so constants are uint32 and every sum is masked.
_MASK = np.uint32(0xFFFFFFFF)
_BASE = np.uint32(0xB5297A4D)
_LENGTH_STEP = np.uint32(0x68E31DA4)
_FIRST_FACTOR, _SECOND_FACTOR = np.uint32(0x7FEB352D), np.uint32(0x846CA68B)  # the mixer "lowbias32" of C. Wellons
_FIRST_SHIFT, _SECOND_SHIFT, _LAST_SHIFT = np.uint32(16), np.uint32(15), np.uint32(32 - BUCKET_BITS)
_FIRST_WEIGHT, _SECOND_WEIGHT, _THIRD_WEIGHT = np.uint32(16), np.uint32(32), np.uint32(48)  # where they start in a cell
_TF = np.concatenate([[0.0], 1 + np.log(np.arange(1, MOST_COUNTED + 1))])  # 1 + ln tf; 0 for a repeat

Codes = npt.NDArray[np.uint32]
Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]
Positions = npt.NDArray[np.int64]


def ngram_counts(segments: Segments) -> tuple[Ints, Ints, Ints]:
    """Count the n-grams of each row.

    Returns
    -------
    indptr, indices, counts
        A CSR matrix (n_rows, N_BUCKETS), its indices sorted within each row, its counts at most `MOST_COUNTED`.
    """
    lengths = segments.ends - segments.starts
    first = np.cumsum(lengths) - lengths
    offsets = np.arange(lengths.sum()) - np.repeat(first, lengths)  # of each character in its segment
    codes = segments.codes[offsets + np.repeat(segments.starts, lengths)]
    rows = np.repeat(segments.rows, lengths)
    seeds = segments.seeds[rows % len(segments.seeds)]
    hashes = np.zeros_like(codes)  # of the n-gram that ends at each character
    keys = []
    for length in NGRAM_LENGTHS:
        hashes[1:] = hashes[:-1].copy()
        hashes = _extend(hashes, codes)
        seeds = seeds + _LENGTH_STEP
        is_whole = offsets >= length - 1
        keys.append(rows[is_whole] << BUCKET_BITS | _mix(hashes[is_whole] + seeds[is_whole]))
    distinct, counts = np.unique(np.concatenate(keys), return_counts=True)
    indptr = np.searchsorted(distinct, np.arange(segments.n_rows + 1) << BUCKET_BITS)
    counts = np.minimum(counts, MOST_COUNTED)
    return indptr.astype(np.int32), (distinct & (N_BUCKETS - 1)).astype(np.int32), counts.astype(np.int32)


def ngram_scores(segments: Segments, table: NgramTable) -> Floats:
    """Score rows: each row's TF-IDF vector, L2-normalised, times the weights.

    A bucket counted tf times weighs (1 + ln tf) * idf. Buckets of idf 0 are left out; a row of no other scores 0.

    Returns
    -------
    ndarray
        (n_units, n_groups, n_outputs); to the last bit the same alone as in a batch.

    Raises
    ------
    ModelError
        If the table has another number of buckets.
    """
    if table.cells.shape != (N_BUCKETS,):  # the kernel checks no index
        raise ModelError(f"the table must have {N_BUCKETS} buckets. Got {table.cells.shape} instead.")
    sums = np.zeros((segments.n_rows, MOST_COLUMNS))
    if len(segments.rows):
        text = segments.codes, segments.starts, segments.ends, segments.rows, segments.seeds
        _compiled()(*text, table.cells, _room.counts, sums)
    scores = np.zeros((segments.n_rows, table.n_outputs), dtype=np.float32)
    scores[:, table.columns] = sums[:, : len(table.columns)] * table.steps
    return scores.reshape(segments.n_units, len(segments.seeds), table.n_outputs)


def ngram_scores_numpy(segments: Segments, idf: Floats, weights: Floats) -> Floats:
    """Do as `ngram_scores` from the counts that training sees: the twin that its kernel is held against.

    Parameters
    ----------
    idf, weights
        (N_BUCKETS,) and (N_BUCKETS, n_outputs), as `NgramTable.unpack` gives them or before they were packed.
    """
    indptr, indices, counts = ngram_counts(segments)
    rows = np.repeat(np.arange(segments.n_rows), np.diff(indptr))
    values = (1 + np.log(counts)) * idf[indices]
    norms = np.sqrt(np.bincount(rows, values**2, minlength=segments.n_rows))
    values /= np.where(norms > 0, norms, 1)[rows]
    scores = np.zeros((segments.n_rows, weights.shape[1]))
    np.add.at(scores, rows, values[:, None] * weights[indices])
    return scores.reshape(segments.n_units, len(segments.seeds), weights.shape[1]).astype(np.float32)


def warm() -> None:
    """Compile the kernel (seconds), or load it from numba's cache, before the first note arrives."""
    segments = note_segments(TextBatch([Note(note_id="warm", title="1")]))
    ngram_scores(segments, NgramTable.pack(np.zeros(N_BUCKETS, np.float32), np.zeros((N_BUCKETS, 1), np.float32)))


class _Room(threading.local):
    """Room for the kernel to count in, one for each thread: clearing it anew would cost a short note a fifth."""

    def __init__(self) -> None:
        self.counts = np.zeros(N_BUCKETS, dtype=np.uint8)


_room = _Room()


def _extend(hashes: Codes, codes: Codes) -> Codes:
    """Hashes of n-grams made longer by one code point; for arrays, and compiled for scalars."""
    return (hashes * _BASE + codes) & _MASK


def _mix(hashes: Codes) -> Codes:
    """Buckets of seeded hashes; for arrays, and compiled for scalars."""
    hashes = ((hashes ^ (hashes >> _FIRST_SHIFT)) * _FIRST_FACTOR) & _MASK
    hashes = ((hashes ^ (hashes >> _SECOND_SHIFT)) * _SECOND_FACTOR) & _MASK
    return (hashes ^ (hashes >> _FIRST_SHIFT)) >> _LAST_SHIFT


# numba's own type hints do not fit a call of a compiled function.
_njit: Callable[[Callable[..., Any]], Any] = numba.njit
_extend_one = _njit(_extend)
_mix_one = _njit(_mix)


@_njit
def _hash_segment(codes: Codes, start: int, end: int, seed: np.uint32, hashes: Codes, buckets: Codes, n: int) -> int:
    """Write the buckets of a segment's n-grams from place `n` on; return the place after the last.

    `hashes` is room to work in. The inner loops have no branch, so that they compile to vector instructions.
    """
    hashes[: end - start] = 0
    for length in NGRAM_LENGTHS:
        seed = (seed + _LENGTH_STEP) & _MASK
        first = start + length - 1
        size = max(end - first, 0)
        for i in range(size):
            hashes[i] = _extend_one(hashes[i], codes[first + i])
        for i in range(size):
            buckets[n + i] = _mix_one((hashes[i] + seed) & _MASK)
        n += size
    return n


@_njit
def _longest_row(starts: Positions, ends: Positions, rows: Positions) -> int:
    longest = length = 0
    for k in range(len(rows)):
        length = ends[k] - starts[k] + (length if k and rows[k] == rows[k - 1] else 0)
        longest = max(longest, length)
    return longest


def _score_rows(
    codes: Codes,
    starts: Positions,
    ends: Positions,
    rows: Positions,
    seeds: Codes,
    cells: Cells,
    counts: npt.NDArray[np.uint8],
    sums: npt.NDArray[np.float64],
) -> None:
    """Write each row's score, (n_rows, 3) in the table's steps, to `sums`; rows must be sorted.

    `counts` is room to work in, (N_BUCKETS,), all 0 before and after. The step of the idf cancels out in the norm.
    """
    longest = _longest_row(starts, ends, rows)
    hashes = np.empty(longest, dtype=np.uint32)
    buckets = np.empty(len(NGRAM_LENGTHS) * longest, dtype=np.uint32)
    k = 0
    while k < len(rows):
        row = rows[k]
        n = 0
        while k < len(rows) and rows[k] == row:
            n = _hash_segment(codes, starts[k], ends[k], seeds[row % len(seeds)], hashes, buckets, n)
            k += 1
        for i in range(n):
            count = counts[buckets[i]]
            counts[buckets[i]] = count + (count < MOST_COUNTED)
        squares = first = second = third = 0.0
        for i in range(n):  # without a branch: a wrong guess would wait for the cell before the next is asked for
            cell = cells[buckets[i]]
            value = _TF[counts[buckets[i]]] * np.int16(cell)
            counts[buckets[i]] = 0
            squares += value * value
            first += value * np.int16(cell >> _FIRST_WEIGHT)
            second += value * np.int16(cell >> _SECOND_WEIGHT)
            third += value * np.int16(cell >> _THIRD_WEIGHT)
        if squares > 0.0:
            norm = np.sqrt(squares)
            sums[row, 0], sums[row, 1], sums[row, 2] = first / norm, second / norm, third / norm


@lru_cache(maxsize=1)
def _compiled() -> Callable[..., None]:
    """Compile once, for tables of one weight (uint32) and of more, writable or read-only."""
    codes, positions = (numba.types.Array(dtype, 1, "C", readonly=True) for dtype in (numba.uint32, numba.int64))
    signatures = [
        numba.void(
            *(codes, positions, positions, positions, codes),
            numba.types.Array(cell, 1, "C", readonly=True),
            numba.uint8[::1],
            numba.float64[:, ::1],
        )
        for cell in (numba.uint32, numba.uint64)
    ]
    compiled: Callable[..., None] = compile_kernel(_score_rows, signatures)
    return compiled
