"""What a verdict after new comments changed is told when it is stored, not again when it is stored again."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from data.labels import Label
from serving.journal.record import VerdictRecord
from serving.store.clock import time_of
from serving.store.note_verdicts import Row, is_changed, pair_comments
from serving.store.tables import verdict
from serving.store.verdicts import insert_verdicts
from serving.webhooks.events import VerdictChanged
from serving.webhooks.outbox import enqueue

_LOCK = 0x74656C6C  # "tell"
_IDS = 500  # a query


def insert_and_tell(connection: Connection, records: Sequence[VerdictRecord], *, url: str | None) -> int:
    """Store verdicts; of those after new comments that changed something, put `verdict.changed` into the outbox.

    It happens where verdicts are stored, not where they are answered: there the one before may not be stored yet, or
    the database may be away. One process's journal may be stored before another's: a verdict that comes late, and was
    scored between two, is compared with the later one as well. Keepers of several machines do so one after another.

    Parameters
    ----------
    url
        Where to tell; None: nowhere.

    Returns
    -------
    int
        Verdicts newly stored.
    """
    if url is None:
        return insert_verdicts(connection, records)
    if connection.dialect.name == "postgresql":  # two at once would not see each other's, and tell neither change
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    ids = {record.verdict_id for record in records}
    new = ids - _stored(connection, list(ids))
    inserted = insert_verdicts(connection, records)
    of_new = [record for record in records if record.verdict_id in new]
    if of_new:
        notes, since_us = sorted({record.note_id for record in of_new}), min(record.scored_us for record in of_new)
        for previous, now in pair_comments(connection, notes, since_us=since_us):
            is_new = now["verdict_id"] in new or previous["verdict_id"] in new
            if is_new and is_changed(previous, now):
                enqueue(connection, url=url, body=_event(previous, now))
    return inserted


def _stored(connection: Connection, verdict_ids: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(verdict_ids), _IDS):
        query = sa.select(verdict.c.verdict_id).where(verdict.c.verdict_id.in_(verdict_ids[start : start + _IDS]))
        found.update(connection.execute(query).scalars())
    return found


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
