"""Notes that were scored several times: the latest scoring of each, who judged before, and when it was first seen."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Scorings:
    """Rows of notes that stand several times in a feed, sorted by feed, note and time.

    `starts` are the positions in `rows` at which another note or feed begins.
    """

    rows: IntArray
    starts: IntArray
    n_rows: int  # of the archive

    @classmethod
    def of(cls, note: IntArray, time: IntArray, feed: IntArray) -> "Scorings":
        """Find them by note, time and feed of each row, shape (n_rows,); rows of equal time keep their order."""
        rows = np.flatnonzero(np.bincount(note, minlength=1)[note] > 1)
        rows = rows[np.lexsort((time[rows], note[rows], feed[rows]))]
        is_first = (np.diff(note[rows], prepend=-1) != 0) | (np.diff(feed[rows], prepend=-1) != 0)
        return cls(rows, np.flatnonzero(is_first), len(note))

    def latest(self) -> IntArray:
        """Rows of the archive that are the latest of their note in their feed, ascending."""
        kept = np.ones(self.n_rows, dtype=bool)
        kept[self.rows] = False
        kept[self.rows[self._lasts]] = True
        return np.flatnonzero(kept)

    def earlier(self, codes: IntArray) -> IntArray:
        """Give the latest row of each note in each feed the code of its latest row before that has another one.

        Parameters
        ----------
        codes
            Of the models or policies that judged, -1 where unknown, shape (n_rows,).

        Returns
        -------
        ndarray
            -1 where there is none, and in all rows but the latest, shape (n_rows,).
        """
        found = np.full(self.n_rows, -1)
        if not len(self.rows) or codes.min() == codes.max():
            return found
        code, lasts = codes[self.rows], self._lasts
        is_other = (code >= 0) & (code != self._repeated(code[lasts]))
        at = np.maximum.reduceat(np.where(is_other, np.arange(len(code)), -1), self.starts)
        found[self.rows[lasts]] = np.where(at >= 0, code[at], -1)
        return found

    def earliest(self, times: IntArray, known: npt.NDArray[np.bool_]) -> IntArray:
        """Give each row the earliest known time among those of its note in its feed, shape (n_rows,).

        Parameters
        ----------
        times, known
            Of each row; where not known a time is passed on as it is.
        """
        first = times.copy()
        if len(self.rows):
            of_rows = np.where(known, times, np.iinfo(np.int64).max)[self.rows]
            earliest = self._repeated(np.minimum.reduceat(of_rows, self.starts))
            first[self.rows] = np.where(known[self.rows], earliest, times[self.rows])
        return first

    @property
    def _lasts(self) -> IntArray:
        return np.append(self.starts[1:], len(self.rows))[: len(self.starts)] - 1

    def _repeated(self, values: IntArray) -> IntArray:
        """Give each of `rows` the value of its note and feed."""
        return np.repeat(values, np.diff(self.starts, append=len(self.rows)))
