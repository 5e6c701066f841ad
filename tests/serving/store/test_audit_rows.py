"""Audits in the database: the newest plan of a place counts, and labels change nothing else."""

import threading

from msgspec.structs import replace

from data.labels import Label
from serving.audits.file import AuditRow
from serving.audits.sample import DrawnPlace
from serving.store.audit_rows import audit_of, current_rows, planned_periods, read_audit, store_plan, write_label


def place(feed, period, *notes, twice=()):
    rows = tuple(
        AuditRow(
            note_id=note,
            feed_id=feed,
            period=period,
            stratum="s0",
            inclusion_probability=0.125,
            label=None,
            second_label=None,
            model_version="0.3.0",
        )
        for note in notes
    )
    return DrawnPlace(feed, period, 100, rows, twice, (1, 2, 3))


def store_plans(store, *plans):
    with store.begin() as connection:
        for plan_id, places in plans:
            store_plan(connection, plan_id, places)


def read(store, *args, **asked):
    with store.read() as connection:
        return current_rows(connection, *args, **asked)


def test_a_plan_comes_back_as_it_was_drawn(store):
    drawn = place("护肤", "2025-03", "a\0", "b", twice=("b",))
    store_plans(store, ("p1", [drawn]))
    stored = read(store)
    assert [each.row for each in stored] == list(drawn.rows)
    assert [(each.plan_id, each.is_twice) for each in stored] == [("p1", False), ("p1", True)]


def test_the_newest_plan_of_each_feed_and_period_counts(store):
    first = [place("a", "2025-03", "old"), place("a", "2025-04", "kept"), place("b", "2025-03", "other")]
    store_plans(store, ("p1", first), ("p2", [place("a", "2025-03", "new")]))
    assert [each.row.note_id for each in read(store)] == ["kept", "other", "new"]
    assert [each.row.note_id for each in read(store, ["a"])] == ["kept", "new"]
    assert [each.row.note_id for each in read(store, ["a"], notes=["new", "old"])] == ["new"]
    with store.read() as connection:
        assert planned_periods(connection, "a") == {"2025-03", "2025-04"}
        assert planned_periods(connection, "nobody") == frozenset()


def test_who_draws_at_the_same_moment_sees_the_plan_before(store):
    def draw():
        with store.begin() as connection:
            seen.append(planned_periods(connection, "a"))

    seen = []
    other = threading.Thread(target=draw)
    with store.begin() as connection:
        planned_periods(connection, "a")
        other.start()
        other.join(0.3)  # it reads before this plan is stored, or waits for that
        store_plan(connection, "p1", [place("a", "2025-03", "n")])
    other.join()
    assert seen == [{"2025-03"}]


def test_a_label_changes_its_row_alone_and_is_dated_by_the_first(store):
    store_plans(store, ("p1", [place("a", "2025-03", "n", "m")]))
    before, other = read(store)
    first = replace(before.row, label=Label.ORGANIC, annotator="ann")
    with store.begin() as connection:
        write_label(connection, before, first)
    labelled, still = read(store)
    assert (labelled.row.label, labelled.row.annotators, still) == (Label.ORGANIC, ("ann", None), other)
    assert labelled.row.labelled_at is not None
    with store.begin() as connection:
        connection.exec_driver_sql("UPDATE audit_row SET labelled_us = 1")
    (dated, _) = read(store)
    second = replace(first, second_label=Label.ORGANIC, annotator="ann|ben")
    with store.begin() as connection:
        write_label(connection, dated, second)
    assert [each.row.labelled_at for each in read(store)][0] == "1970-01-01"


def test_the_hash_of_an_audit_follows_its_labels(store):
    with store.read() as connection:
        assert read_audit(connection) is None
    store_plans(store, ("p1", [place("a", "2025-03", "n")]))
    with store.read() as connection:
        empty = read_audit(connection, ["a"])
    assert empty == audit_of([each.row for each in read(store)])
    (stored,) = read(store)
    with store.begin() as connection:
        connection.exec_driver_sql("UPDATE audit_row SET label = 'organic', annotator = 'ann'")
    with store.read() as connection:
        assert read_audit(connection).sha256 != empty.sha256
    assert stored.row.label is None
