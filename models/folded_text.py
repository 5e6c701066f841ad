"""Folded text: the code points that n-grams are made of, and where the hashtags stand.

Digits become "0", because contacts and prices must not be learnt by heart; a run of whitespace becomes one space.
"""

from collections.abc import Callable
from functools import lru_cache

import msgspec
import numba
import numpy as np
import numpy.typing as npt

from data.kernels import compile_kernel
from models.text_batch import TextBatch

_LONGEST_HASHTAG = 40
_NUL, _SPACE, _NUMBER_SIGN = 0, ord(" "), ord("#")
Codes = npt.NDArray[np.uint32]
Positions = npt.NDArray[np.int64]


class FoldedText(msgspec.Struct, frozen=True):
    """The text of a batch, folded once for all its segments.

    Attributes
    ----------
    codes
        Code points, one 0 more than the text has, so that every segment's end is a position in it.
    dropped
        Batch positions that `codes` leaves out, sorted: whitespace after whitespace.
    tag_starts, tag_ends
        (n_hashtags,) half-open batch positions of "#" and the 1 to 40 characters after it, in any field.
    """

    codes: Codes
    dropped: Positions
    tag_starts: Positions
    tag_ends: Positions

    def places(self, positions: Positions) -> Positions:
        """Places in `codes` of batch positions that it keeps."""
        return positions - np.searchsorted(self.dropped, positions)


def fold_text(batch: TextBatch) -> FoldedText:
    """Fold the text of a batch. "#防晒 #通勤" holds two hashtags, "# 防晒" none."""
    return FoldedText(*_compiled()(batch.text.codes, _folded()))


def _fold(codes: Codes, folded: Codes) -> tuple[Codes, Positions, Positions, Positions]:
    """Give the fields of `FoldedText`."""
    n_kept = n_dropped = n_tags = 0
    kept, dropped = np.empty(len(codes) + 1, dtype=np.uint32), np.empty(len(codes), dtype=np.int64)
    tag_starts, tag_ends = np.empty(len(codes), dtype=np.int64), np.empty(len(codes), dtype=np.int64)
    last, sign = _NUL, -1  # the character before; where an open hashtag's "#" stands
    for at in range(len(codes) + 1):
        code = folded[codes[at]] if at < len(codes) else _NUL
        if code == _SPACE and last == _SPACE:
            dropped[n_dropped] = at
            n_dropped += 1
        else:
            kept[n_kept] = code
            n_kept += 1
        if code in (_NUL, _SPACE, _NUMBER_SIGN):
            if 0 <= sign < at - 1:
                tag_starts[n_tags], tag_ends[n_tags] = sign, min(at, sign + 1 + _LONGEST_HASHTAG)
                n_tags += 1
            sign = at if code == _NUMBER_SIGN else -1
        last = code
    return kept[:n_kept], dropped[:n_dropped], tag_starts[:n_tags], tag_ends[:n_tags]


@lru_cache(maxsize=1)
def _compiled() -> Callable[[Codes, Codes], tuple[Codes, Positions, Positions, Positions]]:
    codes = numba.types.Array(numba.uint32, 1, "C", readonly=True)
    compiled: Callable[[Codes, Codes], tuple[Codes, Positions, Positions, Positions]]
    compiled = compile_kernel(_fold, (codes, codes))
    return compiled


@lru_cache(maxsize=1)
def _folded() -> npt.NDArray[np.uint32]:
    """Table of folded code points; beyond the first plane Python versions differ in digits, so none is folded there."""
    folded = np.arange(0x110000, dtype=np.uint32)
    for point in range(0x10000):
        if chr(point).isdigit():
            folded[point] = ord("0")
        elif chr(point).isspace():
            folded[point] = _SPACE
    return folded
