"""Rows of the outbox `webhook`: taken to be delivered, delivered, put off, given up."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select, update

from serving.store.clock import now_us
from serving.store.tables import webhook


def take_due(connection: Connection, *, limit: int, for_us: int) -> Sequence[Row[Any]]:
    """Take deliveries that are due, the longest waiting first; nobody else takes them in the next `for_us`.

    Each counts as one try from now on, whatever becomes of who took it.
    """
    now = now_us()
    due = select(webhook).where(*_is_due(now)).order_by(webhook.c.next_us).limit(limit)
    rows = connection.execute(due.with_for_update(skip_locked=True)).all()
    taken = webhook.c.webhook_id.in_([row.webhook_id for row in rows])
    values = {"attempts": webhook.c.attempts + 1, "next_us": now + for_us}
    connection.execute(update(webhook).where(taken).values(**values))
    return rows


def has_due(connection: Connection) -> bool:
    """Tell whether there is anything to deliver."""
    return connection.execute(select(webhook.c.webhook_id).where(*_is_due(now_us())).limit(1)).first() is not None


def mark_delivered(connection: Connection, webhook_id: str, *, status: int) -> None:
    """Note that a delivery arrived; what it said is no longer kept."""
    _set(connection, webhook_id, state="delivered", last_status=status, body=b"")


def mark_failed(connection: Connection, webhook_id: str, *, status: int | None) -> None:
    """Give a delivery up."""
    _set(connection, webhook_id, state="failed", last_status=status)


def put_off(connection: Connection, webhook_id: str, *, status: int | None, wait_us: int) -> None:
    """Try a delivery again later."""
    _set(connection, webhook_id, next_us=now_us() + wait_us, last_status=status)


def _set(connection: Connection, webhook_id: str, **values: Any) -> None:
    is_this = (webhook.c.webhook_id == webhook_id, webhook.c.state == "waiting")
    connection.execute(update(webhook).where(*is_this).values(**values))


def _is_due(now: int) -> tuple[ColumnElement[bool], ...]:
    return webhook.c.state == "waiting", webhook.c.next_us <= now
