"""Alarms of a report: what a reader must know before trusting a row, as plain sentences in English and Chinese."""

from collections.abc import Sequence

from serving.feeds.check_alarms import failed_tests, label_disagreements
from serving.feeds.collection_alarms import lag_shifts, unfinished_periods
from serving.feeds.report_shape import Alarm, ChangePoint, SeriesBreak
from serving.feeds.rows import FeedRow
from serving.feeds.series_alarms import comment_jumps, short_overlaps


def find_alarms(
    rows: Sequence[FeedRow], points: Sequence[ChangePoint], breaks: Sequence[SeriesBreak]
) -> tuple[Alarm, ...]:
    """Find all alarms of a report's rows (overall and by period), in order of kind, feed and period."""
    return (
        *failed_tests(rows),
        *comment_jumps(rows, points),
        *lag_shifts(rows),
        *label_disagreements(rows),
        *short_overlaps(breaks),
        *unfinished_periods(rows),
    )
