"""The time as the tables hold it: whole microseconds since 1970 in UTC."""

import time
from datetime import UTC, datetime, timedelta

DAY_US = 86_400_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def now_us() -> int:
    """Give the time, in microseconds since 1970 in UTC."""
    return time.time_ns() // 1000


def time_of(us: int) -> datetime:
    """Give a stored time as an answer shows it.

    Examples
    --------
    >>> time_of(1_700_000_000_000_000).isoformat()
    '2023-11-14T22:13:20+00:00'
    """
    return _EPOCH + timedelta(microseconds=us)
