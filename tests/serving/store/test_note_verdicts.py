from serving.store.note_verdicts import find_previous, is_changed, list_verdicts, pair_comments
from serving.store.verdicts import insert_verdicts
from tests.serving.store.records import make_record


def previous_id(connection, verdict_id):
    row = find_previous(connection, "note", verdict_id=verdict_id)
    return None if row is None else row["verdict_id"]


def test_the_verdict_before_another_is_the_latest_one_scored_before_it(store):
    first, second, third = (make_record(note_id="note", scored_us=us) for us in (10, 20, 30))
    other = make_record(2, scored_us=25)
    with store.begin() as connection:
        insert_verdicts(connection, [third, first, other, second])
        assert previous_id(connection, third.verdict_id) == second.verdict_id
        assert previous_id(connection, first.verdict_id) is None
        assert previous_id(connection, "f" * 32) == third.verdict_id  # not stored yet
        assert previous_id(connection, None) == third.verdict_id
        rows = list_verdicts(connection, "note", limit=2)
        assert [row["verdict_id"] for row in rows] == [third.verdict_id, second.verdict_id]


def test_of_verdicts_scored_at_once_only_the_one_stored_later_has_one_before(store):
    first, second = (make_record(note_id="note", scored_us=10, origin="comments") for _ in range(2))
    alone = make_record(2, origin="comments", scored_us=10)
    with store.begin() as connection:
        insert_verdicts(connection, [first, second, alone])
        ((previous, now),) = pair_comments(connection, ["note", alone.note_id], since_us=10)
        assert {previous["verdict_id"], now["verdict_id"]} == {first.verdict_id, second.verdict_id}
        assert previous_id(connection, now["verdict_id"]) == previous["verdict_id"]
        assert previous_id(connection, previous["verdict_id"]) is None
        assert (previous["label"], previous["comments"]) == ("diversion", [])
        assert list(pair_comments(connection, ["note"], since_us=11)) == []


def row_of(**changes):
    return {"label": "organic", "decision": "pass", "comments": []} | changes


def test_a_verdict_changes_with_its_label_its_decision_or_a_comments_decision():
    blocked = [{"comment_id": "c", "score": 0.9, "decision": "block"}]
    assert is_changed(row_of(), row_of(label="diversion"))
    assert is_changed(row_of(), row_of(decision="review"))
    assert is_changed(row_of(), row_of(comments=blocked))
    assert is_changed(row_of(comments=blocked), row_of())


def test_scores_and_comments_that_pass_change_nothing():
    passed = [{"comment_id": "c", "score": 0.4, "decision": "pass"}]
    review = [{"comment_id": "c", "score": score, "decision": "review"} for score in (0.8, 0.9)]
    assert not is_changed(row_of(), row_of(comments=passed))
    assert not is_changed(row_of(comments=review[:1]), row_of(comments=review[1:]))
