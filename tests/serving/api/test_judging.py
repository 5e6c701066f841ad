"""What notes may cost others: time on the event loop, memory, room for evidence."""

import json
import threading

import msgspec
import pytest

from serving.api import classify
from serving.api.evidence_limit import MAX_EVIDENCE
from serving.api.note_body import parse_batch

LARGE = ["好" * 10_000] * 2  # judged in a thread


def note(number, **more):
    return {"note_id": f"n{number}", "body": "想要的加微信abc", **more}


@pytest.fixture
def watched(classifier):
    """Note the thread of each batch, and how many notes it had."""
    judge_many = classifier.judge_many
    classifier.seen = []

    def judge(notes):
        classifier.seen.append((threading.current_thread(), len(notes)))
        return judge_many(notes)

    classifier.judge_many = judge
    return classifier


def loops_batches(classifier, loop_thread):
    return [count for thread, count in classifier.seen if thread is loop_thread]


@pytest.fixture
def loop_thread(client, watched):
    """Give the thread of the event loop, which judges a small note itself."""
    client.post("/v1/classify", json=note(0))
    return watched.seen.pop()[0]


def test_large_notes_of_a_batch_are_judged_off_the_event_loop_one_by_one(client, watched, loop_thread):
    notes = [note(1), note(2, image_texts=LARGE), note(3, image_texts=LARGE), note(4), note(5)]
    items = client.post("/v1/classify/batch", json={"notes": notes}).json()["items"]
    assert [item["verdict"]["note_id"] for item in items] == ["n1", "n2", "n3", "n4", "n5"]
    assert [count for _, count in watched.seen] == [1, 1, 1, 2]
    assert loops_batches(watched, loop_thread) == [1, 2]


def test_many_notes_of_some_size_are_judged_in_several_goes(client, watched):
    notes = [note(number, title="好" * 10_000) for number in range(14)]
    assert client.post("/v1/classify/batch", json={"notes": notes}).status_code == 200
    assert [count for _, count in watched.seen] == [6, 6, 2]


def test_a_request_that_comes_again_is_read_off_the_event_loop(client, watched, loop_thread):
    first, second = (client.post("/v1/classify", json=note(1), headers={"Idempotency-Key": "k"}) for _ in range(2))
    assert second.headers["idempotency-replayed"] == "true"
    assert loops_batches(watched, loop_thread) == [1]
    assert first.json()["evidence"] == second.json()["evidence"]


def test_of_a_thousand_hits_and_more_the_first_thousand_are_answered(client, classifier):
    classify = classifier.classify

    def find_more(given):
        verdict = classify(given)
        found = tuple(msgspec.structs.replace(verdict.evidence[0], start=start) for start in range(MAX_EVIDENCE + 1))
        return msgspec.structs.replace(verdict, evidence=found)

    classifier.classify = find_more
    answer = client.post("/v1/classify", json=note(1)).json()
    assert [item["start"] for item in answer["evidence"]] == list(range(MAX_EVIDENCE))
    assert answer["decision"] == "block"


def test_a_large_note_takes_the_room_of_several(open_client, classifier, refused):
    begun, go_on = threading.Event(), threading.Event()
    judge_many = classifier.judge_many

    def judge(notes):
        if notes[0].image_texts:
            begun.set()
            go_on.wait(120)
        return judge_many(notes)

    client = open_client(notes_in_flight=8)
    classifier.judge_many = judge
    large = note(1, image_texts=["好" * 10_000] * 33)  # of 330,000 characters: six notes
    thread = threading.Thread(target=client.post, args=("/v1/classify",), kwargs={"json": large})
    thread.start()
    assert begun.wait(120)
    fits = client.post("/v1/classify/batch", json={"notes": [note(2), note(3)]})
    refusal = client.post("/v1/classify/batch", json={"notes": [note(2), note(3), note(4)]})
    go_on.set()
    thread.join()
    assert fits.status_code == 200
    refused(refusal, 503)


def test_a_large_batch_is_read_off_the_event_loop(client, watched, loop_thread, monkeypatch):
    read_in = []

    def parse(body):
        read_in.append(threading.current_thread())
        return parse_batch(body)

    monkeypatch.setattr(classify, "parse_batch", parse)
    for space in ("", " " * 300_000):
        body = json.dumps({"notes": [note(1)]}) + space
        assert client.post("/v1/classify/batch", content=body).status_code == 200
    assert [thread is loop_thread for thread in read_in] == [True, False]


def test_what_goes_wrong_in_counting_writes_no_verdict_twice(open_client, monkeypatch):
    client = open_client(keeper="none")
    written = []
    service = client.app.state.service
    monkeypatch.setattr(type(service.journal), "append", lambda self, records: written.extend(records))
    monkeypatch.setattr(type(service.models.shadow), "offer", lambda *_: 1 / 0)
    assert client.post("/v1/classify", json=note(1)).status_code == 200
    assert [record.note_id for record in written] == ["n1"]
