import threading

import msgspec
import pytest
import sqlalchemy as sa

from models.verdict import CommentVerdict
from serving.store.tables import verdict, webhook
from serving.store.verdict_changes import insert_and_tell
from tests.serving.store.records import make_record

URL = "https://pipeline.example/hook"
BLOCKED = (CommentVerdict(comment_id="c2", score=0.9, decision="block"),)
BEFORE = {"note_id": "note", "scored_us": 10, "comments": ()}
AFTER = {"note_id": "note", "scored_us": 20, "comments": BLOCKED, "origin": "comments"}


def insert(store, *records, url=URL):
    with store.begin() as connection:
        return insert_and_tell(connection, records, url=url)


def told(store):
    with store.read() as connection:
        return [msgspec.json.decode(body) for body in connection.execute(sa.select(webhook.c.body)).scalars()]


def test_a_verdict_that_changes_after_comments_is_told_with_both_ids(store):
    before, after = make_record(**BEFORE), make_record(**AFTER)
    assert insert(store, before) == 1
    assert insert(store, after) == 1
    (event,) = told(store)
    assert event["event"] == "verdict.changed"
    assert (event["verdict_id"], event["previous_verdict_id"]) == (after.verdict_id, before.verdict_id)
    assert event["comments_blocked"] == ["c2"]


def test_a_change_is_told_where_both_verdicts_are_stored_at_once(store):
    assert insert(store, make_record(**AFTER), make_record(**BEFORE)) == 2
    assert len(told(store)) == 1


def test_a_change_is_told_where_the_verdict_before_is_stored_later(store):
    before, after = make_record(**BEFORE), make_record(**AFTER)
    insert(store, after)
    assert told(store) == []
    insert(store, before)
    (event,) = told(store)
    assert (event["verdict_id"], event["previous_verdict_id"]) == (after.verdict_id, before.verdict_id)


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
@pytest.mark.parametrize("first", ["before", "after"])
def test_a_change_is_told_where_two_machines_store_the_two_verdicts_at_once(store, first):
    records = [make_record(**BEFORE), make_record(**AFTER | {"decision": "block"})]  # counted in rows of their own
    mine, others = records if first == "before" else records[::-1]
    other = threading.Thread(target=insert, args=(store, others))
    with store.begin() as connection:
        insert_and_tell(connection, [mine], url=URL)
        other.start()
        other.join(0.3)  # it stores its own before this one is committed, or waits for that
    other.join()
    assert len(told(store)) == 1


def test_a_record_that_is_stored_again_is_told_once(store):
    before, after = make_record(**BEFORE), make_record(**AFTER)
    for _ in range(2):
        insert(store, before, after, after)
    assert len(told(store)) == 1


@pytest.mark.parametrize("changes", [{"comments": ()}, {"origin": "classify"}, {"note_id": "another"}])
def test_nothing_is_told_of_a_verdict_that_changes_nothing_or_comes_without_comments(store, changes):
    insert(store, make_record(**BEFORE), make_record(**(AFTER | changes)))
    assert told(store) == []


def test_without_an_address_verdicts_are_stored_and_nothing_is_told(store):
    assert insert(store, make_record(**BEFORE), make_record(**AFTER), url=None) == 2
    assert told(store) == []


def test_a_change_and_its_verdict_are_stored_together_or_not_at_all(store):
    def insert_and_fail():
        with store.begin() as connection:
            insert_and_tell(connection, [make_record(**BEFORE), make_record(**AFTER)], url=URL)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        insert_and_fail()
    with store.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(verdict)).scalar() == 0
    assert told(store) == []
