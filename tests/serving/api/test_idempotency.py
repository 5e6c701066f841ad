"""Idempotency-Key: what comes again is answered as before and counted once."""

import threading
from hashlib import sha256

import pytest
from fastapi.testclient import TestClient

from serving.api.app import create_app
from serving.journal.failures import JournalFailed
from serving.settings import Settings

NOTE = {"note_id": "n1", "title": "上🍑搜", "body": "🍑🍑想要的加微信abc"}
KEY = {"Idempotency-Key": "note-1"}
CLASSIFY, BATCH = "/v1/classify", "/v1/classify/batch"
PASSING = ("request_id", "latency_ms")


def lasting(body):
    """Leave out what each request has of its own."""
    return {name: value for name, value in body.items() if name not in PASSING}


def test_a_request_that_comes_again_gets_its_verdict_back(client):
    first, again = (client.post(CLASSIFY, json=NOTE, headers=KEY) for _ in range(2))
    assert (first.headers.get("idempotency-replayed"), again.headers["idempotency-replayed"]) == (None, "true")
    assert lasting(again.json()) == lasting(first.json())
    assert again.json()["evidence"][0]["value"] == "abc"


def test_it_is_journalled_once(open_client):
    client = open_client(keeper="none")
    client.post(CLASSIFY, json=NOTE, headers=KEY)
    once = journal_bytes(client)
    client.post(CLASSIFY, json=NOTE, headers=KEY)
    assert journal_bytes(client) == once > 0
    client.post(CLASSIFY, json=NOTE, headers={"Idempotency-Key": "note-2"})
    assert journal_bytes(client) > once


def journal_bytes(client):
    folder = client.app.state.service.settings.state / "journal"
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def test_a_key_with_another_body_is_refused(client, refused):
    client.post(CLASSIFY, json=NOTE, headers=KEY)
    assert refused(client.post(CLASSIFY, json=NOTE | {"title": "b"}, headers=KEY), 422)["type"].endswith("key_reused")


def test_a_key_still_at_work_is_refused(classifier, open_client, refused):
    begun, go_on = threading.Event(), threading.Event()
    large = NOTE | {"image_texts": ["好" * 10_000] * 2}  # judged in a thread

    class Slow(type(classifier)):
        def classify(self, note):
            begun.set()
            assert go_on.wait(120)
            return super().classify(note)

    client = open_client(given=Slow())
    answers = []
    thread = threading.Thread(target=lambda: answers.append(client.post(CLASSIFY, json=large, headers=KEY)))
    thread.start()
    assert begun.wait(120)
    answer = client.post(CLASSIFY, json=large, headers=KEY)
    assert (refused(answer, 409)["type"], answer.headers["retry-after"]) == ("urn:huoren:problem:key_running", "1")
    go_on.set()
    thread.join()
    assert answers[0].status_code == 200


def test_a_key_whose_note_failed_may_come_again(classifier, open_client):
    class Failing(type(classifier)):
        fails = True

        def judge_many(self, notes):
            if self.fails:
                raise ValueError
            return super().judge_many(notes)

    failing = Failing()
    client = open_client(given=failing)
    assert client.post(CLASSIFY, json=NOTE, headers=KEY).status_code == 500
    failing.fails = False
    assert client.post(CLASSIFY, json=NOTE, headers=KEY).status_code == 200


@pytest.mark.parametrize("key", ["", "a" * 256, "a\tb", "é".encode("latin-1")], ids=range(4))
def test_what_is_no_key_is_refused(client, refused, key):
    refused(client.post(CLASSIFY, json=NOTE, headers={"Idempotency-Key": key}), 422)


def test_a_dry_run_takes_no_key(client):
    body = NOTE | {"options": {"dry_run": True}}
    answers = [client.post(CLASSIFY, json=body, headers=KEY) for _ in range(2)]
    assert [answer.headers.get("idempotency-replayed") for answer in answers] == [None, None]


def test_a_batch_that_comes_again_gets_its_verdicts_back(client):
    body = {"notes": [NOTE, {"note_id": ""}, {"note_id": "n2"}]}
    first, again = (client.post(BATCH, json=body, headers=KEY).json()["items"] for _ in range(2))
    assert [item["status"] for item in again] == [200, 422, 200]
    for place in (0, 2):
        assert lasting(again[place]["verdict"]) == lasting(first[place]["verdict"])


def test_a_batch_that_could_not_take_all_its_keys_may_come_again(client, monkeypatch):
    body, claims = {"notes": [NOTE, {"note_id": "n2"}, {"note_id": "n3"}]}, client.app.state.service.claims
    taken, claim = [], claims.claim

    def claim_two(key_hash, body_hash):
        if len(taken) == 2:
            raise JournalFailed("the disk is full.")
        taken.append(key_hash)
        return claim(key_hash, body_hash)

    with monkeypatch.context() as patch:
        patch.setattr(claims, "claim", claim_two)
        assert client.post(BATCH, json=body, headers=KEY).status_code == 503
    assert len(taken) == 2
    assert client.post(BATCH, json=body, headers=KEY).status_code == 200


def test_a_batch_that_was_written_in_part_comes_again_with_the_verdicts_that_are_stored(open_client, monkeypatch):
    client = open_client(keeper="none")
    journal, kept = client.app.state.service.journal, []
    append = journal.append

    def append_once(records):
        if kept:
            raise JournalFailed("the disk is full.")
        append(records)
        kept.extend(record.verdict_id for record in records)

    body = {"notes": [{"note_id": f"n{number}"} for number in range(100)]}
    with monkeypatch.context() as patch:
        patch.setattr(journal, "append", append_once)
        assert client.post(BATCH, json=body, headers=KEY).status_code == 503
    items = client.post(BATCH, json=body, headers=KEY).json()["items"]
    assert [item["verdict"]["verdict_id"] for item in items][: len(kept)] == kept


def test_callers_keys_do_not_meet(open_client):
    tokens = {name: f"huoren_{name * 43}" for name in "ab"}
    keys = ",".join(f"{name}:score:{sha256(token.encode()).hexdigest()}" for name, token in tokens.items())
    client = open_client(api_keys=keys)
    ids = {
        client.post(CLASSIFY, json=NOTE, headers=KEY | {"Authorization": f"Bearer {token}"}).json()["verdict_id"]
        for token in tokens.values()
    }
    assert len(ids) == 2


def test_after_a_restart_the_verdict_is_still_known(classifier, tmp_path):
    ids = []
    for _ in range(2):
        app = create_app(Settings(state=tmp_path), classifier=classifier)
        with TestClient(app, base_url="http://127.0.0.1") as client:
            while client.get("/readyz").status_code != 200:
                pass
            ids.append(client.post(CLASSIFY, json=NOTE, headers=KEY).json()["verdict_id"])
    assert ids[0] == ids[1]
