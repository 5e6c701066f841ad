"""What was erased stays away: a verdict that still stands in a journal is not stored after its erasure."""

import hashlib
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, select, text

from serving.journal.record import VerdictRecord
from serving.store.clock import clock_ahead_us, database_us
from serving.store.tables import erasure
from serving.store.upsert import upsert

_LOCK = 0x6572617365  # "erase"
_IDS = 500  # a query


def note_hash(note_id: str) -> str:
    """Hash a note's id as `erasure` holds it, without a secret: a keeper needs none to store verdicts."""
    return hashlib.sha256(b"note\n" + note_id.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def drop_erased(connection: Connection, records: Sequence[VerdictRecord]) -> Sequence[VerdictRecord]:
    """Leave out what was scored before its note or author was erased; no erasure happens until the transaction ends.

    Erasures are dated by the database, records by this machine, whose clock may be another.
    """
    _lock(connection, "pg_advisory_xact_lock_shared")
    if not records or not connection.execute(select(select(erasure).exists())).scalar():
        return records
    notes = _erased(connection, "note", {note_hash(record.note_id) for record in records})
    authors = _erased(connection, "author", {record.author_hash for record in records if record.author_hash})
    if not notes and not authors:
        return records
    ahead_us = clock_ahead_us(connection)
    return [
        record
        for record in records
        if record.scored_us - ahead_us
        > max(notes.get(note_hash(record.note_id), 0), authors.get(record.author_hash or "", 0))
    ]


def add_erasure(connection: Connection, kind: str, id_hash: str, *, erased_us: int | None = None) -> None:
    """Note that a note or an author was erased, just now by default; waits for verdicts that are being stored."""
    _lock(connection, "pg_advisory_xact_lock")
    erased_us = database_us(connection) if erased_us is None else erased_us
    statement = upsert(connection, erasure).values(kind=kind, id_hash=id_hash, erased_us=erased_us)
    later = {"erased_us": statement.excluded.erased_us}
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["kind", "id_hash"], set_=later, where=erasure.c.erased_us < statement.excluded.erased_us
        )
    )


def _lock(connection: Connection, function: str) -> None:
    if connection.dialect.name == "postgresql":  # SQLite lets in one writer at a time anyway
        connection.execute(text(f"SELECT {function}(:lock)"), {"lock": _LOCK})


def _erased(connection: Connection, kind: str, hashes: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    ordered = list(hashes)
    for start in range(0, len(ordered), _IDS):
        query = select(erasure.c.id_hash, erasure.c.erased_us).where(erasure.c.kind == kind)
        rows = connection.execute(query.where(erasure.c.id_hash.in_(ordered[start : start + _IDS])))
        found |= {id_hash: erased_us for id_hash, erased_us in rows}
    return found
