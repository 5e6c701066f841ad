"""Notes as they were last judged, kept only where HUOREN_STORE_TEXT is on, for comments that come without theirs."""

from collections.abc import Iterable

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from data.notes import Note
from serving.journal.record import VerdictRecord
from serving.store.clock import now_us
from serving.store.erasures import drop_erased
from serving.store.tables import note_text
from serving.store.upsert import upsert

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Note).decode


def save(connection: Connection, note: Note, author_hash: str | None) -> None:
    """Keep a note with its thread in place of what was kept of it; `author_hash` is what it is erased by."""
    values = {"author_hash": author_hash, "note": _encode(note), "updated_us": now_us()}
    statement = upsert(connection, note_text).values(note_id=note.note_id, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=[note_text.c.note_id], set_=values))


def save_judged(connection: Connection, judged: Iterable[tuple[Note, VerdictRecord]]) -> None:
    """Keep notes that were judged, but those that were erased since: they do not come back."""
    # In one order everywhere: two processes that keep the same notes never wait for each other in a ring.
    ordered = sorted(judged, key=lambda pair: pair[0].note_id)
    kept = {record.verdict_id for record in drop_erased(connection, [record for _, record in ordered])}
    for note, record in ordered:
        if record.verdict_id in kept:
            save(connection, note, record.author_hash)


def load(connection: Connection, note_id: str, *, lock: bool = False) -> Note | None:
    """Give the note as it is kept; None where it is not.

    Parameters
    ----------
    lock
        Nobody else changes it before this transaction, one of `Store.begin`, ends.
    """
    query = sa.select(note_text.c.note).where(note_text.c.note_id == note_id)
    kept = connection.execute(query.with_for_update() if lock else query).scalar()
    return None if kept is None else _decode(kept)
