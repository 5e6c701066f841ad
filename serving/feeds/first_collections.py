"""When each note was first collected: what is collected anew later had survived until then already."""

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]


def first_collections(note: IntArray, feed: IntArray, collected_us: IntArray, known: npt.NDArray[np.bool_]) -> IntArray:
    """Give each row the earliest known time at which its note was collected in its feed.

    Parameters
    ----------
    note, feed
        Codes from 0, shape (n,); a note stands in a feed as often as it was scored there.
    collected_us
        Microseconds since 1970, shape (n,); where not `known` it is passed on as it is.
    """
    first = collected_us.copy()
    rows = np.flatnonzero(known & (np.bincount(note, minlength=1)[note] > 1))
    if not len(rows):
        return first
    order = rows[np.lexsort((note[rows], feed[rows]))]
    is_new = (np.diff(note[order], prepend=-1) != 0) | (np.diff(feed[order], prepend=-1) != 0)
    earliest = np.minimum.reduceat(collected_us[order], np.flatnonzero(is_new))
    first[order] = earliest[np.cumsum(is_new) - 1]
    return first
