import threading

import pytest
from sqlalchemy import func, insert, select

from serving.journal.record import id_hash
from serving.store.erase import Erased, erase_author, erase_note
from serving.store.tables import audit_log, audit_row, feed_count, feedback, note_text, verdict
from serving.store.verdicts import insert_verdicts
from tests.serving.store.records import make_record

SECRET = b"sixteen letters."


def fill(store, note_id, author_id):
    author_hash = id_hash(author_id, secret=SECRET)
    with store.begin() as connection:
        records = [make_record(note_id=note_id, author_hash=author_hash) for _ in range(2)]
        insert_verdicts(connection, records)
        connection.execute(insert(note_text).values(note_id=note_id, author_hash=author_hash, note=b"{}", updated_us=1))
        connection.execute(
            insert(feedback).values(
                feedback_id=f"of {note_id[:20]}",
                note_id=note_id,
                kind="miss",
                actor="a",
                caller="shop",
                created_us=1,
                changed_us=1,
            )
        )
        connection.execute(
            insert(audit_row).values(
                plan_id="p",
                note_id=note_id,
                feed="beauty",
                period="2025-01",
                stratum="s",
                inclusion_probability=0.5,
                is_twice=False,
                model_version="0.3.0",
                created_us=1,
            )
        )
    return records


def rows(store):
    with store.read() as connection:
        return {
            table.name: connection.scalar(select(func.count()).select_from(table))
            for table in (verdict, note_text, feedback, audit_row)
        }


@pytest.fixture(params=["note", "author"])
def erase(request, store):
    def call(identifier="first"):
        function, name = (erase_note, f"note {identifier}") if request.param == "note" else (erase_author, identifier)
        with store.begin() as connection:
            return function(connection, name, secret=SECRET, actor="ops")

    call.kind = request.param
    return call


def test_all_that_is_stored_goes_and_nothing_else(store, erase):
    fill(store, "note first", "first")
    fill(store, "note second", "second")
    assert erase() == Erased(verdicts=2, texts=1, feedback=1, audit_rows=1)
    assert rows(store) == {"verdict": 2, "note_text": 1, "feedback": 1, "audit_row": 1}
    assert erase() == Erased(verdicts=0, texts=0, feedback=0, audit_rows=0)


def test_counts_of_the_feed_stay(store, erase):
    fill(store, "note first", "first")
    erase()
    with store.read() as connection:
        assert connection.scalar(select(feed_count.c.n)) == 2


def test_what_waits_in_a_journal_does_not_come_back(store, erase):
    records = fill(store, "note first", "first")
    erase()
    with store.begin() as connection:
        assert insert_verdicts(connection, records) == 0


def test_the_audit_log_names_a_hash(store, erase):
    erase()
    with store.read() as connection:
        row = connection.execute(select(audit_log)).mappings().one()
    identifier = "note first" if erase.kind == "note" else "first"
    assert (row["actor"], row["action"]) == ("ops", f"{erase.kind}.erase")
    assert row["target"] == id_hash(identifier, secret=SECRET)


def test_an_author_may_be_erased_by_any_id(store):
    fill(store, "half \ud83d", "a\0\ud83d")
    with store.begin() as connection:
        assert erase_author(connection, "a\0\ud83d", secret=SECRET, actor="ops").verdicts == 2


def test_an_erasure_waits_for_verdicts_that_are_being_stored(store):
    record = make_record(note_id="note first")

    def erase_it():
        with store.begin() as connection:
            erased.append(erase_note(connection, "note first", secret=SECRET, actor="ops"))

    erased = []
    eraser = threading.Thread(target=erase_it)
    with store.begin() as connection:
        insert_verdicts(connection, [record])
        eraser.start()
        eraser.join(0.3)  # it cannot end before the transaction does
        assert erased == []
    eraser.join()
    assert erased[0].verdicts == 1
    assert rows(store)["verdict"] == 0
