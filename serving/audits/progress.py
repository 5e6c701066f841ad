"""How far the labels of one feed and period have come, and what they say so far."""

from collections import Counter, defaultdict
from collections.abc import Sequence

import msgspec
import numpy as np

from data.errors import DataError
from data.labels import Label
from serving.audits.counts import Progress, count_labels, waiting
from serving.audits.file import AuditRow
from serving.audits.values import WHOLE
from serving.feeds.audits import PPS
from serving.feeds.note_weights import note_weights, refuse_weights
from serving.feeds.periods import cut_periods, kind_of_period
from serving.feeds.places import split_places
from serving.feeds.row_audit import audited_shares
from serving.feeds.scored_columns import IntArray, ScoredColumns


def audit_progress(rows: Sequence[AuditRow], columns: ScoredColumns | None = None) -> tuple[Progress, ...]:
    """Tell the progress of each feed and period, in order of their names.

    Raises
    ------
    DataError
        If the audit is of a feed and period that `columns` do not hold.
    """
    places: dict[tuple[str, str], list[AuditRow]] = defaultdict(list)
    for row in rows:
        places[row.feed_id, row.period].append(row)
    notes = {} if columns is None else _notes_of(columns, {period for _, period in places})
    told = []
    for place, drawn in sorted(places.items()):
        counted = count_labels(*place, drawn)
        if columns is not None:
            if place not in notes:
                raise DataError(f"an audit must be of the archive's notes. Got feed {place[0]!r}, period {place[1]!r}.")
            counted = _estimate(counted, drawn, columns, notes[place])
        told.append(counted)
    return tuple(told)


def _estimate(counted: Progress, drawn: Sequence[AuditRow], columns: ScoredColumns, notes: IntArray) -> Progress:
    asked = _asked(drawn)
    if not asked:
        return counted
    if {row.stratum for row in drawn} - {row.stratum for row in asked}:
        return msgspec.structs.replace(counted, reasons=("no share yet: a stratum has no answer",))
    weights, designs = None, {row.stratum for row in drawn}
    if all(stratum.startswith(PPS) for stratum in designs):
        weight = min(designs).split(":")[1]
        every = note_weights(columns, weight)
        weights = None if every is None else every[notes]
        if weights is not None and (why := refuse_weights(weights, weight)):
            return msgspec.structs.replace(counted, ready=False, reasons=(why,))
    estimate = audited_shares(columns, notes, asked, weights)
    interval = estimate.realised(Label.ORGANIC.value)
    if interval is None:
        return msgspec.structs.replace(counted, ready=False, reasons=estimate.reasons)
    return msgspec.structs.replace(
        counted, organic=estimate.share(Label.ORGANIC.value), ci_low=interval.ci_low, ci_high=interval.ci_high
    )


def _asked(drawn: Sequence[AuditRow]) -> list[AuditRow]:
    """Take the notes that were asked about for all that were drawn: their chances shrink by the part of the stratum."""
    finished = waiting(drawn) == 0
    asked = [row for row in drawn if finished or row.label is not None or row.annotators[0] is not None]
    all_of, part_of = Counter(row.stratum for row in drawn), Counter(row.stratum for row in asked)
    return [
        msgspec.structs.replace(
            row, inclusion_probability=row.inclusion_probability * part_of[row.stratum] / all_of[row.stratum]
        )
        for row in asked
    ]


def _notes_of(columns: ScoredColumns, periods: set[str]) -> dict[tuple[str, str], IntArray]:
    """Rows of each feed in each of these periods."""
    kinds = {WHOLE if period == WHOLE else kind_of_period(period) for period in periods}
    found: dict[tuple[str, str], IntArray] = {}
    for kind in kinds:
        names, when = cut_periods(columns.published_us, columns.dated, kind)
        for place in split_places(columns, names, np.asarray(when)).by_period:
            if place.feed is not None:
                found[place.feed, str(place.period)] = place.notes
    return found
