"""What happened between the periods of a report: steps and breaks of its series."""

import msgspec

from serving.feeds.report_shape import ChangePoint, Report, SeriesBreak


class History(msgspec.Struct, frozen=True, kw_only=True):
    """Steps and breaks of all series; of the steps at most 5 % are false, over all feeds together."""

    schema_version: int = 1
    estimand: str
    level: float
    periods: tuple[str, ...]
    change_points: tuple[ChangePoint, ...]
    series_breaks: tuple[SeriesBreak, ...]


def history_of(report: Report) -> History:
    """Take it out of a report."""
    return History(
        estimand=report.estimand,
        level=report.level,
        periods=report.periods,
        change_points=report.change_points,
        series_breaks=report.series_breaks,
    )
