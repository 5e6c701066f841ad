"""Periods as reports name them: days, ISO weeks and months cut in Asia/Shanghai."""

from datetime import date
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
    names = [_name(date.fromordinal(int(day) + _EPOCH), period) for day in each_day]
    ordered = tuple(dict.fromkeys(names))  # days ascend, so names appear in order of time
    position = {name: at for at, name in enumerate(ordered)}
    if len(each_day):
        codes[dated] = np.array([position[name] for name in names], dtype=np.int64)[which]
    return ordered, codes


def _name(day: date, period: str) -> str:
    if period == "week":
        iso = day.isocalendar()
        return f"{iso.year}-W{iso.week:02d}"
    return day.isoformat() if period == "day" else f"{day:%Y-%m}"
