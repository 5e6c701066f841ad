"""Which drawn notes audit which place of a report: its own, or those of its parts together."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec

from data.errors import DataError
from serving.audits.file import AuditFile, AuditRow
from serving.audits.values import WHOLE
from serving.feeds.periods import kind_of_period
from serving.feeds.places import Place, Places

PPS = "pps:"  # how strata are named that were drawn with probability proportional to size
Drawn = tuple[AuditRow, ...]
_Part = tuple[Place, Drawn | None]


@dataclass(frozen=True)
class PlacedAudits:
    """Drawn notes of each place, None where it has no audit; `drawn` has each once, with the place it was drawn for.

    `unplaced` counts those that belong to no place.
    """

    overall: tuple[Drawn | None, ...]
    by_period: tuple[Drawn | None, ...]
    drawn: tuple[tuple[Place, Drawn], ...]
    unplaced: int


def place_audits(audit: AuditFile | None, places: Places) -> PlacedAudits:
    """Give each place its audit.

    A feed overall is audited by the rows of period "all", else by its periods together, where every one is audited
    and no note is undated. All feeds are audited by the feeds together, where every one is audited and no note stands
    in two: such a note had several chances to be drawn. Each part's strata stay apart.

    Raises
    ------
    DataError
        If no audited note belongs to a place.
    """
    if audit is None:
        return PlacedAudits((None,) * len(places.overall), (None,) * len(places.by_period), (), 0)
    own: dict[tuple[str, str], list[AuditRow]] = defaultdict(list)
    for row in audit.rows:
        own[row.feed_id, row.period].append(row)
    by_feed: dict[str, list[_Part]] = defaultdict(list)
    by_time: dict[str | None, list[_Part]] = defaultdict(list)
    used: set[tuple[str, str]] = set()

    def of(feed: str, period: str | None) -> Drawn | None:
        key = (feed, period or WHOLE)
        used.update({key} & own.keys())
        return tuple(own[key]) if key in own else None

    for place in places.by_period:
        if place.feed is not None:
            part = (place, of(place.feed, place.period))
            by_feed[place.feed].append(part)
            by_time[place.period].append(part)
    for place in places.overall:
        if place.feed is not None:
            by_time[None].append((place, of(place.feed, None) or _pool(place, by_feed[place.feed])))
    of_feeds = {(place.feed, place.period): drawn for parts in by_time.values() for place, drawn in parts}
    if audit.rows and not used:
        feed, period = min(own)
        raise DataError(f"an audit must be of feeds and periods of this report. Got feed {feed!r}, period {period!r}.")

    def drawn_of(place: Place) -> Drawn | None:
        return _pool(place, by_time[place.period]) if place.feed is None else of_feeds[place.feed, place.period]

    return PlacedAudits(
        tuple(map(drawn_of, places.overall)),
        tuple(map(drawn_of, places.by_period)),
        tuple(
            (place, tuple(own[key]))
            for place in (*places.overall, *places.by_period)
            if (key := (place.feed or "", place.period or WHOLE)) in used
        ),
        sum(len(rows) for key, rows in own.items() if key not in used),
    )


def audit_kind(audit: AuditFile | None, period: str) -> str:
    """Tell whether an audit is taken by days, weeks or months: as a report by `period`, where it has any of these.

    Examples
    --------
    >>> audit_kind(None, "week")
    'week'
    """
    kinds = {kind_of_period(row.period) for row in audit.rows if row.period != WHOLE} if audit else set()
    return period if period in kinds or not kinds else min(kinds)


def is_pps(drawn: Sequence[AuditRow]) -> bool:
    """Tell whether notes were drawn with probability proportional to size."""
    return all(row.stratum.startswith(PPS) for row in drawn)


def _pool(place: Place, parts: Iterable[_Part]) -> Drawn | None:
    """Put the audits of parts together, or None where they do not cover the place, or differ in design."""
    pooled: list[AuditRow] = []
    designs: set[bool] = set()
    n_notes = 0
    for part, drawn in parts:
        if drawn is None:
            return None
        n_notes += len(part.notes)
        designs.add(is_pps(drawn))
        pooled += [_apart(row, part) for row in drawn]
    return tuple(pooled) if pooled and len(designs) == 1 and n_notes == len(place.notes) else None


def _apart(row: AuditRow, part: Place) -> AuditRow:
    return msgspec.structs.replace(row, stratum=f"{row.stratum}\0{part.feed}\0{part.period}")
