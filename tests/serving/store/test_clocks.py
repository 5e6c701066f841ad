"""Machines whose clocks differ by minutes share one PostgreSQL: what is decided and erased on one holds on all."""

import time

import pytest

from data.notes import Note
from serving.api.feedback_item import FeedbackItem, store_items
from serving.api.human_decisions import HumanDecisions
from serving.store.clock import now_us
from serving.store.erase import erase_note
from serving.store.verdicts import insert_verdicts
from tests.serving.store.records import make_record

pytestmark = pytest.mark.parametrize("store", ["postgresql"], indirect=True)
MINUTE_US = 60_000_000


@pytest.fixture
def set_clock(monkeypatch):
    """Give a function that sets this machine's clock, in minutes ahead of the true time."""
    true_ns = time.time_ns
    return lambda minutes: monkeypatch.setattr(time, "time_ns", lambda: true_ns() + minutes * MINUTE_US * 1000)


@pytest.mark.parametrize("minutes", [-2, 0, 2])
def test_an_erasure_on_another_machine_takes_what_was_judged_before_and_nothing_later(store, set_clock, minutes):
    set_clock(minutes)
    earlier = make_record(note_id="note", scored_us=now_us())
    set_clock(0)
    with store.begin() as connection:
        erase_note(connection, "note", secret=b"sixteen letters.", actor="ops")
    set_clock(minutes)
    later = make_record(note_id="note", scored_us=now_us() + MINUTE_US)
    with store.begin() as connection:
        assert insert_verdicts(connection, [earlier]) == 0
        assert insert_verdicts(connection, [later]) == 1


@pytest.mark.parametrize("minutes", [-2, 2])
def test_a_decision_holds_on_machines_with_another_clock(store, classifier, set_clock, minutes):
    humans = HumanDecisions()
    for note_id, ahead in (("first", 0), ("second", minutes), ("third", 0)):
        set_clock(ahead)
        item = FeedbackItem(note_id=note_id, kind="miss", decision="block", actor="ann")
        store_items(store, [item], None, "shop")
        humans.refresh(store)
        assert humans.apply(classifier.classify(Note(note_id=note_id))).decision == "block"
