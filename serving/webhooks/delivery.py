"""The keeper's chore that delivers what stands in the outbox: at least once, signed, tried again up to five times."""

import logging
import random
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row

from serving import metrics
from serving.settings import Settings
from serving.store.clock import now_us
from serving.store.engine import Store
from serving.store.webhooks import has_due, mark_delivered, mark_failed, put_off, take_due
from serving.webhooks.addresses import may_be_told
from serving.webhooks.post import ANSWER_SECONDS, post
from serving.webhooks.signature import sign

RETRIES = 5
FIRST_WAIT_SECONDS = 10.0
WAIT_FACTOR = 4.0  # with the first wait: five retries within about an hour
_AT_ONCE = 8
_ROUND_SECONDS = 10.0
_LEASE_US = int(4 * ANSWER_SECONDS * 1e6)  # who dies while delivering leaves it to others after this
_MICROSECONDS = 1_000_000
_logger = logging.getLogger("huoren.serving")


def deliver_due(store: Store, settings: Settings) -> None:
    """Deliver what is due, eight at a time, for about 10 seconds; a chore of the keeper.

    Raises
    ------
    StoreUnavailable
        If the database is away; what was posted meanwhile is posted again later, under the same id.
    """
    end = time.monotonic() + _ROUND_SECONDS
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="webhook") as pool:
        while time.monotonic() < end:
            with store.read() as connection:
                if not has_due(connection):
                    return
            with store.begin() as connection:
                rows = take_due(connection, limit=_AT_ONCE, for_us=_LEASE_US)
            outcomes = list(pool.map(lambda row: _post(row, settings), rows))
            with store.begin() as connection:
                for row, outcome in zip(rows, outcomes, strict=True):
                    _settle(connection, row, outcome)


def wait_seconds(tries: int) -> float:
    """Give the pause after so many tries: 10 s, then four times as long each, give or take a half of it."""
    return FIRST_WAIT_SECONDS * WAIT_FACTOR ** (tries - 1) * random.uniform(0.5, 1.5)


class _Outcome(NamedTuple):
    status: int | None
    is_final: bool = False


def _post(row: Row[Any], settings: Settings) -> _Outcome:
    if settings.webhook_secret is None or not may_be_told(row.url, settings):
        return _Outcome(None, is_final=True)  # the settings have changed since
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "huoren",
        "X-Huoren-Event": row.event,
        "X-Huoren-Delivery": row.webhook_id,
        "X-Huoren-Timestamp": str(now_us() // _MICROSECONDS),
        "X-Huoren-Signature": sign(row.body, secret=settings.webhook_secret),
    }
    return _Outcome(post(row.url, row.body, headers))


def _settle(connection: Connection, row: Row[Any], outcome: _Outcome) -> None:
    tries, status = row.attempts + 1, outcome.status
    if status is not None and 200 <= status < 300:
        mark_delivered(connection, row.webhook_id, status=status)
        metrics.WEBHOOKS.labels("delivered").inc()
    elif outcome.is_final or tries > RETRIES:
        mark_failed(connection, row.webhook_id, status=status)
        metrics.WEBHOOKS.labels("failed").inc()
        _logger.error("webhook %s (%s) was given up after %d tries", row.webhook_id, row.event, tries)
    else:
        wait_us = int(wait_seconds(tries) * _MICROSECONDS)
        put_off(connection, row.webhook_id, status=status, wait_us=wait_us)
        metrics.WEBHOOKS.labels("retried").inc()
