"""What is told beside every report: days on which rules began, and how the metric itself changed."""

import tomllib
from collections.abc import Sequence
from importlib import resources

import msgspec

from data.rule_dates import read_rule_dates
from serving.feeds.periods import period_of
from serving.feeds.report_shape import MetricChange, RuleDate


class _Changes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    changes: tuple[MetricChange, ...]


def rule_dates(periods: Sequence[str], period: str) -> tuple[RuleDate, ...]:
    """Place the days of `data/rule_dates.toml` in a report's periods.

    Parameters
    ----------
    periods
        Names in order of time; without any every day is outside.
    period
        "day", "week", "month" or "all".

    Returns
    -------
    tuple of RuleDate
        All days; `period` is None before the first period and after the last.
    """

    def place(name: str) -> str | None:
        return name if periods and period != "all" and periods[0] <= name <= periods[-1] else None

    return tuple(
        RuleDate(
            day=each.day.isoformat(), period=place(period_of(each.day, period)), text=each.text, text_zh=each.text_zh
        )
        for each in read_rule_dates()
    )


def metric_changes() -> tuple[MetricChange, ...]:
    """List how the way of measuring changed, newest first."""
    text = resources.files("data").joinpath("metric_changes.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), _Changes).changes
