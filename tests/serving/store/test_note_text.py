import threading

import msgspec
import pytest

from data.notes import Note, note_from_mapping
from serving.journal.record import id_hash
from serving.store.clock import now_us
from serving.store.erase import erase_author, erase_note
from serving.store.note_text import load, save, save_judged
from tests.serving.store.records import make_record

SECRET = b"sixteen letters."
NOTE = note_from_mapping(
    {
        "note_id": "a\0/b",
        "title": "手工皂🍑",
        "published_at": "2025-03-01T10:00:00+08:00",
        "platform": {"is_ad": True, "links": [{"kind": "ad_link", "platform": "jd"}]},
        "comments": [{"comment_id": "c1", "text": "好看", "is_author": False}],
    }
)


def test_a_note_comes_back_as_it_was_saved(store):
    with store.begin() as connection:
        save(connection, NOTE, "a" * 32)
        assert load(connection, NOTE.note_id) == NOTE
        assert load(connection, "another") is None


def test_the_note_saved_last_is_kept(store):
    later = msgspec.structs.replace(NOTE, title="新的")
    with store.begin() as connection:
        save(connection, NOTE, "a" * 32)
        save(connection, later, None)
        assert load(connection, NOTE.note_id) == later


def judged(*note_ids):
    return [
        (Note(note_id=note_id), make_record(note_id=note_id, author_hash=None, scored_us=now_us()))
        for note_id in note_ids
    ]


def test_what_was_judged_before_its_erasure_is_not_kept_after_it(store):
    of_note, of_author, other = judged("note", "authored", "other")
    with store.begin() as connection:
        erase_note(connection, "note", secret=SECRET, actor="ops")
        erase_author(connection, "author", secret=SECRET, actor="ops")
    note, record = of_author
    record = msgspec.structs.replace(record, author_hash=id_hash("author", secret=SECRET))
    with store.begin() as connection:
        save_judged(connection, [of_note, (note, record), other])
        kept = [load(connection, each) is not None for each in ("note", "authored", "other")]
    assert kept == [False, False, True]


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
def test_two_machines_may_keep_the_same_notes_in_two_orders(store):
    def keep_later():
        with store.begin() as connection:
            save_judged(connection, judged("second", "first"))
            is_kept.set()

    is_kept = threading.Event()
    other = threading.Thread(target=keep_later)
    with store.begin() as connection:
        save_judged(connection, judged("first"))
        other.start()
        other.join(0.3)  # it takes its first note, or waits for this transaction
        save_judged(connection, judged("second"))
    other.join()
    assert is_kept.is_set()


def test_of_two_that_lock_a_note_the_later_sees_what_the_first_saved(store):
    with store.begin() as connection:
        save(connection, NOTE, None)
    is_locked, seen = threading.Event(), []

    def change_later():
        is_locked.wait(120)
        with store.begin() as connection:
            seen.append(load(connection, NOTE.note_id, lock=True).title)

    thread = threading.Thread(target=change_later)
    thread.start()
    with store.begin() as connection:
        note = load(connection, NOTE.note_id, lock=True)
        is_locked.set()
        thread.join(0.2)  # time to go wrong in
        save(connection, msgspec.structs.replace(note, title="新的"), None)
    thread.join()
    assert seen == ["新的"]
