"""Two feeds, or one feed in two periods: how they are named, and the shape of the answer."""

from typing import NamedTuple

import msgspec

from data.errors import ConfigError
from models.prevalence import Status
from serving.audits.values import WHOLE
from serving.feeds.periods import Period, kind_of_period
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
