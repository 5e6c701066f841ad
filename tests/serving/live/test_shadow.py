import msgspec
import pytest

from data.notes import Note
from serving.live.agreement import report_agreement
from serving.live.changes import choose_model, choose_shadow, put_policy, remove_shadow
from serving.live.choice import ShadowChoice
from serving.live.shadow import Shadow
from serving.store.engine import StoreUnavailable
from tests.serving.conftest import FakeClassifier
from tests.serving.live.conftest import LENIENT

ALL = ShadowChoice(version="fake-2", share=1.0, since_us=0)
NOTES = [Note(note_id="a", body="加微信 abcd1234"), Note(note_id="b", body="好吃")]


class OtherClassifier(FakeClassifier):
    """It finds nothing."""

    model_version = "fake-2"

    def classify_many(self, notes):
        notes = [msgspec.structs.replace(note, title="", body="") for note in notes]
        return [self.classify(note) for note in notes]


class FailingClassifier(FakeClassifier):
    def classify_many(self, notes):
        raise ValueError(notes[0].body)


@pytest.fixture
def shadow():
    shadow = Shadow()
    shadow.start(ALL, OtherClassifier(), {})
    return shadow


def offer(shadow, notes, classifier=None):
    shadow.offer(notes, (classifier or FakeClassifier()).judge_many(notes))


def test_agreement_counts_labels_and_decisions_of_all_processes(shadow, store):
    for _ in range(2):
        offer(shadow, NOTES * 3)
        assert shadow.judge_waiting() == 6
        shadow.flush(store)
    report = report_agreement(store, None, "fake-2")
    assert report.notes == 12
    assert report.labels == {"diversion": {"organic": 6}, "organic": {"organic": 6}}
    assert report.decisions == {"block": {"pass": 6}, "pass": {"pass": 6}}
    assert report.label_agreement.share == 0.5
    assert report.label_agreement.ci_low == pytest.approx(0.254, abs=1e-3)  # Wilson, 6 of 12
    assert report.label_agreement.ci_high == pytest.approx(0.746, abs=1e-3)


def test_a_shadow_that_met_no_note_has_no_report(store):
    assert report_agreement(store, None, "fake-2") is None


def test_at_most_eight_notes_are_judged_at_once(shadow):
    offer(shadow, NOTES * 10)
    assert shadow.judge_waiting() == 8
    assert shadow.has_waiting


def test_notes_that_find_no_room_are_dropped_and_counted(shadow):
    offer(shadow, NOTES * 150)
    assert (shadow.status.waiting, shadow.status.dropped) == (256, 44)


def test_a_very_long_note_is_dropped(shadow):
    offer(shadow, [Note(note_id="n", body="好" * 20_001)])
    assert (shadow.status.waiting, shadow.status.dropped) == (0, 1)


def test_only_a_share_of_the_notes_is_taken(shadow, monkeypatch):
    shadow.start(msgspec.structs.replace(ALL, share=0.5), OtherClassifier(), {})
    draws = iter([0.49, 0.5])
    monkeypatch.setattr("serving.live.shadow.random.random", lambda: next(draws))
    offer(shadow, NOTES)
    assert shadow.status.waiting == 1


def test_without_a_shadow_no_note_is_kept():
    shadow = Shadow()
    offer(shadow, NOTES)
    assert not shadow.has_waiting


def test_a_shadow_that_fails_is_switched_off_without_telling_a_text(shadow, caplog):
    shadow.start(ALL, FailingClassifier(), {})
    for _ in range(3):
        offer(shadow, NOTES)
        assert shadow.judge_waiting() == 0
    offer(shadow, NOTES)
    assert (shadow.status.waiting, shadow.status.failed) == (0, 6)
    assert "ValueError" in shadow.status.off_because
    assert "微信" not in caplog.text + shadow.status.off_because


def test_counts_wait_while_the_database_is_away(shadow, store, away):
    offer(shadow, NOTES)
    shadow.judge_waiting()
    with pytest.raises(StoreUnavailable):
        shadow.flush(away)
    shadow.flush(store)
    assert report_agreement(store, "fake-1", "fake-2").notes == 2


def test_a_shadow_judges_with_the_policy_of_the_note(live, store):
    put_policy(store, "lenient", LENIENT, by="ann", expected=None, base=None)
    choose_shadow(store, "9.1", 1.0, by="ann")
    live.refresh()
    notes = [Note(note_id="a", body="加微信 abcd1234")]
    for policy in ("default", "lenient"):
        live.shadow.offer(notes, live.ready(policy).judge_many(notes))
    live.refresh()
    report = report_agreement(store, live.model_version, "9.1")
    assert report.decisions == {"pass": {"pass": 1}, "review": {"review": 1}}


def test_a_shadow_that_cannot_be_loaded_touches_no_answer(live, store):
    choose_shadow(store, "9.2", 1.0, by="ann")
    live.refresh()
    offer(live.shadow, NOTES, live.ready())
    assert not live.shadow.has_waiting
    assert "SHA-256" in live.status().problems["shadow"]
    assert "SHA-256" in live.status().shadow.off_because


def test_a_shadow_that_becomes_the_model_is_no_shadow_any_more(live, store):
    choose_shadow(store, "9.1", 1.0, by="ann")
    live.refresh()
    choose_model(store, "9.1", by="ann", before=live.model_version)
    live.refresh()
    offer(live.shadow, NOTES, live.ready())
    assert not live.shadow.has_waiting


def test_a_shadow_that_becomes_the_model_is_no_problem(live, store):
    choose_shadow(store, "9.1", 1.0, by="ann")
    choose_model(store, "9.1", by="ann", before=live.model_version)
    live.refresh()
    assert live.status().problems == {}
    assert live.status().shadow.off_because == "its model is the one in use"


def test_a_removed_shadow_judges_no_more(live, store):
    choose_shadow(store, "9.1", 1.0, by="ann")
    live.refresh()
    remove_shadow(store, by="ann")
    live.refresh()
    offer(live.shadow, NOTES, live.ready())
    assert live.shadow.status.version is None
    assert not live.shadow.has_waiting
