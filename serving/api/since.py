"""The time from which on a list or a count begins, as a query gives it."""

from typing import Annotated

import msgspec

from data.dates import parse_time
from data.errors import DataError
from serving.api.problems import RequestError

Since = Annotated[str, msgspec.Meta(max_length=64, description="At this time or later; ISO.")]


def read_since(time: str | None) -> int | None:
    """Read it as microseconds since 1970 in UTC; None stays None.

    Raises
    ------
    RequestError
        422 if it is no time.
    """
    if time is None:
        return None
    try:
        parsed = parse_time(time)
    except DataError as error:
        raise RequestError(422, f"the query parameter 'since': {error}") from error
    if parsed is None:
        raise RequestError(422, "the query parameter 'since' must be an ISO time. Got something else.")
    return int(parsed.timestamp()) * 1_000_000 + parsed.microsecond
