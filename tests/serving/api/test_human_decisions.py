import sqlalchemy as sa

from data.notes import Note
from serving.api.human_decisions import HumanDecisions
from serving.store.feedback import add_feedback, withdraw_feedback
from serving.store.tables import feedback
from tests.serving.store.test_feedback import make_row

SECOND_US = 1_000_000


def add(store, *rows):
    with store.begin() as connection:
        add_feedback(connection, rows)


def refreshed(store, humans=None):
    humans = HumanDecisions() if humans is None else humans
    humans.refresh(store)
    return humans


def decision_of(humans, classifier, note_id="note"):
    return humans.apply(classifier.classify(Note(note_id=note_id))).decision


def test_a_verdict_on_the_note_takes_the_persons_decision_and_says_so(store, classifier):
    add(store, make_row(1, decision="block", reason="spam.links"))
    verdict = classifier.classify(Note(note_id="note", body="加微信abc"))
    decided = refreshed(store).apply(verdict)
    assert decided.decision == "block"
    assert decided.evidence[:-1] == verdict.evidence
    said = decided.evidence[-1]
    assert (said.hit_source, said.detector, said.field, said.kind) == ("human", "human", "note", "human")
    assert (said.start, said.end, said.text, said.value) == (0, 0, "", "spam.links")
    assert decided.label == verdict.label


def test_a_verdict_on_another_note_stays_the_same_object(store, classifier):
    add(store, make_row(1, decision="block"))
    verdict = classifier.classify(Note(note_id="another"))
    assert refreshed(store).apply(verdict) is verdict


def test_the_latest_decision_holds_and_withdrawing_it_brings_back_the_one_before(store, classifier):
    add(store, make_row(1, decision="block"), make_row(2, decision="review"))
    humans = refreshed(store)
    assert decision_of(humans, classifier) == "review"
    for feedback_id, decision in ((2, "block"), (1, "pass")):
        with store.begin() as connection:
            withdraw_feedback(connection, make_row(feedback_id)["feedback_id"], at_us=10 + feedback_id)
        assert decision_of(refreshed(store, humans), classifier) == decision


def test_a_decision_committed_late_is_not_missed(store, classifier):
    add(store, make_row(1, note_id="other", decision="block", changed_us=100 * SECOND_US))
    humans = refreshed(store)
    add(store, make_row(2, decision="block", changed_us=90 * SECOND_US))
    assert decision_of(refreshed(store, humans), classifier) == "block"


def test_what_was_erased_is_forgotten(store, classifier):
    add(store, make_row(1, decision="block", changed_us=1))
    add(store, make_row(2, note_id="other", decision="block", changed_us=900 * SECOND_US))
    humans = refreshed(store)
    with store.begin() as connection:
        connection.execute(sa.delete(feedback).where(feedback.c.note_id == "note"))
    humans.refresh(store)
    assert decision_of(refreshed(store, humans), classifier) == "pass"
    assert decision_of(humans, classifier, "other") == "block"


def test_only_the_notes_decided_on_last_are_held(store, classifier):
    add(store, *(make_row(number, note_id=f"note-{number}", decision="block") for number in range(1, 5)))
    humans = refreshed(store, HumanDecisions(max_notes=2))
    assert [decision_of(humans, classifier, f"note-{number}") for number in (1, 2, 3, 4)] == ["pass"] * 2 + [
        "block"
    ] * 2
    add(store, make_row(9, note_id="note-9", decision="block"))
    humans.refresh(store)
    assert [decision_of(humans, classifier, f"note-{number}") for number in (3, 4, 9)] == ["pass", "block", "block"]
