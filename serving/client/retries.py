"""Whether a request is sent again, and after how long: the one place that decides it."""

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import msgspec

from serving.client.calls import ApiCall

TOO_MANY = 429
_AWAY = (502, 503, 504)
_CONFLICT = 409
KEY_RUNNING = "urn:huoren:problem:key_running"  # the same request still runs: its answer is soon there


class Retries(msgspec.Struct, frozen=True, kw_only=True):
    """How often a call is tried, all its tries and waits together within `seconds`.

    Between tries it waits for a random time of up to `first_wait`, twice that, and so on up to `longest_wait` seconds,
    and never less than the service's `Retry-After`. `attempts=1` never tries again.
    """

    attempts: int = 5
    seconds: float = 30.0
    first_wait: float = 0.2
    longest_wait: float = 5.0


class Attempts:
    """The tries of one call."""

    def __init__(
        self,
        call: ApiCall[Any],
        retries: Retries,
        *,
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._call = call
        self._retries = retries
        self._clock = clock
        self._chance = chance
        self._deadline = clock() + retries.seconds
        self._made = 0

    @property
    def seconds_left(self) -> float:
        """Of the time for all tries."""
        return max(0.0, self._deadline - self._clock())

    def wait_after_failure(self) -> float | None:
        """Say how long to wait after a try without an answer; None: give up."""
        return self._wait(0.0) if self._call.is_repeatable else None

    def wait_after_answer(self, status: int, problem_type: str, retry_after: float | None) -> float | None:
        """Say how long to wait after an answer; None: it stands."""
        is_refused_unread = status == TOO_MANY  # safe to send again, whatever it is
        is_passing = status in _AWAY or (status == _CONFLICT and problem_type == KEY_RUNNING)
        if is_refused_unread or (is_passing and self._call.is_repeatable):
            return self._wait(retry_after or 0.0)
        return None

    def _wait(self, least: float) -> float | None:
        self._made += 1
        if self._made >= self._retries.attempts:
            return None
        longest = min(self._retries.longest_wait, self._retries.first_wait * 2 ** (self._made - 1))
        wait = least + self._chance() * longest
        return wait if wait < self.seconds_left else None


def read_retry_after(value: str | None) -> float | None:
    """Read a `Retry-After` header, seconds or a date, as seconds from now; None where it is neither.

    Examples
    --------
    >>> read_retry_after("7")
    7.0
    >>> read_retry_after("Wed, 21 Oct 2015 07:28:00 GMT")
    0.0
    >>> read_retry_after("soon") is None
    True
    """
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return float(text)
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    zoned = date if date.tzinfo else date.replace(tzinfo=UTC)
    return max(0.0, (zoned - datetime.now(UTC)).total_seconds())
