"""The time as the tables hold it: whole microseconds since 1970 in UTC; machines share the database's clock."""

import time
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, text

DAY_US = 86_400_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def now_us() -> int:
    """Give the time, in microseconds since 1970 in UTC."""
    return time.time_ns() // 1000


def database_us(connection: Connection) -> int:
    """Give the database's time, one for all machines that share it; SQLite's is this machine's."""
    if connection.dialect.name != "postgresql":
        return now_us()
    query = text("SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)")
    return int(connection.execute(query).scalar_one())


def clock_ahead_us(connection: Connection) -> int:
    """Say how far this machine's clock is ahead of the database's; 0 where no difference can be told."""
    before = now_us()
    there = database_us(connection)
    after = now_us()
    return 0 if before <= there <= after else after - there


def time_of(us: int) -> datetime:
    """Give a stored time as an answer shows it.

    Examples
    --------
    >>> time_of(1_700_000_000_000_000).isoformat()
    '2023-11-14T22:13:20+00:00'
    """
    return _EPOCH + timedelta(microseconds=us)
