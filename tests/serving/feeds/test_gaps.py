"""Feeds with months in which nothing was published."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from models.prevalence import Status, Validation, ValidationStatistics
from serving.feeds.gaps import fill_periods, periods_between
from serving.feeds.report_model import ReportModel
from serving.feeds.scored_columns import ScoredColumns
from serving.feeds.whole_report import build_report

N = 100  # notes a feed and month
FEEDS = ("whole", "gappy")
MONTHS = {"whole": (1, 2, 3, 6, 7, 8, 9), "gappy": (2, 3, 7, 8)}  # of 2025: April and May have no note at all


def draw(seed, n):
    rng = np.random.default_rng(seed)
    gold = rng.choice(4, n, p=[0.1, 0.1, 0.6, 0.2])
    posteriors = np.full((n, 4), 0.05)
    posteriors[np.arange(n), np.where(rng.random(n) < 0.9, gold, rng.integers(0, 4, n))] = 0.85
    return gold, posteriors


@pytest.fixture(scope="module")
def model():
    gold, posteriors = draw(1, 2000)
    sources = [f"source {i % 10}" for i in range(2000)]
    return ReportModel("m1", frozenset(), Validation(ValidationStatistics.from_predictions(gold, posteriors, sources)))


@pytest.fixture(scope="module")
def columns():
    places = [(at, month) for at, feed in enumerate(FEEDS) for month in MONTHS[feed]]
    n = len(places) * N
    moments = [int(datetime(2025, month, 10, tzinfo=UTC).timestamp() * 1_000_000) for _, month in places]
    return ScoredColumns.from_arrays(
        [f"n{i}" for i in range(n)],
        draw(2, n)[1],
        feeds=FEEDS,
        feed=np.repeat([at for at, _ in places], N),
        published_us=np.repeat(moments, N),
        dated=np.full(n, True),
    )


@pytest.fixture(scope="module")
def report(columns, model):
    return build_report(columns, model)


def rows_of(report, feed):
    return {row.period: row for row in report.rows if row.feed == feed}


def test_periods_of_a_report_leave_none_out(report):
    assert report.periods == tuple(f"2025-0{month}" for month in range(1, 10))


def test_a_feed_has_a_row_for_each_period_between_its_first_and_its_last(report):
    gappy = rows_of(report, "gappy")
    assert list(gappy) == [f"2025-0{month}" for month in range(2, 9)]
    assert [row.period for row in gappy.values() if row.status is Status.EMPTY] == ["2025-04", "2025-05", "2025-06"]
    empty = gappy["2025-06"]
    assert (empty.n, empty.organic, empty.other_status) == (0, None, Status.EMPTY)
    assert empty.reasons == ("no note of this feed was published in this period",)


def test_all_feeds_are_empty_where_no_feed_has_a_note(report):
    total = rows_of(report, None)
    assert list(total) == list(report.periods)
    assert [row.period for row in total.values() if row.status is Status.EMPTY] == ["2025-04", "2025-05"]
    assert total["2025-05"].reasons == ("no note was published in this period",)


def test_rows_stand_by_feed_and_then_by_time(report):
    order = [(row.feed is None, row.feed or "", row.period) for row in report.rows]
    assert order == sorted(order)


def test_a_change_is_never_told_across_a_gap(report):
    gappy = rows_of(report, "gappy")
    assert gappy["2025-03"].since_last_period.since == "2025-02"
    assert gappy["2025-07"].since_last_period is None
    assert gappy["2025-08"].since_last_period.since == "2025-07"
    assert {gappy[name].since_last_period for name in ("2025-04", "2025-05", "2025-06")} == {None}


def test_a_stray_date_makes_no_thousands_of_rows(columns, model):
    moments = columns.published_us.copy()
    moments[0] = int(datetime(2013, 7, 1, tzinfo=UTC).timestamp() * 1_000_000)
    report = build_report(replace(columns, published_us=moments), model)
    assert report.periods[:2] == ("2013-07", "2025-01")
    assert len(report.rows) == 1 + 9 + 7 + 10


def test_an_empty_period_raises_no_alarm_and_breaks_no_series(report):
    assert [alarm.kind for alarm in report.alarms] == []
    assert report.series_breaks == ()


def test_periods_without_a_note_are_named_in_order_of_time():
    assert fill_periods(("2024-W51", "2025-W02")) == ("2024-W51", "2024-W52", "2025-W01", "2025-W02")
    assert fill_periods(("2025-03",)) == ("2025-03",)
    assert fill_periods(()) == ()


def test_sixty_empty_periods_in_a_row_are_named_and_sixty_one_are_not():
    assert len(periods_between("2025-01-01", "2025-03-03")) == 60
    assert periods_between("2025-01-01", "2025-03-04") == ()
    assert fill_periods(("2013-06-01", "2025-03-01", "2025-03-03")) == (
        "2013-06-01",
        "2025-03-01",
        "2025-03-02",
        "2025-03-03",
    )
