"""The audit log over HTTP: who changed what, and when."""

from datetime import datetime
from typing import Annotated, Any

import msgspec

from serving.api.endpoint import Call, Endpoint
from serving.store.audit_log import read_actions
from serving.store.clock import time_of
from serving.store.engine import Store

Before = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1, description="`next_before` of the page before.")]


class AuditLogQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which part of the log."""

    before: Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1, description="`next_before` of the page before.")] | None = (
        None
    )
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
    """Actions, newest first; `next_before` is null on the last page."""

    actions: list[Action]
    next_before: int | None


async def show_actions(call: Call) -> AuditLogPage:
    """Read a page of the log."""
    return await call.service.in_thread(_read, call.service.store, call.query)


def _read(store: Store, query: AuditLogQuery) -> AuditLogPage:
    with store.read() as connection:
        rows = read_actions(connection, before=query.before, limit=query.limit + 1)
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
    return AuditLogPage(actions, actions[-1].seq if len(rows) > query.limit else None)


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/v1/audit-log",
        summary="Read who changed what",
        handle=show_actions,
        role="admin",
        tag="audit-log",
        query=AuditLogQuery,
        answer=AuditLogPage,
    ),
)
