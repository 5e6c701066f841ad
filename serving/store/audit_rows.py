"""Audits in the database: notes that were drawn, and what people said of them."""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Row, func, insert, select, text, update

from data.dates import day_in_shanghai
from data.labels import Label
from serving.audits.file import AuditFile, AuditRow
from serving.audits.sample import DrawnPlace
from serving.store.clock import now_us, time_of
from serving.store.tables import audit_row

_LOCK = 0x706C616E  # "plan"


class StoredRow(NamedTuple):
    """A drawn note as it stands in the database; `is_twice`: a second person is to label it too."""

    seq: int
    plan_id: str
    is_twice: bool
    row: AuditRow


def store_plan(connection: Connection, plan_id: str, places: Iterable[DrawnPlace]) -> None:
    """Store the draws of one plan."""
    rows = [
        {
            "plan_id": plan_id,
            "note_id": row.note_id,
            "feed": row.feed_id,
            "period": row.period,
            "stratum": row.stratum,
            "inclusion_probability": row.inclusion_probability,
            "is_twice": row.note_id in twice,
            "model_version": row.model_version,
            "created_us": now_us(),
        }
        for place in places
        for twice in [frozenset(place.twice)]
        for row in place.rows
    ]
    connection.execute(insert(audit_row), rows)


def planned_periods(connection: Connection, feed: str) -> frozenset[str]:
    """Name the periods of a feed that an audit was drawn for; who asks next waits until the transaction ends."""
    if connection.dialect.name == "postgresql":  # SQLite lets in one writer at a time anyway
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    return frozenset(
        connection.execute(select(audit_row.c.period).where(audit_row.c.feed == feed).distinct()).scalars()
    )


def current_rows(
    connection: Connection, feeds: Sequence[str] = (), *, notes: Collection[str] | None = None, lock: bool = False
) -> list[StoredRow]:
    """Read drawn notes, of each feed and period those of its newest plan, in the order in which they were drawn.

    Parameters
    ----------
    feeds
        Names; empty: all feeds.
    notes
        Ids of at most 500 notes; None: all.
    lock
        Whether no one else may label them before the transaction ends.
    """
    newest = select(audit_row.c.feed, audit_row.c.period, func.max(audit_row.c.plan_id).label("plan_id"))
    if feeds:
        newest = newest.where(audit_row.c.feed.in_(feeds))
    kept = newest.group_by(audit_row.c.feed, audit_row.c.period).subquery()
    same = (audit_row.c.feed == kept.c.feed, audit_row.c.period == kept.c.period, audit_row.c.plan_id == kept.c.plan_id)
    rows = select(audit_row).where(*same).order_by(audit_row.c.seq)
    if notes is not None:
        rows = rows.where(audit_row.c.note_id.in_(notes))
    if lock:
        rows = rows.with_for_update(of=audit_row)
    return [_stored(row) for row in connection.execute(rows)]


def read_audit(connection: Connection, feeds: Sequence[str] = ()) -> AuditFile | None:
    """Read the audits of some feeds (none named: of all) as an audit file would hold them; None where there is none."""
    rows = tuple(stored.row for stored in current_rows(connection, feeds))
    return audit_of(rows)


def audit_of(rows: Sequence[AuditRow]) -> AuditFile | None:
    """Make an audit file of rows, with their hash; None without a row."""
    return AuditFile(sha256=hashlib.sha256(msgspec.json.encode(rows)).hexdigest(), rows=tuple(rows)) if rows else None


def write_label(connection: Connection, before: StoredRow, after: AuditRow) -> None:
    """Put labels and annotators in place of those that were there; the day of labelling is that of the first label."""
    values: dict[str, Any] = {
        "label": after.label,
        "second_label": after.second_label,
        "annotator": after.annotator,
    }
    had, got = ((row.label, row.annotators[0]) for row in (before.row, after))
    if had != got or before.row.labelled_at is None:
        values["labelled_us"] = now_us()
    connection.execute(update(audit_row).where(audit_row.c.seq == before.seq).values(values))


def _stored(row: Row[Any]) -> StoredRow:
    return StoredRow(
        row.seq,
        row.plan_id,
        row.is_twice,
        AuditRow(
            note_id=row.note_id,
            feed_id=row.feed,
            period=row.period,
            stratum=row.stratum,
            inclusion_probability=row.inclusion_probability,
            label=None if row.label is None else Label(row.label),
            second_label=None if row.second_label is None else Label(row.second_label),
            annotator=row.annotator,
            labelled_at=None if row.labelled_us is None else day_in_shanghai(time_of(row.labelled_us)),
            model_version=row.model_version,
        ),
    )
