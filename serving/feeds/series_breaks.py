"""Periods from which on another model or policy judged: a series must not be read across one unawares."""

from collections import defaultdict
from collections.abc import Sequence

from models.prevalence import Status
from serving.feeds.report_shape import SeriesBreak
from serving.feeds.rows import FeedRow

MIN_OVERLAP = 4  # periods scored by both, in the newest rows or in those that they replaced, for the step to be known
_KINDS = ("model", "policy")


def series_breaks(rows: Sequence[FeedRow]) -> tuple[SeriesBreak, ...]:
    """Find where the versions of neighbouring periods differ.

    Parameters
    ----------
    rows
        By period, each feed's in order of time; empty ones are passed over, and those of all feeds together say
        nothing new.

    Returns
    -------
    tuple of SeriesBreak
        In order of period. Feed None where every feed breaks there, and there are several.
    """
    by_feed: dict[str, list[FeedRow]] = defaultdict(list)
    for row in rows:
        if row.feed is not None and row.status is not Status.EMPTY:
            by_feed[row.feed].append(row)
    alike: dict[tuple[str, str, str, str], list[SeriesBreak]] = defaultdict(list)
    for feed, own in by_feed.items():
        for kind in _KINDS:
            for found in _breaks(feed, own, kind):
                alike[found.period, found.kind, found.before, found.after].append(found)
    breaks: list[SeriesBreak] = []
    for (period, kind, before, after), found_in in sorted(alike.items()):
        if len(found_in) == len(by_feed) > 1:
            overlap = min(each.overlap for each in found_in)
            breaks.append(SeriesBreak(feed=None, period=period, kind=kind, before=before, after=after, overlap=overlap))
        else:
            breaks += found_in
    return tuple(breaks)


def _breaks(feed: str, rows: Sequence[FeedRow], kind: str) -> list[SeriesBreak]:
    versions = [set(getattr(row, f"{kind}_versions")) for row in rows]
    judged_by = [now.union(getattr(row, f"earlier_{kind}_versions")) for row, now in zip(rows, versions, strict=True)]
    found = []
    for row, before, after in zip(rows[1:], versions, versions[1:], strict=False):
        if row.period is None or not before or not (new := after - before):
            continue
        old = before - after or before
        overlap = sum(old | new <= each for each in judged_by)
        names = " + ".join(sorted(old)), " + ".join(sorted(new))
        found.append(
            SeriesBreak(feed=feed, period=row.period, kind=kind, before=names[0], after=names[1], overlap=overlap)
        )
    return found
