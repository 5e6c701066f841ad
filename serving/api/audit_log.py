"""The audit log over HTTP: who changed what, and when."""

from datetime import datetime
from typing import Annotated, Any

import msgspec

from serving.api.endpoint import Call, Endpoint
from serving.store.audit_log import read_actions
from serving.store.clock import time_of
from serving.store.engine import Store


class AuditLogQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which part of the log."""

    before: (
        Annotated[str, msgspec.Meta(pattern=r"^[1-9][0-9]{0,17}$", description="`next` of the page before.")] | None
    ) = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 100


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """One change; `target` of an erasure is a keyed hash."""

    seq: int
    at: datetime
    actor: str
    action: str
    target: str
    details: dict[str, Any]


class AuditLogPage(msgspec.Struct, frozen=True):
    """Actions, the newest first; `next` is the `before` of the next page, null on the last."""

    actions: list[Action]
    next: str | None


async def show_actions(call: Call) -> AuditLogPage:
    """Read a page of the log."""
    return await call.service.in_thread(_read, call.service.store, call.query)


def _read(store: Store, query: AuditLogQuery) -> AuditLogPage:
    with store.read() as connection:
        rows = read_actions(
            connection, before=None if query.before is None else int(query.before), limit=query.limit + 1
        )
    actions = [
        Action(
            seq=row["seq"],
            at=time_of(row["at_us"]),
            actor=row["actor"],
            action=row["action"],
            target=row["target"],
            details=row["details"],
        )
        for row in rows[: query.limit]
    ]
    return AuditLogPage(actions, str(actions[-1].seq) if len(rows) > query.limit else None)


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/v1/audit-log",
        summary="Read who changed what",
        handle=show_actions,
        role="admin",
        tag="audit_log",
        query=AuditLogQuery,
        answer=AuditLogPage,
    ),
)
