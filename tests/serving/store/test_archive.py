"""Verdicts of the database, read as a scored archive is."""

import pyarrow as pa
import pytest

from serving.feeds.scored_columns import join_scored
from serving.feeds.scored_query import COLUMNS_SCHEMA
from serving.store import archive
from serving.store.archive import stream_verdicts
from serving.store.verdicts import insert_verdicts
from tests.serving.store.records import make_record


def insert(store, *records):
    with store.begin() as connection:
        insert_verdicts(connection, records)


def read(store, **asked):
    with store.read() as connection:
        return pa.Table.from_batches(stream_verdicts(connection, **asked), schema=COLUMNS_SCHEMA).to_pylist()


def test_a_verdict_comes_back_as_the_columns_of_an_archive(store):
    record = make_record(collected_us=1_735_000_000_000_001, likes=2**62)
    insert(store, record)
    (row,) = read(store)
    for name in ("note_id", "feed_id", "keyword", "text_hash", "author_label", "model_version", "policy_version"):
        assert row[name] == getattr(record, name)
    for name in ("impressions", "likes", "n_comments", "n_diverting_comments", "near_hash_1", "near_hash_2"):
        assert row[name] == getattr(record, name)
    assert row["author_id"] == record.author_hash
    assert row["published_at"].isoformat() == "2024-12-24T00:26:40+00:00"
    assert row["collected_at"].microsecond == 1
    assert row["scored_at"].isoformat() == "2025-10-09T08:53:20+00:00"
    assert row["pa_organic"] == pytest.approx(record.pa_organic)


def test_what_is_not_known_is_null(store):
    insert(store, make_record(published_us=None, author_hash=None, text_hash=None, near_hash_1=None))
    (row,) = read(store)
    assert [row[name] for name in ("published_at", "author_id", "text_hash", "near_hash_1")] == [None] * 4


def test_only_the_feeds_and_days_that_are_asked_for_are_read(store):
    insert(store, *(make_record(at, note_id=f"a{at}", feed="a", published_us=at) for at in range(4)))
    insert(store, make_record(8, note_id="b", feed="b", published_us=1), make_record(9, note_id="c", published_us=None))
    assert len(read(store)) == 6
    assert [row["note_id"] for row in read(store, feeds=["a"], since_us=1, until_us=3)] == ["a1", "a2"]
    assert [row["note_id"] for row in read(store, feeds=["a", "b"], until_us=2)] == ["a0", "a1", "b"]
    assert read(store, feeds=["nobody"]) == []


def test_chunks_stream_in_order_of_publication(store, monkeypatch):
    monkeypatch.setattr(archive, "_CHUNK_ROWS", 3)
    insert(store, *(make_record(at, note_id=f"n{at}", published_us=100 - at) for at in range(7)))
    with store.read() as connection:
        batches = list(stream_verdicts(connection))
    assert [len(batch) for batch in batches] == [3, 3, 1]
    assert pa.Table.from_batches(batches)["note_id"].to_pylist() == [f"n{at}" for at in range(6, -1, -1)]


def test_a_note_that_was_judged_again_counts_once_as_it_was_judged_last(store):
    early = make_record(note_id="n", scored_us=1, author_label="organic")
    insert(store, make_record(note_id="n", scored_us=2, author_label="diversion"), early)
    with store.read() as connection:
        columns = join_scored(stream_verdicts(connection))
    assert (len(columns.note), columns.author_label.tolist()) == (1, [1])


@pytest.mark.parametrize("name", ["a\0b", "a\\b", "护肤 🍑"])
def test_ids_and_feeds_of_any_characters_come_back_as_they_were(store, name):
    insert(store, make_record(note_id=name, feed_id=name, feed=name))
    (row,) = read(store, feeds=[name])
    assert (row["note_id"], row["feed_id"]) == (name, name)
