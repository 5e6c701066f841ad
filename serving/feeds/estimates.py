"""Rows of a report with what they were estimated from, and with what changed since the periods before."""

from dataclasses import dataclass, replace

from data.errors import ConfigError
from serving.audits.file import AuditFile
from serving.feeds.audits import PlacedAudits, audit_kind, place_audits
from serving.feeds.changes import add_changes
from serving.feeds.gaps import fill_gaps, fill_periods
from serving.feeds.note_weights import WEIGHTS
from serving.feeds.periods import cut_periods
from serving.feeds.places import Places, split_places
from serving.feeds.report_model import ReportModel
from serving.feeds.row_estimate import Estimated, RowMaker
from serving.feeds.scored_columns import ScoredColumns
from serving.feeds.shrinkage import shrink_rows


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
    kind = audit_kind(audit, period)
    if audit is None or kind == period:
        return place_audits(audit, places)
    names, when = cut_periods(columns.published_us, columns.dated, kind)
    whole = place_audits(audit, split_places(columns, names, when))
    return replace(whole, by_period=(None,) * len(places.by_period))
