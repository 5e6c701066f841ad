import msgspec
import pytest
from sqlalchemy import select

from serving.journal.record import VerdictRecord
from serving.store.erasures import add_erasure, note_hash
from serving.store.tables import feed_count, verdict
from serving.store.verdicts import find_verdict, insert_verdicts, latest_verdict
from tests.serving.store.records import make_record


def insert(store, *records):
    with store.begin() as connection:
        return insert_verdicts(connection, records)


def counts(store):
    with store.read() as connection:
        return {(row.feed, row.day, row.label, row.decision): row.n for row in connection.execute(select(feed_count))}


def test_a_verdict_comes_back_as_it_was_stored(store):
    record = make_record()
    assert insert(store, record) == 1
    with store.read() as connection:
        row = dict(find_verdict(connection, record.verdict_id))
    row.pop("seq")
    assert msgspec.convert([row[name] for name in record.__struct_fields__], VerdictRecord) == record
    assert row.keys() == set(record.__struct_fields__)


def test_a_verdict_that_is_stored_twice_is_counted_once(store):
    record = make_record()
    assert insert(store, record, record) == 1
    assert insert(store, record) == 0
    assert counts(store) == {("beauty", "2024-12-24", "organic", "review"): 1}


def test_verdicts_of_one_idempotency_key_are_counted_once(store):
    first, second = (make_record(number, idempotency_hash="k" * 64) for number in (1, 2))
    third = make_record(3, idempotency_hash="k" * 64)
    assert insert(store, first, second) == 1
    assert insert(store, third, make_record(4)) == 1
    assert sum(counts(store).values()) == 2


def test_more_verdicts_than_one_statement_takes_are_all_stored(store):
    assert insert(store, *(make_record(number) for number in range(1, 1203))) == 1202
    assert sum(counts(store).values()) == 1202


def test_counts_are_by_the_authors_label_and_the_day_in_shanghai(store):
    midnight = 1_735_660_800_000_000  # 2025-01-01 00:00 in Shanghai
    insert(
        store,
        make_record(1, published_us=midnight),
        make_record(2, published_us=midnight - 1),
        make_record(3, published_us=None, feed="食谱"),
    )
    assert counts(store) == {
        ("beauty", "2025-01-01", "organic", "review"): 1,
        ("beauty", "2024-12-31", "organic", "review"): 1,
        ("食谱", "undated", "organic", "review"): 1,
    }


def test_what_is_rolled_back_is_neither_stored_nor_counted(store):
    with store.begin() as connection:
        insert_verdicts(connection, [make_record()])
        connection.rollback()
    assert counts(store) == {}


def test_the_latest_verdict_is_the_one_that_was_scored_last(store):
    late = make_record(1, scored_us=3)
    insert(store, make_record(1, scored_us=2), late, make_record(1, scored_us=1), make_record(2, scored_us=4))
    with store.read() as connection:
        assert latest_verdict(connection, late.note_id)["verdict_id"] == late.verdict_id
        assert latest_verdict(connection, "unknown") is None


@pytest.mark.parametrize(
    "note_id", ["a\0b", "half \ud83d of it", "\\", "\\u0000", "\\\0\\\\u0000", "../%2F'\";--", "笔记 😀"]
)
def test_an_id_may_hold_anything(store, note_id):
    evidence = msgspec.structs.replace(make_record().evidence[0], comment_id=note_id)
    record = make_record(note_id=note_id, feed=note_id, feed_id=note_id, keyword=note_id, evidence=(evidence,))
    assert insert(store, record) == 1
    with store.read() as connection:
        row = latest_verdict(connection, note_id)
        assert connection.execute(select(feed_count.c.feed)).scalars().all() == [note_id]
        assert connection.execute(select(verdict.c.seq).where(verdict.c.feed_id.in_([note_id]))).all() == [
            (row["seq"],)
        ]
    assert [row[name] for name in ("note_id", "feed", "feed_id", "keyword")] == [note_id] * 4
    assert row["evidence"][0]["comment_id"] == note_id


def test_different_ids_stay_different(store):
    insert(store, make_record(note_id="\0"), make_record(note_id="\\u0000"))
    with store.read() as connection:
        assert latest_verdict(connection, "\0")["note_id"] == "\0"
        assert latest_verdict(connection, "\\u0000")["note_id"] == "\\u0000"


@pytest.mark.parametrize("kind", ["note", "author"])
def test_what_was_scored_before_its_erasure_is_not_stored(store, kind):
    old, new = (make_record(1, scored_us=scored_us) for scored_us in (100, 101))
    with store.begin() as connection:
        id_hash = note_hash(old.note_id) if kind == "note" else old.author_hash
        add_erasure(connection, kind, id_hash, erased_us=100)
        add_erasure(connection, kind, id_hash, erased_us=50)  # an earlier one takes nothing back
    other = make_record(2, scored_us=100)
    assert insert(store, old, new, other) == 2
    with store.read() as connection:
        stored = set(connection.execute(select(verdict.c.verdict_id)).scalars())
    assert stored == {new.verdict_id, other.verdict_id}
