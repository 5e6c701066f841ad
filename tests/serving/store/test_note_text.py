import threading

import msgspec

from data.notes import note_from_mapping
from serving.store.note_text import load, save

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


def test_of_two_that_lock_a_note_the_later_sees_what_the_first_saved(store):
    with store.begin() as connection:
        save(connection, NOTE, None)
    is_locked, seen = threading.Event(), []

    def change_later():
        is_locked.wait(10)
        with store.begin() as connection:
            seen.append(load(connection, NOTE.note_id, lock=True).title)

    thread = threading.Thread(target=change_later)
    thread.start()
    with store.begin() as connection:
        note = load(connection, NOTE.note_id, lock=True)
        is_locked.set()
        thread.join(0.2)  # time to go wrong in
        save(connection, msgspec.structs.replace(note, title="新的"), None)
    thread.join(20)
    assert seen == ["新的"]
