"""The authenticity ratio per feed and period of a scored archive: the whole report."""

from collections.abc import Iterable
from datetime import UTC, datetime

import numpy as np

from data.notes import Note
from models.prevalence import Status
from serving.audits.file import AuditFile
from serving.feeds.alarms import find_alarms
from serving.feeds.estimates import Estimates, estimate_rows
from serving.feeds.note_weights import ESTIMANDS
from serving.feeds.reliability import reliability_bins
from serving.feeds.report_model import ReportModel
from serving.feeds.report_notes import metric_changes, rule_dates
from serving.feeds.report_shape import ReliabilityBin, Report
from serving.feeds.row_shares import row_without_number
from serving.feeds.scored_columns import ScoredColumns
from serving.feeds.series_breaks import series_breaks
from serving.feeds.steps import change_points
from serving.feeds.terms import commercial_terms

FRAME = (
    "surviving notes, as collected: notes that moderation took down before collection are not in it, "
    "and a keyword feed is not the community"
)


def build_report(
    columns: ScoredColumns,
    model: ReportModel,
    *,
    period: str = "month",
    weight: str = "count",
    audit: AuditFile | None = None,
    level: float = 0.95,
    notes: Iterable[Note] | None = None,
) -> Report:
    """Estimate all rows and say what happened between them.

    Parameters
    ----------
    columns
        The latest row of each note in each feed.
    model
        The model that scored them.
    period
        "day", "week", "month", or "all" for rows over the whole range alone.
    weight
        "count", "exposure" or "likes".
    audit
        Labels of probability samples of feeds and periods.
    level
        Of every interval.
    notes
        The notes that were scored, for the words that set commercial ones apart.

    Raises
    ------
    DataError
        If no audited note belongs to a feed and period of this report.
    ConfigError
        If the period or weight is unknown, or the level is no probability.
    """
    estimates = estimate_rows(columns, model, period=period, weight=weight, audit=audit, level=level)
    overall = tuple(each.row for each in estimates.overall)
    rows = tuple(each.row for each in estimates.by_period)
    points = change_points(estimates.by_period, estimates.periods, level=level)
    breaks = series_breaks(rows)
    return Report(
        estimand=ESTIMANDS[weight],
        frame=FRAME,
        weight=weight,
        period=period,
        level=level,
        generated_at=datetime.now(tz=UTC).isoformat(timespec="seconds"),
        model_version=model.version,
        audit_sha256=audit.sha256 if audit else None,
        undated=_undated(columns),
        unplaced_audit_labels=estimates.audits.unplaced,
        periods=estimates.periods,
        overall=overall or (row_without_number(Status.EMPTY, 0, "the archive holds no note"),),
        rows=rows,
        alarms=find_alarms((*overall, *rows), points, breaks),
        change_points=points,
        series_breaks=breaks,
        rule_dates=rule_dates(estimates.periods, period),
        reliability=_reliability(estimates, level),
        terms=() if notes is None else commercial_terms(notes, columns),
        metric_changes=metric_changes(),
    )


def _reliability(estimates: Estimates, level: float) -> tuple[ReliabilityBin, ...]:
    """Leave out an audit that the model was trained on: it knows those answers."""
    if estimates.maker.audit_used_in_training:
        return ()
    return reliability_bins(estimates.maker.columns, estimates.audits.drawn, level=level)


def _undated(columns: ScoredColumns) -> dict[str, int]:
    counts = np.bincount(columns.feed[~columns.dated], minlength=len(columns.feeds))
    return {name: int(count) for name, count in sorted(zip(columns.feeds, counts, strict=True))}
