"""Periods without a note: rows that say so, so that a series is not read across a gap unawares."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from models.prevalence import Status
from serving.feeds.periods import period_before
from serving.feeds.places import Place
from serving.feeds.row_estimate import Estimated
from serving.feeds.row_shares import row_without_number

MOST_EMPTY = 60  # periods in a row that are filled in: one stray date must not make thousands
NO_NOTE = "no note of this feed was published in this period"
NO_NOTE_AT_ALL = "no note was published in this period"


def fill_gaps(estimated: Sequence[Estimated]) -> list[Estimated]:
    """Add an empty row for each period without a note between a feed's first and last one.

    Parameters
    ----------
    estimated
        Rows by feed and then period. Over 60 periods in a row without a note are left out.
    """
    filled: list[Estimated] = []
    for each in estimated:
        before = filled[-1].place if filled else None
        if before is not None and before.feed == each.place.feed and before.period and each.place.period:
            filled += [_empty(before.feed, name) for name in periods_between(before.period, each.place.period)]
        filled.append(each)
    return filled


def periods_between(first: str, last: str) -> tuple[str, ...]:
    """Name the periods after `first` and before `last`, in order of time; none where they are more than 60.

    Examples
    --------
    >>> periods_between("2024-11", "2025-02"), periods_between("2013-06-01", "2025-03-01")
    (('2024-12', '2025-01'), ())
    """
    between: list[str] = []
    while (last := period_before(last)) > first:
        if len(between) == MOST_EMPTY:
            return ()
        between.append(last)
    return tuple(reversed(between))


def fill_periods(names: tuple[str, ...]) -> tuple[str, ...]:
    """Add to periods in order of time those between them, as far as `periods_between` names them."""
    filled = list(names[:1])
    for before, name in pairwise(names):
        filled += [*periods_between(before, name), name]
    return tuple(filled)


def _empty(feed: str | None, period: str) -> Estimated:
    reason = NO_NOTE_AT_ALL if feed is None else NO_NOTE
    row = row_without_number(Status.EMPTY, 0, reason, facts={"feed": feed, "period": period})
    return Estimated(Place(feed, period, np.empty(0, dtype=np.int64)), row)
