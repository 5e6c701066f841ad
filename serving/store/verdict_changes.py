"""What a verdict after new comments changed is told once, however often the verdict is stored again."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from data.labels import Label
from serving.journal.record import VerdictRecord
from serving.store.clock import time_of
from serving.store.note_verdicts import Row, find_previous, is_changed
from serving.store.tables import verdict
from serving.store.verdicts import insert_verdicts
from serving.webhooks.events import VerdictChanged
from serving.webhooks.outbox import enqueue

_IDS = 500  # a query


def insert_and_tell(connection: Connection, records: Sequence[VerdictRecord], *, url: str | None) -> int:
    """Store verdicts; of those after new comments that changed something, put `verdict.changed` into the outbox.

    It happens where verdicts are stored, not where they are answered: there the one before may not be stored yet, or
    the database may be away.

    Parameters
    ----------
    url
        Where to tell; None: nowhere.

    Returns
    -------
    int
        Verdicts newly stored.
    """
    after_comments = [record.verdict_id for record in records if record.origin == "comments"] if url else []
    known = {row["verdict_id"] for row in _find(connection, after_comments)}
    inserted = insert_verdicts(connection, records)
    if url:
        for row in _find(connection, [verdict_id for verdict_id in after_comments if verdict_id not in known]):
            previous = find_previous(connection, row["note_id"], verdict_id=row["verdict_id"])
            if previous is not None and is_changed(previous, row):
                enqueue(connection, url=url, body=_event(previous, row))
    return inserted


def _find(connection: Connection, verdict_ids: Sequence[str]) -> list[Row]:
    rows: list[Row] = []
    for start in range(0, len(verdict_ids), _IDS):
        query = sa.select(verdict).where(verdict.c.verdict_id.in_(verdict_ids[start : start + _IDS]))
        rows += connection.execute(query).mappings()
    return rows


def _event(previous: Row, now: Row) -> VerdictChanged:
    return VerdictChanged(
        note_id=now["note_id"],
        verdict_id=now["verdict_id"],
        previous_verdict_id=previous["verdict_id"],
        label=Label(now["label"]),
        previous_label=Label(previous["label"]),
        author_label=Label(now["author_label"]),
        previous_author_label=Label(previous["author_label"]),
        decision=now["decision"],
        previous_decision=previous["decision"],
        comments_blocked=tuple(item["comment_id"] for item in now["comments"] if item["decision"] == "block"),
        model_version=now["model_version"],
        ruleset_version=now["ruleset_version"],
        policy_version=now["policy_version"],
        scored_at=time_of(now["scored_us"]),
    )
