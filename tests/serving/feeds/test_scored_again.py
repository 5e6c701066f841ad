"""An archive whose later months were scored again by the next model."""

from datetime import UTC, datetime

import numpy as np
import pytest

from serving.feeds.report_model import ReportModel
from serving.feeds.scored_columns import ScoredColumns
from serving.feeds.whole_report import build_report

N = 10  # notes a month


@pytest.fixture
def report():
    def build(n_again, judged_before=N):
        """January by m1; the months to July by m2; in `n_again` of those m1 judged so many of the notes before."""
        moments = [int(datetime(2025, month, 10, tzinfo=UTC).timestamp() * 1_000_000) for month in range(1, 8)]
        month, at = np.divmod(np.arange(7 * N), N)
        again = (month >= 1) & (month <= n_again) & (at < judged_before)
        columns = ScoredColumns.from_arrays(
            [f"n{i}" for i in range(7 * N)],
            np.full((7 * N, 4), 0.25),
            feeds=["f"],
            versions=("m1", "m2"),
            version=(month > 0).astype(np.int64),
            earlier_version=np.where(again, 0, -1),
            published_us=np.array(moments)[month],
            dated=np.ones(7 * N, dtype=bool),
        )
        return build_report(columns, ReportModel("m2", frozenset(), None))

    return build


def test_a_row_names_the_model_that_judged_at_least_half_of_its_notes_before(report):
    rows = report(2, judged_before=N // 2).rows
    assert [row.earlier_model_versions for row in rows[:4]] == [(), ("m1",), ("m1",), ()]
    assert all(row.earlier_model_versions == () for row in report(2, judged_before=N // 2 - 1).rows)


@pytest.mark.parametrize(("n_again", "is_alarmed"), [(3, True), (4, False)])
def test_four_months_scored_again_let_the_series_be_read_across(report, n_again, is_alarmed):
    found = report(n_again)
    assert [(each.period, each.overlap) for each in found.series_breaks] == [("2025-02", n_again)]
    assert any(alarm.kind == "series_break" for alarm in found.alarms) == is_alarmed
