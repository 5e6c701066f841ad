"""Two feeds, or one feed in two periods, side by side, with the change from one to the other."""

import msgspec

from data.errors import DataError
from serving.feeds.comparison_shape import Comparison, Side
from serving.feeds.difference import subtract_rows
from serving.feeds.estimates import Estimates
from serving.feeds.row_estimate import Estimated


def compare(
    estimates: Estimates, before: tuple[str, str | None], after: tuple[str, str | None], *, estimand: str
) -> Comparison:
    """Compare two rows, each named by feed and period (None: the whole range).

    Raises
    ------
    DataError
        If there is no such row.
    """
    a, b = _find(estimates, *before), _find(estimates, *after)
    change = subtract_rows(estimates.maker, b, a, level=estimates.maker.level)
    if change is not None and a.place.feed != b.place.feed:
        change = msgspec.structs.replace(change, since=a.place.feed or "")
    return Comparison(
        estimand=estimand,
        level=estimates.maker.level,
        before=_side(a),
        after=_side(b),
        change=change,
        reason=None if change else _why_not(a, b),
    )


def _find(estimates: Estimates, feed: str, period: str | None) -> Estimated:
    rows = estimates.overall if period is None else estimates.by_period
    for each in rows:
        if (each.place.feed, each.place.period) == (feed, period):
            return each
    known = sorted({each.place.feed for each in estimates.overall if each.place.feed is not None})
    if feed not in known:
        shown = ", ".join(known[:10]) + (f" and {len(known) - 10} more" if len(known) > 10 else "")
        raise DataError(f"a feed must be one of the archive's: {shown}. Got {feed!r} instead.")
    raise DataError(f"feed {feed!r} must have notes in the period. Got none in {period}.")


def _side(each: Estimated) -> Side:
    row = each.row
    return Side(
        feed=row.feed or "", period=row.period, status=row.status, n=row.n, organic=row.organic, reasons=row.reasons
    )


def _why_not(a: Estimated, b: Estimated) -> str:
    if a.organic is None or b.organic is None:
        return "a share is not known: see its status and reasons"
    return "one share rests on labels and the other does not: what differs between the methods would pass for change"
