"""Runs of digits and of code-like letters: triggers that no list of literals can hold."""

from collections.abc import Callable
from functools import lru_cache

import numba
import numpy as np
import numpy.typing as npt

from data.kernels import compile_kernel
from models.text_batch import TextBatch

_DIGIT_RUN, _SPLIT_DIGITS, _TOKEN_RUN = 5, 9, 8

Codes = npt.NDArray[np.uint32]
Flags = npt.NDArray[np.bool_]
Positions = npt.NDArray[np.int64]


def _flags(chars: str) -> Flags:
    """Table of 256 code points: which are of `chars`."""
    table = np.zeros(256, dtype=np.bool_)
    table[[ord(char) for char in chars]] = True
    return table


_DIGITS, _SEPARATORS, _NONE = _flags("0123456789"), _flags(" -.*·~/_|"), _flags("")
_ALPHANUMERIC = _DIGITS | _flags("abcdefghijklmnopqrstuvwxyz")


def digit_runs(batch: TextBatch) -> tuple[Positions, Positions]:
    """Find runs of `_DIGIT_RUN` digits, and of `_SPLIT_DIGITS` with single separators between them: (starts, ends)."""
    starts, ends, _ = _compiled()(batch.text.codes, _DIGITS, _NONE, _DIGIT_RUN)
    split_starts, split_ends, counts = _compiled()(batch.text.codes, _DIGITS, _SEPARATORS, _SPLIT_DIGITS)
    if not len(split_starts):
        return starts, ends
    new = counts < split_ends - split_starts
    return np.concatenate((starts, split_starts[new])), np.concatenate((ends, split_ends[new]))


def token_runs(batch: TextBatch) -> tuple[Positions, Positions]:
    """Find runs of `_TOKEN_RUN` letters and digits in both cases, with a digit or a capital behind the first character."""
    starts, ends, _ = _compiled()(batch.text.codes, _ALPHANUMERIC, _NONE, _TOKEN_RUN)
    if not len(starts):
        return starts, ends
    cased = batch.text.cased
    is_token = [_is_token(cased[start:end]) for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
    kept = np.array(is_token, dtype=np.bool_)
    return starts[kept], ends[kept]


def _is_token(run: str) -> bool:
    return run != run.lower() and run != run.upper() and not (run.isalpha() and run[1:].islower())


def _find(codes: Codes, members: Flags, separators: Flags, shortest: int) -> tuple[Positions, Positions, Positions]:
    """Find runs of at least `shortest` members with single separators between them: (starts, ends, members in each)."""
    size, n = len(codes), 0
    runs = np.empty((3, size // shortest + 1), dtype=np.int64)
    at = 0
    while at < size:
        start, count = at, 0
        while at < size and codes[at] < len(members) and members[codes[at]]:
            count += 1
            at += 1
            is_gap = at + 1 < size and codes[at] < len(separators) and separators[codes[at]]
            at += is_gap and codes[at + 1] < len(members) and members[codes[at + 1]]
        if count >= shortest:
            runs[0, n], runs[1, n], runs[2, n] = start, at, count
            n += 1
        at += count == 0
    return runs[0, :n], runs[1, :n], runs[2, :n]


@lru_cache(maxsize=1)
def _compiled() -> Callable[[Codes, Flags, Flags, int], tuple[Positions, Positions, Positions]]:
    codes, flags = (numba.types.Array(dtype, 1, "C", readonly=True) for dtype in (numba.uint32, numba.boolean))
    compiled: Callable[[Codes, Flags, Flags, int], tuple[Positions, Positions, Positions]]
    compiled = compile_kernel(_find, (codes, flags, flags, numba.int64))
    return compiled
