"""Authenticity ratio per feed and period of a scored archive."""

from collections.abc import Iterator

import msgspec
import numpy as np

from data.errors import DataError
from data.labels import Label
from models.prevalence import Status
from serving.audit_file import AuditFile, AuditRow
from serving.feed_rows import FeedRow, Report
from serving.periods import cut_periods
from serving.report_model import ReportModel
from serving.row_estimate import RowMaker, row_without_number
from serving.scored_columns import IntArray, ScoredColumns

ESTIMAND = f"count: share of notes whose author's own content is {Label.ORGANIC}, each note weighing 1"
FRAME = (
    "surviving notes, as collected: notes that moderation took down before collection are not in it, "
    "and a keyword feed is not the community"
)


def build_report(
    columns: ScoredColumns,
    model: ReportModel,
    *,
    period: str = "month",
    audit: AuditFile | None = None,
    level: float = 0.95,
) -> Report:
    """Estimate a row for each feed and period, then for all feeds together where there are several.

    A note counts once in each of its feeds, by its row with the latest `scored_at`, and once in the total.
    Undated notes belong to no day, week or month and are counted apart, in `undated`.

    Raises
    ------
    DataError
        If no audited note belongs to a feed and period of this report.
    ConfigError
        If the period is unknown.
    """
    names, when = cut_periods(columns.published_us, columns.dated, period)
    audits = _by_place(audit)
    used = audit is not None and audit.sha256 in model.training_hashes
    maker = RowMaker(columns, model, level=level, audit_used_in_training=used)

    latest = columns.latest(per_feed=True)
    rows: list[FeedRow] = []
    drawn: dict[str, _Drawn] = {name: _Drawn() for name in names}
    for feed, at, notes in _places(columns, latest, when):
        if at >= 0:
            of_feed = audits.pop((feed, names[at]), None)
            drawn[names[at]].add(feed, len(notes), of_feed)
            row = maker.row(notes, of_feed)
            rows.append(msgspec.structs.replace(row, feed=feed, period=names[at]))
        elif len(notes) == np.count_nonzero(columns.feed[latest] == columns.feed[notes[0]]):
            row = row_without_number(Status.EMPTY, 0, "no note of this feed has a date")
            rows.append(msgspec.structs.replace(row, feed=feed))
    unplaced = sum(map(len, audits.values()))
    if audit is not None and audit.rows and unplaced == len(audit.rows):
        feed, name = min(audits)
        raise DataError(f"an audit must be of a feed and {period} of this report. Got feed {feed!r}, period {name!r}.")
    if len(columns.feeds) > 1:
        once = columns.latest(per_feed=False)
        for at, name in enumerate(names):
            notes = once[when[once] == at]
            rows.append(msgspec.structs.replace(maker.row(notes, drawn[name].of_all_feeds(len(notes))), period=name))
    undated = np.bincount(columns.feed[latest][~columns.dated[latest]], minlength=len(columns.feeds))
    return Report(
        estimand=ESTIMAND,
        frame=FRAME,
        weight="count",
        period=period,
        level=level,
        model_version=model.version,
        audit_sha256=audit.sha256 if audit else None,
        undated={name: int(count) for name, count in sorted(zip(columns.feeds, undated, strict=True))},
        unplaced_audit_labels=unplaced,
        rows=tuple(rows) or (row_without_number(Status.EMPTY, 0, "the archive holds no note"),),
    )


class _Drawn:
    """The audits of all feeds in one period: together they are an audit of the total, each feed's strata apart."""

    def __init__(self) -> None:
        self._rows: list[AuditRow] = []
        self._n_notes = 0
        self._is_complete = True

    def add(self, feed: str, n_notes: int, rows: list[AuditRow] | None) -> None:
        self._n_notes += n_notes
        self._is_complete &= rows is not None
        self._rows += [msgspec.structs.replace(row, stratum=f"{feed}\0{row.stratum}") for row in rows or ()]

    def of_all_feeds(self, n_notes: int) -> list[AuditRow] | None:
        """Give them, or None where a feed has none, or notes stand in several feeds and so had several chances."""
        return self._rows if self._is_complete and self._n_notes == n_notes else None


def _by_place(audit: AuditFile | None) -> dict[tuple[str, str], list[AuditRow]]:
    places: dict[tuple[str, str], list[AuditRow]] = {}
    for row in audit.rows if audit else ():
        places.setdefault((row.feed_id, row.period), []).append(row)
    return places


def _places(columns: ScoredColumns, rows: IntArray, when: IntArray) -> Iterator[tuple[str, int, IntArray]]:
    """Split rows by feed (in order of name) and period (in order of time; -1, the undated, first)."""
    alphabetical = np.argsort(np.argsort(np.array(columns.feeds, dtype=object))) if columns.feeds else np.zeros(0, int)
    rank = alphabetical[columns.feed[rows]]
    order = np.lexsort((when[rows], rank))
    keys = np.stack([rank[order], when[rows][order]], axis=1)
    starts = np.flatnonzero(np.any(np.diff(keys, axis=0) != 0, axis=1)) + 1
    for notes in np.split(rows[order], starts):
        if len(notes):
            yield columns.feeds[columns.feed[notes[0]]], int(when[notes[0]]), notes
