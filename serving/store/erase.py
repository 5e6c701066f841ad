"""Erase a note or an author: verdicts, stored text, feedback and audit rows; the counts of feeds stay."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Table, delete, select, union

from serving.journal.record import id_hash
from serving.store.audit_log import record_action
from serving.store.erasures import add_erasure, note_hash
from serving.store.tables import audit_row, feedback, note_text, verdict


@dataclass(frozen=True, slots=True)
class Erased:
    """How many rows went."""

    verdicts: int
    texts: int
    feedback: int
    audit_rows: int


def erase_note(connection: Connection, note_id: str, *, secret: bytes, actor: str) -> Erased:
    """Erase what is stored of a note; what still stands in a journal is not stored any more."""
    add_erasure(connection, "note", note_hash(note_id))
    erased = Erased(
        verdicts=_delete(connection, verdict, verdict.c.note_id == note_id),
        texts=_delete(connection, note_text, note_text.c.note_id == note_id),
        feedback=_delete(connection, feedback, feedback.c.note_id == note_id),
        audit_rows=_delete(connection, audit_row, audit_row.c.note_id == note_id),
    )
    record_action(connection, actor=actor, action="note.erase", target=id_hash(note_id, secret=secret))
    return erased


def erase_author(connection: Connection, author_id: str, *, secret: bytes, actor: str) -> Erased:
    """Erase what is stored of an author's notes; what still stands in a journal is not stored any more.

    Feedback and audit rows name the note alone: they go where the note's verdict or text is still stored.
    """
    hashed = id_hash(author_id, secret=secret)
    add_erasure(connection, "author", hashed)
    notes = union(
        select(verdict.c.note_id).where(verdict.c.author_hash == hashed),
        select(note_text.c.note_id).where(note_text.c.author_hash == hashed),
    )
    erased_feedback = _delete(connection, feedback, feedback.c.note_id.in_(notes))
    erased_rows = _delete(connection, audit_row, audit_row.c.note_id.in_(notes))
    erased = Erased(
        verdicts=_delete(connection, verdict, verdict.c.author_hash == hashed),
        texts=_delete(connection, note_text, note_text.c.author_hash == hashed),
        feedback=erased_feedback,
        audit_rows=erased_rows,
    )
    record_action(connection, actor=actor, action="author.erase", target=hashed)
    return erased


def _delete(connection: Connection, table: Table, where: ColumnElement[bool]) -> int:
    return connection.execute(delete(table).where(where)).rowcount
