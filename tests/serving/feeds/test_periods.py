from datetime import UTC, datetime

import numpy as np
import pytest

from data.errors import ConfigError
from serving.feeds.periods import cut_periods, kind_of_period, period_before, period_end_us, period_last_year


def cut(period, *moments):
    instants = [int(datetime(*moment, tzinfo=UTC).timestamp() * 1_000_000) for moment in moments]
    names, codes = cut_periods(np.array(instants), np.ones(len(instants), dtype=bool), period)
    return [names[code] for code in codes]


def test_a_day_begins_at_midnight_in_shanghai():
    assert cut("day", (2025, 3, 11, 15, 59, 59), (2025, 3, 11, 16, 0, 0)) == ["2025-03-11", "2025-03-12"]


def test_a_month_begins_at_midnight_in_shanghai():
    assert cut("month", (2025, 2, 28, 15, 59), (2025, 2, 28, 16, 0)) == ["2025-02", "2025-03"]


def test_a_week_is_an_iso_week_with_its_iso_year():
    assert cut("week", (2024, 12, 29, 15, 0), (2024, 12, 29, 16, 0), (2027, 1, 2, 0, 0)) == [
        "2024-W52",
        "2025-W01",
        "2026-W53",
    ]


def test_names_stand_in_order_of_time():
    names, _ = cut_periods(np.array([10**15, 0]), np.ones(2, dtype=bool), "month")
    assert names == ("1970-01", "2001-09")


def test_undated_notes_belong_to_no_day_but_count_in_all():
    instants, dated = np.zeros(2, dtype=np.int64), np.array([True, False])
    assert cut_periods(instants, dated, "day")[1].tolist() == [0, -1]
    assert cut_periods(instants, dated, "all")[1].tolist() == [0, 0]


def test_unknown_period_is_refused():
    with pytest.raises(ConfigError, match="must be one of day, week, month, all. Got 'year' instead"):
        cut_periods(np.zeros(1, dtype=np.int64), np.ones(1, dtype=bool), "year")


@pytest.mark.parametrize(
    ("name", "kind", "before", "last_year", "end"),
    [
        ("2025-03", "month", "2025-02", "2024-03", (2025, 3, 31, 16)),
        ("2024-12", "month", "2024-11", "2023-12", (2024, 12, 31, 16)),
        ("2025-W01", "week", "2024-W52", "2024-W01", (2025, 1, 5, 16)),
        ("2026-W53", "week", "2026-W52", None, (2027, 1, 3, 16)),
        ("2024-02-29", "day", "2024-02-28", None, (2024, 2, 29, 16)),
    ],
)
def test_a_period_knows_its_neighbours_and_its_end(name, kind, before, last_year, end):
    assert kind_of_period(name) == kind
    assert period_before(name) == before
    assert period_last_year(name) == last_year
    assert period_end_us(name) == int(datetime(*end, tzinfo=UTC).timestamp() * 1_000_000)


@pytest.mark.parametrize("name", ["2025", "2025-13", "2025-W60", "2025-02-30", "all"])
def test_what_is_no_period_is_refused(name):
    with pytest.raises(ConfigError, match="a period must be"):
        kind_of_period(name)
