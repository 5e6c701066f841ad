import os
import threading
import time

import pytest

from data.errors import ModelError
from data.notes import Note
from serving.api.problems import RequestError
from serving.live.changes import choose_model, put_phrases, put_policy, roll_back_document
from serving.live.choice import read_snapshot
from serving.live.models import LiveModels
from serving.live.policy_body import PhrasesBody
from serving.metrics import MODEL_INFO
from serving.settings import Settings
from serving.store.engine import Store, StoreUnavailable
from tests.serving.live.conftest import LENIENT

NOTE = Note(note_id="n", title="好物", body="加微信 abcd1234 拿优惠")
POLICY = """
name = "house"
version = "7"
assumed_prevalence = 0.05
diversion = { block = 1.0, review = 0.5 }
undisclosed_ad = { review = 0.5 }
rule = { violation = "block", uncertain = "review" }
comments = { block = 1.0, review = 0.5 }
phrases = { allow = [], block = [] }
"""


@pytest.fixture
def policy_file(tmp_path):
    path = tmp_path / "policy.toml"
    path.write_text(POLICY, encoding="utf-8")
    return path


def test_without_a_choice_the_released_model_answers_with_its_own_policy(live):
    classifier = live.ready()
    assert classifier.policy_version == f"default@{classifier.model_version}"
    assert live.status().state == "ready"


def test_nothing_is_ready_before_it_is_loaded(settings, store):
    with pytest.raises(RequestError, match="loading") as caught:
        LiveModels(settings, store).ready()
    assert caught.value.status == 503


def test_a_model_is_said_to_be_in_use_when_it_is(settings, store, monkeypatch):
    models, ready = LiveModels(settings, store), []
    monkeypatch.setattr("serving.live.models._logger.info", lambda *_: ready.append(models.ready().model_version))
    models.load()
    assert ready == [models.model_version]


def test_a_model_that_another_process_chose_is_followed(live, store):
    choose_model(store, "9.1", by="ann", before=live.model_version)
    live.refresh()
    assert live.ready().model_version == "9.1"


def test_a_choice_outlives_a_restart(live, settings, store):
    choose_model(store, "9.1", by="ann", before=live.model_version)
    again = LiveModels(settings, store)
    again.load()
    assert again.model_version == "9.1"


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_choice_that_a_full_disk_did_not_keep_is_kept_once_it_takes_something(live, settings, store, monkeypatch):
    def fail(state, choice):
        raise OSError(28, "No space left on device")

    choose_model(store, "9.1", by="ann", before=live.model_version)
    monkeypatch.setattr("serving.live.models._RETRY_S", 0.0)
    with monkeypatch.context() as patch:
        patch.setattr("serving.live.models.write_snapshot", fail)
        live.refresh()
    assert (live.model_version, read_snapshot(settings.state).model) == ("9.1", None)
    live.refresh()
    assert read_snapshot(settings.state).model == "9.1"


def test_a_choice_outlives_a_restart_without_the_database(live, settings, store, away):
    choose_model(store, "9.1", by="ann", before=live.model_version)
    put_policy(store, "lenient", LENIENT, by="ann", expected=None, base=None)
    live.refresh()
    again = LiveModels(settings, away)
    again.load()
    assert again.ready("lenient").model_version == "9.1"
    with pytest.raises(StoreUnavailable):
        again.refresh()
    assert again.model_version == "9.1"


@pytest.mark.parametrize("version", ["9.2", "no-such"])
def test_while_a_chosen_model_cannot_be_loaded_the_old_goes_on(live, store, version):
    before = live.model_version
    choose_model(store, version, by="ann", before=before)
    live.refresh()
    assert live.ready().classify(NOTE).model_version == before
    assert "model" in live.status().problems


def test_a_chosen_model_that_cannot_be_loaded_does_not_stop_a_start(settings, store, live):
    choose_model(store, "9.2", by="ann", before=live.model_version)
    again = LiveModels(settings, store)
    again.load()
    assert again.model_version == live.model_version
    assert "SHA-256" in again.status().problems["model"]


@pytest.mark.parametrize("version", ["9.2", "no-such", "../registry/9.1", "clean", "champion"])
def test_only_a_known_and_whole_model_can_be_prepared(live, version):
    with pytest.raises(ModelError):
        live.prepare(version)


def test_a_start_with_a_broken_model_fails_and_says_why(settings, store, registry):
    live = LiveModels(Settings(state=settings.state, model=registry / "9.2"), store)
    live.load()
    assert live.status().state == "failed"
    with pytest.raises(ModelError, match="SHA-256"):
        live.ready()


def test_a_database_without_its_tables_stops_no_start(settings, empty_url):
    store = Store(empty_url)
    live = LiveModels(settings, store)
    live.load()
    store.close()
    assert live.status().state == "ready"


def test_a_model_that_was_given_is_served_as_it_is(settings, store, classifier):
    live = LiveModels(settings, store, classifier)
    live.load()
    assert live.ready() is classifier
    assert classifier.warmed == 1


def test_swaps_drop_no_note_that_is_in_work(live, store):
    versions, done = set(), threading.Event()
    first = live.model_version

    def judge():
        while not done.is_set():
            versions.add(live.ready().classify(NOTE).model_version)

    def wait_for(version):
        latest = time.monotonic() + 120
        while version not in versions:
            assert time.monotonic() < latest, versions
            time.sleep(0.01)

    threads = [threading.Thread(target=judge) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for version in ("9.1", first, "9.1"):
            choose_model(store, version, by="ann", before=first)
            live.refresh()
            wait_for(version)
    finally:
        done.set()
        for thread in threads:
            thread.join()  # a thread that failed fails the test: warnings are errors
    assert versions == {first, "9.1"}


def test_a_stored_policy_answers_by_its_name_and_version(live, store):
    put_policy(store, "lenient", LENIENT, by="ann", expected=None, base=None)
    live.refresh()
    verdict = live.ready("lenient").classify(NOTE)
    assert (verdict.decision, verdict.policy_version) == ("pass", "lenient@1")
    assert live.ready().classify(NOTE).decision == "review"


def test_an_unknown_policy_is_refused(live):
    with pytest.raises(RequestError) as caught:
        live.ready("no-such")
    assert (caught.value.status, caught.value.pointer) == (422, "/policy")


def test_phrases_lie_over_every_policy_and_say_so(live, store):
    put_policy(store, "lenient", LENIENT, by="ann", expected=None, base=None)
    put_phrases(store, PhrasesBody(block=("好物",)), by="ann", expected=None)
    live.refresh()
    verdict = live.ready("lenient").classify(NOTE)
    assert (verdict.decision, verdict.policy_version) == ("block", "lenient@1+phrases@1")
    assert live.ready().policy_version.endswith("+phrases@1")


def test_an_allow_phrase_beats_a_block_phrase_and_no_piece_of_a_word_is_found(live, store):
    put_policy(store, "lenient", LENIENT, by="ann", expected=None, base=None)
    put_phrases(store, PhrasesBody(allow=("好物分享",), block=("好物", "vx")), by="ann", expected=None)
    live.refresh()
    judge = live.ready("lenient").classify
    assert judge(Note(note_id="n", body="好物分享")).decision == "pass"
    assert judge(Note(note_id="n", body="vxworks")).decision == "pass"
    assert judge(Note(note_id="n", body="好物多")).decision == "block"


def test_a_phrase_list_that_was_rolled_back_is_gone(live, store):
    put_phrases(store, PhrasesBody(block=("好物",)), by="ann", expected=None)
    live.refresh()
    roll_back_document(store, "phrases", "default", by="ann")
    live.refresh()
    assert "phrases" not in live.ready().policy_version


def test_the_default_policy_is_a_files_until_one_is_stored(settings, store, policy_file):
    live = LiveModels(Settings(state=settings.state, policy=policy_file), store)
    live.load()
    assert live.ready().policy_version == "house@7"
    put_policy(store, "default", LENIENT, by="ann", expected=None, base=live.file_policy)
    live.refresh()
    assert live.ready().policy_version == "default@8"  # 7 is the file's


def test_a_policy_file_that_changes_is_followed(settings, store, policy_file):
    live = LiveModels(Settings(state=settings.state, policy=policy_file), store)
    live.load()
    policy_file.write_text(POLICY.replace('"7"', '"8"'), encoding="utf-8")
    live.refresh()
    assert live.ready().policy_version == "house@8"


def test_a_policy_file_that_changes_within_one_tick_of_the_clock_is_followed(settings, store, policy_file):
    live = LiveModels(Settings(state=settings.state, policy=policy_file), store)
    live.load()
    before = policy_file.stat()
    policy_file.write_text(POLICY.replace('"7"', '"8"'), encoding="utf-8")
    os.utime(policy_file, ns=(before.st_atime_ns, before.st_mtime_ns))
    live.refresh()
    assert live.ready().policy_version == "house@8"


def test_a_policy_file_is_followed_while_the_database_is_away(settings, away, policy_file):
    live = LiveModels(Settings(state=settings.state, policy=policy_file), away)
    live.load()
    policy_file.write_text(POLICY.replace('"7"', '"8"'), encoding="utf-8")
    with pytest.raises(StoreUnavailable):
        live.refresh()
    assert live.ready().policy_version == "house@8"


@pytest.mark.parametrize(
    "broken", ["name = ", POLICY.replace("block = 1.0", "block = 0.1"), POLICY.replace("house", "h" * 200), None]
)
def test_while_a_policy_file_is_broken_what_it_held_goes_on(settings, store, policy_file, broken):
    live = LiveModels(Settings(state=settings.state, policy=policy_file), store)
    live.load()
    policy_file.unlink() if broken is None else policy_file.write_text(broken, encoding="utf-8")
    live.refresh()
    assert live.ready().policy_version == "house@7"
    assert "policy_file" in live.status().problems
    policy_file.write_text(POLICY, encoding="utf-8")
    live.refresh()
    assert live.status().problems == {}


def test_a_start_with_a_broken_policy_file_waits_for_a_good_one(settings, store, policy_file):
    policy_file.write_text("name = ", encoding="utf-8")
    live = LiveModels(Settings(state=settings.state, policy=policy_file), store)
    live.load()
    assert live.status().state == "failed"
    policy_file.write_text(POLICY, encoding="utf-8")
    live.refresh()
    assert live.ready().policy_version == "house@7"


@pytest.mark.parametrize("version", ["v" * 65, "9\0"])
def test_a_version_that_no_row_can_hold_is_refused(settings, store, classifier, version):
    classifier.model_version = version
    live = LiveModels(settings, store, classifier)
    live.load()
    assert live.status().state == "failed"


def test_the_metrics_name_the_model_in_use_alone(live, store):
    before = live.ready()
    choose_model(store, "9.1", by="ann", before=before.model_version)
    live.refresh()
    values = {
        sample.labels["model_version"]: sample.value for metric in MODEL_INFO.collect() for sample in metric.samples
    }
    assert (values[before.model_version], values["9.1"]) == (0, 1)
