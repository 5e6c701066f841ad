"""Runs of digits and of code-like letters: triggers that no list of literals can hold."""

import numpy as np
import numpy.typing as npt

from models.text_batch import TextBatch

_DIGIT_RUN, _SPLIT_DIGITS, _TOKEN_RUN = 5, 9, 8
_SEPARATORS = np.array([ord(char) for char in " -.*·~/_|"], dtype=np.uint32)

Positions = npt.NDArray[np.int64]


def digit_runs(batch: TextBatch) -> tuple[Positions, Positions]:
    """Find runs of `_DIGIT_RUN` digits, and of `_SPLIT_DIGITS` with single separators between them: (starts, ends)."""
    codes = batch.text.codes
    positions = np.flatnonzero((codes - np.uint32(48)) < 10)  # below "0" the difference wraps round
    gaps = np.diff(positions)
    starts, ends, _ = _groups(positions, gaps != 1, _DIGIT_RUN)
    is_split = gaps == 2
    is_split[is_split] = np.isin(codes[positions[:-1][is_split] + 1], _SEPARATORS)
    split_starts, split_ends, counts = _groups(positions, ~(is_split | (gaps == 1)), _SPLIT_DIGITS)
    new = counts < split_ends - split_starts
    return np.concatenate([starts, split_starts[new]]), np.concatenate([ends, split_ends[new]])


def token_runs(batch: TextBatch) -> tuple[Positions, Positions]:
    """Find runs of `_TOKEN_RUN` letters and digits in both cases, with a digit or a capital behind the first character."""
    codes, cased = batch.text.codes, batch.text.cased
    positions = np.flatnonzero(((codes - np.uint32(48)) < 10) | ((codes - np.uint32(97)) < 26))
    starts, ends, _ = _groups(positions, np.diff(positions) != 1, _TOKEN_RUN)
    is_token = [_is_token(cased[start:end]) for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
    kept = np.array(is_token, dtype=np.bool_)
    return starts[kept], ends[kept]


def _is_token(run: str) -> bool:
    return run != run.lower() and run != run.upper() and not (run.isalpha() and run[1:].islower())


def _groups(
    positions: Positions, breaks: npt.NDArray[np.bool_], shortest: int
) -> tuple[Positions, Positions, Positions]:
    """Split sorted positions at `breaks`: (starts, ends, numbers of positions) of the groups of at least `shortest`."""
    if not len(positions):
        return positions, positions, positions
    cuts = np.flatnonzero(breaks)
    first = np.concatenate(([0], cuts + 1))
    last = np.concatenate((cuts, [len(positions) - 1]))
    long = last - first >= shortest - 1
    first, last = first[long], last[long]
    return positions[first], positions[last] + 1, last - first + 1
