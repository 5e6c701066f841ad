"""The stored verdicts on one note, by time."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from serving.store.tables import verdict

Row = Mapping[Any, Any]


def list_verdicts(connection: Connection, note_id: str, *, limit: int) -> list[Row]:
    """Give the latest verdicts on a note, the newest first."""
    query = sa.select(verdict).where(verdict.c.note_id == note_id)
    query = query.order_by(verdict.c.scored_us.desc(), verdict.c.seq.desc()).limit(limit)
    return list(connection.execute(query).mappings())


def find_previous(connection: Connection, note_id: str, *, verdict_id: str | None) -> Row | None:
    """Give the note's latest stored verdict before this one (stored or not); None: before what comes next."""
    query = sa.select(verdict).where(verdict.c.note_id == note_id)
    if verdict_id is not None:
        query = query.where(verdict.c.verdict_id != verdict_id)
        own = sa.select(verdict.c.scored_us).where(verdict.c.verdict_id == verdict_id)
        scored_us = connection.execute(own).scalar()
        if scored_us is not None:
            query = query.where(verdict.c.scored_us <= scored_us)
    query = query.order_by(verdict.c.scored_us.desc(), verdict.c.seq.desc()).limit(1)
    return connection.execute(query).mappings().first()


def is_changed(previous: Row, now: Row) -> bool:
    """Tell whether label, decision or the decision on any comment differs; `comments` as the table holds them.

    Examples
    --------
    >>> one = {"label": "organic", "decision": "pass", "comments": []}
    >>> is_changed(one, one | {"comments": [{"comment_id": "c", "score": 0.9, "decision": "block"}]})
    True
    """
    return (
        previous["label"] != now["label"]
        or previous["decision"] != now["decision"]
        or comment_decisions(previous) != comment_decisions(now)
    )


def comment_decisions(row: Row) -> dict[str, str]:
    """Give what is decided on comments; one that is not listed passes."""
    return {item["comment_id"]: item["decision"] for item in row["comments"] if item["decision"] != "pass"}
