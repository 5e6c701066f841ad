"""Publish times as crawls really write them, and the time that a note id carries."""

import re
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from data.errors import DataError

SHANGHAI = ZoneInfo("Asia/Shanghai")  # the platform's clock: naive times are read, and days are cut, in it
_EARLIEST = datetime(2013, 6, 1, tzinfo=UTC)  # the platform's first month
_ID = re.compile(r"[0-9a-f]{24}")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")
_ONE_DIGIT = re.compile(r"(?<![\d.])(?=\d(?!\d))")  # "2025/3/1 9:05", as spreadsheets show it
# What the page shows instead of a time: "编辑于 02-15 上海", "昨天 12:30", "3天前", "02-15". None of them dates a note.
_SHOWN = re.compile(r"编辑于|发布于|刚刚|今天|昨天|前天|\d+\s*(秒|分钟|小时|天|周|个?月|年)前|\d{1,2}-\d{1,2}(\D|$)")


def parse_time(value: Any) -> datetime | None:
    """Read a time: ISO, epoch seconds or milliseconds, or a spreadsheet's "1.74175E+12".

    Returns
    -------
    datetime or None
        UTC; None for a missing value and for what the page shows instead of a time ("编辑于 02-15 上海").
        Naive times are Asia/Shanghai.

    Raises
    ------
    DataError
        If the value is nothing of these. Only its length is told, never the value.

    Examples
    --------
    >>> parse_time("1.74175E+12").isoformat()
    '2025-03-12T03:26:40+00:00'
    >>> parse_time("编辑于 02-15 上海") is None
    True
    """
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return _utc(value)
    if isinstance(value, str):
        text = value.strip()
        if _NUMBER.fullmatch(text) and not re.fullmatch(r"\d{8}", text):
            return _from_epoch(float(text))
        try:
            return _utc(_from_iso(text.replace("/", "-")))
        except (ValueError, OverflowError):
            if not text or _SHOWN.match(text):
                return None
            raise DataError(
                f"a time must be ISO or epoch seconds or milliseconds. Got {len(text)} characters that are neither."
            ) from None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _from_epoch(float(value))
    raise DataError(f"a time must be ISO or epoch seconds or milliseconds. Got {type(value).__name__} instead.")


def _from_iso(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return datetime.fromisoformat(_ONE_DIGIT.sub("0", text))


def day_in_shanghai(moment: datetime) -> str:
    """Name the day of a moment, on the platform's clock.

    Examples
    --------
    >>> day_in_shanghai(datetime(2025, 3, 11, 16, tzinfo=UTC))
    '2025-03-12'
    """
    return moment.astimezone(SHANGHAI).date().isoformat()


def date_from_note_id(note_id: str) -> datetime | None:
    """Decode the creation time that the first 8 hex digits of a 24-hex note id carry (unix seconds).

    Returns
    -------
    datetime or None
        UTC; None where the id is not of that form or the time falls outside 2013-06..now. Up to 85 h before publishing.
    """
    if not _ID.fullmatch(note_id):
        return None
    moment = datetime.fromtimestamp(int(note_id[:8], 16), tz=UTC)
    return moment if _EARLIEST <= moment <= datetime.now(tz=UTC) else None


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is UTC:
        return moment
    return (moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)).astimezone(UTC)


def _from_epoch(number: float) -> datetime | None:
    if number == 0:
        return None  # crawlers write 0 for "unknown"
    seconds = number / 1000 if abs(number) >= 1e11 else number
    try:
        moment = datetime.fromtimestamp(seconds, tz=UTC)
    except (ValueError, OverflowError, OSError):
        moment = None
    if moment is None or not 2000 <= moment.year <= 2100:
        raise DataError("an epoch time must fall in 2000..2100 as seconds or milliseconds. Got a number outside it.")
    return moment
