"""Character n-grams of segments, hashed and weighed by TF-IDF alike for training and serving.

Training fits on `ngram_counts`; serving calls `ngram_scores`, a numba kernel that never lays the counts out. Both take
the n-gram c1 c2 c3 to bucket mix((c1 * B + c2) * B + c3 + seed of its group and length), all modulo 2**32.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from data.errors import ModelError
from data.notes import Note
from models.segments import Segments, note_segments
from models.text_batch import TextBatch

NGRAM_LENGTHS = (1, 2, 3)
BUCKET_BITS = 18
N_BUCKETS = 1 << BUCKET_BITS

# numba takes uint32 * uint32 to uint64, and uint64 + int64 to float64: so constants are uint32 and every sum is masked.
_MASK = np.uint32(0xFFFFFFFF)
_BASE = np.uint32(0xB5297A4D)
_LENGTH_STEP = np.uint32(0x68E31DA4)
_FIRST_FACTOR, _SECOND_FACTOR = np.uint32(0x7FEB352D), np.uint32(0x846CA68B)  # the mixer "lowbias32" of C. Wellons
_FIRST_SHIFT, _SECOND_SHIFT, _LAST_SHIFT = np.uint32(16), np.uint32(15), np.uint32(32 - BUCKET_BITS)

Codes = npt.NDArray[np.uint32]
Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]
Positions = npt.NDArray[np.int64]


def ngram_counts(segments: Segments) -> tuple[Ints, Ints, Ints]:
    """Count the n-grams of each row.

    Returns
    -------
    indptr, indices, counts
        A CSR matrix (n_rows, N_BUCKETS), its indices sorted within each row.
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
    return indptr.astype(np.int32), (distinct & (N_BUCKETS - 1)).astype(np.int32), counts.astype(np.int32)


def ngram_scores(segments: Segments, idf: Floats, weights: Floats) -> Floats:
    """Score units: the sum over a unit's rows of the row's TF-IDF vector, L2-normalised, times `weights`.

    A bucket counted tf times weighs (1 + ln tf) * idf. Buckets of idf 0 are left out; a row that holds no other adds 0.

    Parameters
    ----------
    idf
        (N_BUCKETS,)
    weights
        (N_BUCKETS, n_outputs)

    Returns
    -------
    ndarray
        (n_units, n_outputs); to the last bit the same alone as in a batch.

    Raises
    ------
    ModelError
        If a table is not float32 of its shape.
    """
    _check(idf, weights)
    scores = np.zeros((segments.n_units, weights.shape[1]), dtype=np.float32)
    idf, weights = np.ascontiguousarray(idf), np.ascontiguousarray(weights)
    _compiled()(segments.codes, segments.starts, segments.ends, segments.rows, segments.seeds, idf, weights, scores)
    return scores


def ngram_scores_numpy(segments: Segments, idf: Floats, weights: Floats) -> Floats:
    """Do as `ngram_scores` from the counts that training sees: the twin that its kernel is held against."""
    _check(idf, weights)
    indptr, indices, counts = ngram_counts(segments)
    rows = np.repeat(np.arange(segments.n_rows), np.diff(indptr))
    values = (1 + np.log(counts)) * idf[indices]
    norms = np.sqrt(np.bincount(rows, values**2, minlength=segments.n_rows))
    values /= np.where(norms > 0, norms, 1)[rows]
    scores = np.zeros((segments.n_units, weights.shape[1]))
    np.add.at(scores, rows // len(segments.seeds), values[:, None] * weights[indices])
    return scores.astype(np.float32)


def warm() -> None:
    """Compile the kernel (seconds), or load it from numba's cache, before the first note arrives."""
    segments = note_segments(TextBatch([Note(note_id="warm", title="1")]))
    ngram_scores(segments, np.zeros(N_BUCKETS, dtype=np.float32), np.zeros((N_BUCKETS, 1), dtype=np.float32))


def _check(idf: Floats, weights: Floats) -> None:
    """Refuse tables that the kernel, which checks no index, would read out of bounds."""
    if (
        idf.shape != (N_BUCKETS,)
        or weights.ndim != 2
        or len(weights) != N_BUCKETS
        or not idf.dtype == weights.dtype == np.float32
    ):
        raise ModelError(
            f"'idf' must be float32 ({N_BUCKETS},) and 'weights' float32 ({N_BUCKETS}, n_outputs). "
            f"Got {idf.dtype} {idf.shape} and {weights.dtype} {weights.shape} instead."
        )


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
def _hash_segment(codes: Codes, start: int, end: int, seed: np.uint32, buckets: Codes, n: int) -> int:
    """Write the buckets of a segment's n-grams from place `n` on; return the place after the last."""
    for length in NGRAM_LENGTHS:
        seed = (seed + _LENGTH_STEP) & _MASK
        for first in range(start, end - length + 1):
            value = codes[first]
            for position in range(first + 1, first + length):
                value = _extend_one(value, codes[position])
            buckets[n] = _mix_one((value + seed) & _MASK)
            n += 1
    return n


@_njit
def _count_distinct(buckets: Codes, n: int, counts: Ints, slots: Ints) -> int:
    """Move the distinct buckets to the front, in order of first sight, with their counts; return how many there are.

    `slots` is a hash table of places in `buckets`, plus 1; small enough for the first-level cache, which one count for
    each of the N_BUCKETS would not be.
    """
    mask = 63
    while mask < 2 * n:
        mask = 2 * mask + 1
    slots[: mask + 1] = 0
    distinct = 0
    for i in range(n):
        bucket = buckets[i]
        slot = np.int64(bucket) & mask
        while slots[slot] and buckets[slots[slot] - 1] != bucket:
            slot = (slot + 1) & mask
        if slots[slot]:
            counts[slots[slot] - 1] += 1
        else:
            buckets[distinct] = bucket
            counts[distinct] = 1
            distinct += 1
            slots[slot] = distinct
    return distinct


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
    idf: Floats,
    weights: Floats,
    scores: Floats,
) -> None:
    """Add each row's part to `scores`; rows must be sorted."""
    most = len(NGRAM_LENGTHS) * _longest_row(starts, ends, rows)
    buckets = np.empty(most, dtype=np.uint32)
    counts = np.empty(most, dtype=np.int32)
    slots = np.empty(max(64, 4 * most), dtype=np.int32)
    sums = np.empty(weights.shape[1], dtype=np.float64)
    totals = np.zeros(weights.shape[1], dtype=np.float64)
    k = 0
    while k < len(rows):
        row = rows[k]
        n = 0
        while k < len(rows) and rows[k] == row:
            n = _hash_segment(codes, starts[k], ends[k], seeds[row % len(seeds)], buckets, n)
            k += 1
        squares = 0.0
        sums[:] = 0.0
        for i in range(_count_distinct(buckets, n, counts, slots)):
            value = np.float64(idf[buckets[i]])
            if counts[i] > 1:
                value *= 1.0 + np.log(counts[i])
            squares += value * value
            for j in range(len(sums)):
                sums[j] += value * weights[buckets[i], j]
        if squares > 0.0:
            totals += sums / np.sqrt(squares)
        if k == len(rows) or rows[k] // len(seeds) != row // len(seeds):
            scores[row // len(seeds)] = totals
            totals[:] = 0.0


@lru_cache(maxsize=1)
def _compiled() -> Callable[..., None]:
    """Compile once for tables writable or read-only, such as those mapped from a file."""
    dtypes = (numba.uint32, numba.int64, numba.float32)
    codes, positions, idf = (numba.types.Array(dtype, 1, "C", readonly=True) for dtype in dtypes)
    weights = numba.types.Array(numba.float32, 2, "C", readonly=True)
    signature = numba.void(codes, positions, positions, positions, codes, idf, weights, numba.float32[:, ::1])
    try:
        return numba.njit(signature, cache=True, nogil=True)(_score_rows)
    except RuntimeError:  # no folder for the cache can be written: a read-only image and no home
        return numba.njit(signature, nogil=True)(_score_rows)
