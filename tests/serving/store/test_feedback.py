import sqlalchemy as sa

from serving.store.feedback import (
    add_feedback,
    changed_decisions,
    count_appeals,
    find_feedback,
    find_subjects,
    list_feedback,
    list_standing,
    newest_change,
    standing_decisions,
    withdraw_feedback,
)
from serving.store.tables import verdict
from serving.store.verdicts import insert_verdicts
from tests.serving.store.records import make_record


def make_row(number, **changes):
    row = {
        "feedback_id": f"{number:032x}",
        "verdict_id": None,
        "note_id": "note",
        "kind": "false_positive",
        "suggested_label": None,
        "decision": None,
        "appeal": None,
        "actor": "ann",
        "reason": None,
        "rule_id": None,
        "model_version": None,
        "caller": "shop",
        "created_us": number,
        "changed_us": number,
        "withdrawn_us": None,
    }
    return row | changes


def add(store, *rows):
    with store.begin() as connection:
        add_feedback(connection, rows)


def test_feedback_stored_twice_stays_as_it_was_first(store):
    add(store, make_row(1))
    add(store, make_row(1, actor="bob"), make_row(2))
    with store.read() as connection:
        found = find_feedback(connection, [make_row(1)["feedback_id"], "f" * 32])
    assert [row["actor"] for row in found.values()] == ["ann"]


def test_withdrawing_keeps_its_first_time_and_tells_pollers(store):
    add(store, make_row(1, decision="block"))
    with store.begin() as connection:
        assert withdraw_feedback(connection, make_row(1)["feedback_id"], at_us=50)
        assert withdraw_feedback(connection, make_row(1)["feedback_id"], at_us=60)
        assert not withdraw_feedback(connection, "f" * 32, at_us=60)
        (row,) = find_feedback(connection, [make_row(1)["feedback_id"]]).values()
        assert row["withdrawn_us"] == row["changed_us"] == newest_change(connection) == 50
        assert changed_decisions(connection, since_us=50) == [(row["feedback_id"], "note", 50)]
        assert changed_decisions(connection, since_us=51) == []


def test_pages_of_feedback_given_at_once_neither_repeat_nor_leave_out(store):
    add(store, *(make_row(number, created_us=7) for number in range(5)))
    seen, before = [], None
    with store.read() as connection:
        while page := list_feedback(connection, limit=2, before=before):
            seen += [row["feedback_id"] for row in page]
            before = page[-1]["created_us"], page[-1]["feedback_id"]
    assert seen == [make_row(number)["feedback_id"] for number in (4, 3, 2, 1, 0)]


def test_a_list_is_cut_by_time_note_and_kind(store):
    add(store, make_row(1), make_row(2, note_id="a\0b"), make_row(3, kind="miss"))
    with store.read() as connection:
        assert [row["created_us"] for row in list_feedback(connection, limit=9, since_us=2)] == [3, 2]
        assert [row["created_us"] for row in list_feedback(connection, limit=9, note_id="a\0b")] == [2]
        assert [row["created_us"] for row in list_feedback(connection, limit=9, kind="miss")] == [3]


def test_what_stands_carries_the_label_of_its_verdict(store):
    record = make_record()
    with store.begin() as connection:
        insert_verdicts(connection, [record])
    add(store, make_row(1, verdict_id=record.verdict_id), make_row(2), make_row(3, withdrawn_us=9))
    with store.read() as connection:
        rows = list_standing(connection, after=(0, ""), limit=9)
        assert [row["verdict_label"] for row in rows] == ["diversion", None]
        after = rows[0]["created_us"], rows[0]["feedback_id"]
        assert [row["created_us"] for row in list_standing(connection, after=after, limit=9)] == [2]


def test_appeals_are_counted_by_the_rule_of_their_verdict_even_where_it_was_stored_later(store):
    late = make_record(rule_id="late")
    add(
        store,
        make_row(1, appeal="overturned", rule_id="contact"),
        make_row(2, appeal="upheld", rule_id="contact"),
        make_row(3, appeal="overturned", rule_id="contact", withdrawn_us=9),
        make_row(4, rule_id="contact"),
        make_row(5, appeal="overturned", verdict_id=late.verdict_id),
    )
    with store.begin() as connection:
        insert_verdicts(connection, [late])
        assert count_appeals(connection) == [("contact", 2, 1), ("late", 1, 1)]
        assert count_appeals(connection, since_us=5) == [("late", 1, 1)]


def test_an_appeal_outlives_its_verdict(store):
    record = make_record()
    with store.begin() as connection:
        insert_verdicts(connection, [record])
        (subject,) = find_subjects(connection, [record.verdict_id, "f" * 32]).values()
    add(store, make_row(1, appeal="upheld", verdict_id=record.verdict_id, rule_id=subject["rule_id"]))
    with store.begin() as connection:
        connection.execute(sa.delete(verdict))
        assert count_appeals(connection) == [("contact", 1, 0)]


def test_decisions_that_stand_come_with_the_one_in_force_last(store):
    add(
        store,
        make_row(1, decision="block", reason="spam"),
        make_row(2, decision="pass"),
        make_row(3, decision="block", withdrawn_us=9),
        make_row(4, note_id="other", decision="review"),
        make_row(5, note_id="third"),
    )
    with store.read() as connection:
        of_all = standing_decisions(connection, limit=10)
        assert of_all == [("note", "block", "spam"), ("note", "pass", None), ("other", "review", None)]
        assert standing_decisions(connection, limit=1) == [("other", "review", None)]
        assert standing_decisions(connection, note_ids=["note"]) == of_all[:2]
        assert standing_decisions(connection, note_ids=[]) == []
