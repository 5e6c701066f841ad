"""Who changed what, and when: written in the transaction of the change itself."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select

from serving.store.clock import now_us
from serving.store.tables import audit_log


def record_action(
    connection: Connection, *, actor: str, action: str, target: str, details: Mapping[str, Any] | None = None
) -> None:
    """Write one action down.

    Parameters
    ----------
    actor
        Name of the key, or `cli:USER`.
    action
        Such as `key.create`, `model.swap`, `note.erase`.
    target
        What was changed; an erased id only as its keyed hash.
    details
        What JSON can hold; never text of a note, never a key.
    """
    row = {"at_us": now_us(), "actor": actor, "action": action, "target": target, "details": dict(details or {})}
    connection.execute(insert(audit_log).values(row))


def read_actions(connection: Connection, *, before: int | None, limit: int) -> Sequence[RowMapping]:
    """Read the last `limit` actions, newest first; `before` a `seq`, if given."""
    query = select(audit_log).order_by(audit_log.c.seq.desc()).limit(limit)
    if before is not None:
        query = query.where(audit_log.c.seq < before)
    return connection.execute(query).mappings().all()
