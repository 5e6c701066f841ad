"""Steps in the series of a report: share of organic and diverting comments of each feed, found across all of them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from models.prevalence import Status
from models.prevalence.change_points import Series, Step, find_change_points
from models.prevalence.intervals import normal_quantile
from serving.feeds.comment_density import PER
from serving.feeds.report_shape import ChangePoint
from serving.feeds.row_estimate import Estimated
from serving.feeds.row_shares import ORGANIC
from serving.feeds.rows import FeedRow

MIN_POINTS = 4
ORGANIC_SERIES, COMMENT_SERIES = "organic", "comment_diversion"
_LEAST_VARIANCE = 1e-9
_METHODS: Mapping[Status, str] = {
    Status.AUDITED: "audited",
    Status.SHRUNK: "audited",
    Status.SHRUNK_UNAUDITED: "audited",
    Status.MODEL_BASED: "model",
    Status.SCREENING: "model",
}
_Points = dict[str, tuple[float, float]]  # period -> value and variance


@dataclass(frozen=True)
class _Name:
    feed: str | None
    series: str


def change_points(estimated: Sequence[Estimated], periods: Sequence[str], *, level: float) -> tuple[ChangePoint, ...]:
    """Find the steps of all series of 4 points or more, in order of feed (all feeds last), series and time.

    A series of shares holds those of one method, audited (shrunk too) or model-based, whichever has more points: a
    change of method is no change of the feed. Each value's variance is its own noise and that of the process.
    """
    by_feed: dict[str | None, list[Estimated]] = defaultdict(list)
    for each in estimated:
        by_feed[each.place.feed].append(each)
    points: dict[_Name, _Points] = {}
    for feed, rows in by_feed.items():
        points[_Name(feed, ORGANIC_SERIES)] = _organic(rows)
        points[_Name(feed, COMMENT_SERIES)] = _comments(rows)
    long = {name: found for name, found in points.items() if len(found) >= MIN_POINTS}
    names = list(long)
    series = {str(at): _series(long[name], periods) for at, name in enumerate(names)}
    steps = find_change_points(series) if series else []
    half = normal_quantile(level)
    return tuple(_change_point(names[int(step.series)], step, periods, half) for step in steps)


def levels_around(point: ChangePoint, rows: Sequence[FeedRow], points: Sequence[ChangePoint]) -> tuple[float, float]:
    """Diverting comments per 1,000 before and after a step, up to the steps next to it; pooled, not averaged."""
    others = sorted(p.period for p in points if (p.feed, p.series) == (point.feed, point.series))
    at = others.index(point.period)
    start = others[at - 1] if at else ""
    stop = others[at + 1] if at + 1 < len(others) else None

    def pooled(low: str, high: str | None) -> float:
        found = [
            row.comment_diversion
            for row in rows
            if row.feed == point.feed
            and row.period is not None
            and low <= row.period
            and (high is None or row.period < high)
        ]
        comments = sum(each.comments for each in found if each)
        return PER * sum(each.diverting for each in found if each) / comments if comments else 0.0

    return pooled(start, point.period), pooled(point.period, stop)


def _organic(rows: Sequence[Estimated]) -> _Points:
    by_method: dict[str, _Points] = defaultdict(dict)
    for each in rows:
        estimate = each.organic
        share = None if estimate is None else estimate.share(ORGANIC)
        if estimate is None or share is None or each.place.period is None:
            continue
        noise = estimate.covariance if estimate.own_covariance is None else estimate.own_covariance
        at = estimate.classes.index(ORGANIC)
        own = 0.0 if noise is None else float(noise[at, at])
        process = share * (1 - share) / max(estimate.n_eff, 1.0)
        by_method[_METHODS[each.row.status]][each.place.period] = share, own + process
    return max(by_method.values(), key=len, default={})


def _comments(rows: Sequence[Estimated]) -> _Points:
    points: _Points = {}
    for each in rows:
        ratio = each.comments
        if ratio is not None and ratio.comments and each.place.period is not None:
            points[each.place.period] = PER * ratio.share, PER**2 * ratio.variance
    return points


def _series(points: _Points, periods: Sequence[str]) -> Series:
    values = np.array([points.get(name, (np.nan, np.nan)) for name in periods], dtype=np.float64)
    return Series(values[:, 0], np.maximum(values[:, 1], _LEAST_VARIANCE))


def _change_point(name: _Name, step: Step, periods: Sequence[str], half: float) -> ChangePoint:
    error = half * sqrt(step.variance)
    return ChangePoint(
        feed=name.feed,
        series=name.series,
        period=periods[step.at],
        size=step.size,
        ci_low=step.size - error,
        ci_high=step.size + error,
        p_value=step.p_value,
        q_value=step.q_value,
    )
