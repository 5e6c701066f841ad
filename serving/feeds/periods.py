"""Periods as reports name them: days, ISO weeks and months cut in Asia/Shanghai."""

import re
from datetime import date, timedelta
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from data.errors import ConfigError

Period = Literal["day", "week", "month", "all"]
PERIODS: tuple[Period, ...] = get_args(Period)
UNDATED = -1
_SHANGHAI_OFFSET_US = 8 * 3600 * 1_000_000  # no daylight saving since 1991, long before the first note
_DAY_US = 24 * 3600 * 1_000_000
_EPOCH = date(1970, 1, 1).toordinal()
_FORMS: dict[Period, re.Pattern[str]] = {
    "day": re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII),
    "week": re.compile(r"\d{4}-W\d{2}", re.ASCII),
    "month": re.compile(r"\d{4}-\d{2}", re.ASCII),
}


def cut_periods(
    published_us: npt.NDArray[np.int64], dated: npt.NDArray[np.bool_], period: str
) -> tuple[tuple[str, ...], npt.NDArray[np.int64]]:
    """Cut publish times into periods.

    Parameters
    ----------
    published_us
        Microseconds since 1970-01-01 UTC, shape (n_notes,); ignored where not `dated`.
    dated
        Whether the publish time is known, shape (n_notes,).
    period
        "day" (2025-03-12), "week" (2025-W11), "month" (2025-03) or "all".

    Returns
    -------
    tuple
        Names in order of time, and each note's position among them: -1 for an undated note, which belongs to no
        day, week or month. In "all" every note counts.

    Raises
    ------
    ConfigError
        If the period is none of these.
    """
    if period not in PERIODS:
        raise ConfigError(f"a period must be one of {', '.join(PERIODS)}. Got {period!r} instead.")
    codes = np.full(len(published_us), UNDATED, dtype=np.int64)
    if period == "all":
        return ("all",), np.zeros_like(codes)
    days = (published_us[dated] + _SHANGHAI_OFFSET_US) // _DAY_US
    each_day, which = np.unique(days, return_inverse=True)
    names = [period_of(date.fromordinal(int(day) + _EPOCH), period) for day in each_day]
    ordered = tuple(dict.fromkeys(names))  # days ascend, so names appear in order of time
    position = {name: at for at, name in enumerate(ordered)}
    if len(each_day):
        codes[dated] = np.array([position[name] for name in names], dtype=np.int64)[which]
    return ordered, codes


def period_of(day: date, period: str) -> str:
    """Name the day, week or month that a day in Asia/Shanghai falls in.

    Examples
    --------
    >>> period_of(date(2024, 12, 30), "week")
    '2025-W01'
    """
    if period == "week":
        iso = day.isocalendar()
        return f"{iso.year}-W{iso.week:02d}"
    return day.isoformat() if period == "day" else f"{day:%Y-%m}"


def kind_of_period(name: str) -> Period:
    """Tell by its name whether a period is a day, a week or a month.

    Raises
    ------
    ConfigError
        If it is none.
    """
    for kind, form in _FORMS.items():
        if form.fullmatch(name):
            _first_day(name)
            return kind
    raise ConfigError(f"a period must be named like 2025-03-12, 2025-W11 or 2025-03. Got {len(name)} other characters.")


def period_before(name: str) -> str:
    """Name the day, week or month just before.

    Examples
    --------
    >>> period_before("2025-W01"), period_before("2025-03")
    ('2024-W52', '2025-02')
    """
    return period_of(_first_day(name) - timedelta(days=1), kind_of_period(name))


def period_last_year(name: str) -> str | None:
    """Name the same day, ISO week or month of the year before; None for 29 February and for week 53.

    Examples
    --------
    >>> period_last_year("2025-03"), period_last_year("2026-W53")
    ('2024-03', None)
    """
    before = f"{int(name[:4]) - 1:04d}{name[4:]}"
    try:
        _first_day(before)
    except ConfigError:
        return None
    return before


def period_start_us(name: str) -> int:
    """Give the first moment of a period, in microseconds since 1970-01-01 UTC."""
    return (_first_day(name).toordinal() - _EPOCH) * _DAY_US - _SHANGHAI_OFFSET_US


def period_end_us(name: str) -> int:
    """Give the first moment after a period, in microseconds since 1970-01-01 UTC."""
    first, kind = _first_day(name), kind_of_period(name)
    after = first + timedelta(days={"day": 1, "week": 7, "month": 31}[kind])
    if kind == "month":
        after = after.replace(day=1)
    return (after.toordinal() - _EPOCH) * _DAY_US - _SHANGHAI_OFFSET_US


def _first_day(name: str) -> date:
    try:
        if "W" in name:
            return date.fromisocalendar(int(name[:4]), int(name[6:]), 1)
        return date.fromisoformat(name if len(name) > len("2025-03") else f"{name}-01")
    except ValueError as error:
        raise ConfigError(f"a period must be a day, week or month of the calendar. Got {name!r} instead.") from error
