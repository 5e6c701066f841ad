import pytest

from data.dates import parse_time


@pytest.mark.parametrize("shown", ["2025/3/1 9:05", "2025-3-1T09:05:00", "2025-03-01 9:05:00+8:00"])
def test_a_time_may_lack_the_zeros_that_spreadsheets_leave_out(shown):
    assert parse_time(shown).isoformat() == "2025-03-01T01:05:00+00:00"


def test_iso_weeks_and_fractions_are_read_as_they_stand():
    assert parse_time("2025-W11-1").isoformat() == "2025-03-09T16:00:00+00:00"
    assert parse_time("2025-03-12T10:00:00.5+08:00").microsecond == 500_000
