"""The authenticity ratio per feed and period of a scored archive: the whole report."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np

from data.errors import ConfigError
from data.notes import Note
from models.prevalence import Status
from serving.audits.file import AuditFile
from serving.feeds.alarms import find_alarms
from serving.feeds.audits import PlacedAudits, audit_kind, place_audits
from serving.feeds.changes import add_changes
from serving.feeds.gaps import fill_gaps, fill_periods
from serving.feeds.note_weights import ESTIMANDS, WEIGHTS
from serving.feeds.periods import cut_periods
from serving.feeds.places import Places, split_places
from serving.feeds.reliability import reliability_bins
from serving.feeds.report_model import ReportModel
from serving.feeds.report_notes import metric_changes, rule_dates
from serving.feeds.report_shape import ReliabilityBin, Report
from serving.feeds.row_estimate import Estimated, RowMaker
from serving.feeds.row_shares import row_without_number
from serving.feeds.scored_columns import ScoredColumns
from serving.feeds.series_breaks import series_breaks
from serving.feeds.shrinkage import shrink_rows
from serving.feeds.steps import change_points
from serving.feeds.terms import commercial_terms

FRAME = (
    "surviving notes, as collected: notes that moderation took down before collection are not in it, "
    "and a keyword feed is not the community"
)


@dataclass(frozen=True, eq=False)
class Estimates:
    """Rows of a report with what they were estimated from."""

    maker: RowMaker
    periods: tuple[str, ...]
    places: Places
    audits: PlacedAudits
    overall: tuple[Estimated, ...]
    by_period: tuple[Estimated, ...]


def estimate_rows(
    columns: ScoredColumns,
    model: ReportModel,
    *,
    period: str = "month",
    weight: str = "count",
    audit: AuditFile | None = None,
    level: float = 0.95,
    changes: bool = True,
) -> Estimates:
    """Estimate a row for each feed, overall and by period, and for all feeds together where there are several.

    A note counts once in each of its feeds and once in the total. Undated notes belong to no day, week or month.
    Without `changes` rows say nothing of the periods before them.

    Raises
    ------
    DataError
        If no audited note belongs to a feed and period of this report.
    ConfigError
        If the period or weight is unknown, or the level is no probability.
    """
    if not 0 < level < 1:
        raise ConfigError(f"a level must lie between 0 and 1. Got {level} instead.")
    if weight not in WEIGHTS:
        raise ConfigError(f"a weight must be one of {', '.join(WEIGHTS)}. Got {weight!r} instead.")
    names, when = cut_periods(columns.published_us, columns.dated, period)
    periods = names if period != "all" else ()
    places = split_places(columns, periods, when)
    audits = _placed(audit, columns, places, period)
    used = audit is not None and model.learned_from(audit)
    maker = RowMaker(columns, model, level, weight, used)
    overall = [maker.estimate(*pair) for pair in zip(places.overall, audits.overall, strict=True)]
    if not periods:  # feeds are what shrinks together, and there is no sum of audits to keep apart
        overall = shrink_rows(overall, maker)
    rows = [maker.estimate(*pair) for pair in zip(places.by_period, audits.by_period, strict=True)]
    by_period = fill_gaps(shrink_rows(rows, maker))
    if changes:
        by_period = add_changes(by_period, maker)
    return Estimates(maker, fill_periods(periods), places, audits, tuple(overall), tuple(by_period))


def _placed(audit: AuditFile | None, columns: ScoredColumns, places: Places, period: str) -> PlacedAudits:
    """Place an audit; one of other periods than the report's, say months in a report by week, is of the whole."""
    kind = audit_kind(audit) or period
    if audit is None or kind == period:
        return place_audits(audit, places)
    names, when = cut_periods(columns.published_us, columns.dated, kind)
    whole = place_audits(audit, split_places(columns, names, when))
    return replace(whole, by_period=(None,) * len(places.by_period))


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
