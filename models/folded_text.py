"""Folded text: the code points that n-grams are made of, and where the hashtags stand.

Digits become "0", because contacts and prices must not be learnt by heart; a run of whitespace becomes one space.
"""

from functools import lru_cache

import msgspec
import numpy as np
import numpy.typing as npt

from models.text_batch import TextBatch

_LONGEST_HASHTAG = 40
_NUL, _SPACE, _NUMBER_SIGN = 0, ord(" "), ord("#")
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

    codes: npt.NDArray[np.uint32]
    dropped: Positions
    tag_starts: Positions
    tag_ends: Positions

    def places(self, positions: Positions) -> Positions:
        """Places in `codes` of batch positions that it keeps."""
        return positions - np.searchsorted(self.dropped, positions)


def fold_text(batch: TextBatch) -> FoldedText:
    """Fold the text of a batch. "#防晒 #通勤" holds two hashtags, "# 防晒" none."""
    n = len(batch.text.codes)
    codes = np.zeros(n + 1, dtype=np.uint32)
    np.take(_folded(), batch.text.codes, out=codes[:n], mode="clip")  # "raise" would copy
    stops = np.flatnonzero(codes <= _NUMBER_SIGN)  # few: so whatever follows looks at these alone
    kinds = codes[stops]
    is_stop = (kinds == _NUL) | (kinds == _SPACE) | (kinds == _NUMBER_SIGN)
    stops, kinds = stops[is_stop], kinds[is_stop]
    spaces = stops[kinds == _SPACE]
    dropped = spaces[1:][np.diff(spaces) == 1]
    signs = np.flatnonzero(kinds == _NUMBER_SIGN)
    starts = stops[signs]
    ends = np.minimum(stops[signs + 1], starts + 1 + _LONGEST_HASHTAG)  # the last stop is the 0 after the text
    is_tag = ends > starts + 1
    return FoldedText(np.delete(codes, dropped), dropped, starts[is_tag], ends[is_tag])


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
