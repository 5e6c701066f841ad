"""Places of a report: the notes of one feed in one period, of one feed overall, and of all feeds together."""

from dataclasses import dataclass

import numpy as np

from serving.feeds.scored_columns import IntArray, ScoredColumns


@dataclass(frozen=True, eq=False)
class Place:
    """Rows of the archive that one row of a report is about; feed None is all feeds, period None the whole range."""

    feed: str | None
    period: str | None
    notes: IntArray


@dataclass(frozen=True, eq=False)
class Places:
    """`overall` by feed, `by_period` by feed and then period; all feeds last, where there are several."""

    overall: tuple[Place, ...]
    by_period: tuple[Place, ...]


def split_places(columns: ScoredColumns, names: tuple[str, ...], when: IntArray) -> Places:
    """Split an archive into places.

    Parameters
    ----------
    columns
        The latest row of each note in each feed. A note in several feeds counts once in the total.
    names
        Periods in order of time; none where the report has none.
    when
        The period of each row, shape (n,); -1 for an undated note, which counts in the overall places alone.
    """
    by_name = sorted(range(len(columns.feeds)), key=lambda code: columns.feeds[code])
    rank = np.argsort(np.array(by_name, dtype=np.int64)) if by_name else np.zeros(0, dtype=np.int64)
    overall, by_period = [], []
    for at, notes in _groups(rank[columns.feed], np.arange(len(columns.feed))):
        feed = columns.feeds[by_name[at]]
        overall.append(Place(feed, None, notes))
        by_period += _periods(feed, notes, names, when)
    if len(overall) > 1:
        once = columns.latest(per_feed=False)
        overall.append(Place(None, None, once))
        by_period += _periods(None, once, names, when)
    return Places(tuple(overall), tuple(by_period))


def _periods(feed: str | None, notes: IntArray, names: tuple[str, ...], when: IntArray) -> list[Place]:
    return [Place(feed, names[at], rows) for at, rows in _groups(when[notes], notes) if at >= 0] if names else []


def _groups(codes: IntArray, rows: IntArray) -> list[tuple[int, IntArray]]:
    """Rows of each code, in order of code and then of row."""
    order = np.argsort(codes, kind="stable")
    starts = np.flatnonzero(np.diff(codes[order]) != 0) + 1
    return [(int(codes[part[0]]), rows[part]) for part in np.split(order, starts) if len(part)]
