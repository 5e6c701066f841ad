"""Two feeds, or one feed in two periods, side by side, with the change from one to the other."""

from typing import NamedTuple

import msgspec

from data.errors import ConfigError, DataError
from models.prevalence import Status
from serving.audits.values import WHOLE
from serving.feeds.difference import subtract_rows
from serving.feeds.estimates import Estimates
from serving.feeds.periods import Period, kind_of_period
from serving.feeds.row_estimate import Estimated
from serving.feeds.rows import Change, Share


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One of the two; period None is the whole range."""

    feed: str
    period: str | None
    status: Status
    n: int
    organic: Share | None
    reasons: tuple[str, ...]


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """The change from `before` to `after`; None, with a reason, where the two have no joint interval."""

    schema_version: int = 1
    estimand: str
    level: float
    before: Side
    after: Side
    change: Change | None
    reason: str | None


class NamedPlace(NamedTuple):
    """One of two places to compare, by name; period None is the whole range."""

    feed: str
    period: str | None


def two_feeds(feed: str, other: str, period: str | None) -> tuple[NamedPlace, NamedPlace, Period]:
    """Name two feeds in one period (None or "all": the whole range), and say how an archive must be cut for them.

    Raises
    ------
    ConfigError
        If the period is none.
    """
    name = None if period == WHOLE else period
    return NamedPlace(feed, name), NamedPlace(other, name), kind_of_period(name) if name else "all"


def two_periods(feed: str, first: str, second: str) -> tuple[NamedPlace, NamedPlace, Period]:
    """Name one feed in two periods, and say how an archive must be cut for them.

    Raises
    ------
    ConfigError
        If one is no period, or they are of two kinds, or the same.
    """
    kinds = {kind_of_period(name) for name in (first, second)}
    if len(kinds) > 1:
        raise ConfigError(f"two periods must be of one kind, such as months. Got a {' and a '.join(sorted(kinds))}.")
    if first == second:
        raise ConfigError(f"two periods must differ to be compared. Got {first} twice.")
    return NamedPlace(feed, first), NamedPlace(feed, second), kinds.pop()


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
