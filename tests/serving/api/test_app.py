import json
import logging
import threading
import time

import pytest
from fastapi.testclient import TestClient

from data.errors import ModelError
from serving.api.app import create_app
from serving.settings import Settings

NOTE = {"note_id": "n1", "title": "上🍑搜", "body": "🍑🍑想要的加微信abc"}
SECRET = "加我薇信secret88"


def serve(classifier, **arguments):
    return TestClient(create_app(Settings(), classifier=classifier), **arguments)


def wait_until_ready(client):
    for _ in range(200):
        if client.get("/readyz").status_code == 200:
            return client
        time.sleep(0.01)
    raise TimeoutError("never ready")


@pytest.fixture
def client(classifier):
    with serve(classifier) as client:
        yield wait_until_ready(client)


def refused(answer, status):
    """Check an error's form and give it."""
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert set(body) == {"type", "title", "status", "detail", "instance", "request_id", "errors"}
    assert body["status"] == status
    assert body["request_id"] == answer.headers["x-request-id"]
    assert SECRET not in answer.text
    return body


def test_the_answer_is_the_verdict_at_the_top_level(client, classifier):
    answer = client.post("/v1/classify", json=NOTE)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    body = answer.json()
    assert (body["label"], body["note_id"], body["model_version"]) == ("diversion", "n1", "fake-1")
    assert body["request_id"] == answer.headers["x-request-id"]
    assert 0 <= body["latency_ms"] < 10_000


def test_offsets_are_code_points_unless_utf16_is_asked_for(client):
    (item,) = client.post("/v1/classify", json=NOTE).json()["evidence"]
    assert NOTE["body"][item["start"] : item["end"]] == "微信abc"
    (item,) = client.post("/v1/classify", json=NOTE | {"options": {"offsets": "utf16"}}).json()["evidence"]
    units = NOTE["body"].encode("utf-16-le")
    assert units[2 * item["start"] : 2 * item["end"]].decode("utf-16-le") == "微信abc"


def test_without_explain_there_is_no_evidence(client):
    answer = client.post("/v1/classify", json=NOTE | {"options": {"explain": False, "dry_run": True}})
    assert (answer.status_code, answer.json()["evidence"], answer.json()["label"]) == (200, [], "diversion")


def test_a_callers_request_id_comes_back_unless_it_could_break_a_log(client):
    assert client.get("/healthz", headers={"X-Request-Id": "job-7.a"}).headers["x-request-id"] == "job-7.a"
    assert client.get("/healthz", headers={"X-Request-Id": "a b"}).headers["x-request-id"] != "a b"


def test_half_an_emoji_gets_a_verdict(client):
    answer = client.post("/v1/classify", content=b'{"note_id": "n1", "body": "\\ud83d\\u0000 hello"}')
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "body", [b"", b"{", b'{"body": "' + SECRET.encode(), SECRET.encode("gb18030"), b"[" * 100_000], ids=range(5)
)
def test_malformed_json_is_400(client, body):
    refused(client.post("/v1/classify", content=body), 400)


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"note_id": 7}, "/note_id"),
        ({"note_id": ""}, "/note_id"),
        ({"title": [SECRET]}, "/title"),
        ({"comments": [{"text": "a"}, {"text": 1}]}, "/comments/1/text"),
        ({"comments": SECRET}, "/comments"),
        ({"platform": {"industry": SECRET}}, "/platform/industry"),
        ({"published_at": SECRET}, "/published_at"),
        ({SECRET: 1}, ""),
        ({"bodyy": SECRET}, "/bodyy"),
        ({"options": {"offsets": SECRET}}, "/options"),
        ({"options": {SECRET: True}}, "/options"),
        ({"options": []}, "/options"),
    ],
)
def test_an_invalid_note_is_422_with_a_pointer_and_without_its_text(client, change, pointer):
    (error,) = refused(client.post("/v1/classify", json=NOTE | change), 422)["errors"]
    assert error["pointer"] == pointer


def test_a_body_that_is_no_object_is_422(client):
    refused(client.post("/v1/classify", json=[NOTE]), 422)


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"body": "长" * 10_001}, "/body"),
        ({"note_id": "n" * 10_001}, "/note_id"),
        ({"tags": ["a", "长" * 10_001]}, "/tags/1"),
        ({"comments": [{"text": "长" * 10_001}]}, "/comments/0/text"),
        ({"comments": [{"text": "a"}] * 501}, "/comments"),
    ],
)
def test_over_a_limit_is_413_with_a_pointer(client, change, pointer):
    (error,) = refused(client.post("/v1/classify", json=NOTE | change), 413)["errors"]
    assert error["pointer"] == pointer


def test_at_the_limits_is_a_verdict(client):
    note = {"note_id": "n1", "body": "长" * 10_000, "comments": [{"text": "好"}] * 500}
    assert client.post("/v1/classify", json=note).status_code == 200


@pytest.mark.parametrize("streamed", [False, True])
def test_a_body_over_1_mib_is_413_whether_its_length_is_declared_or_not(client, streamed):
    pieces = [b" " * 2**18] * 5
    refused(client.post("/v1/classify", content=iter(pieces) if streamed else b"".join(pieces)), 413)


def test_a_body_of_1_mib_is_read(client):
    body = json.dumps(NOTE).encode()
    assert client.post("/v1/classify", content=body + b" " * (2**20 - len(body))).status_code == 200


def test_an_unknown_path_is_404_and_not_quoted(client):
    refused(client.get(f"/v1/{SECRET}"), 404)


def test_another_method_is_405_and_says_which_is_allowed(client):
    answer = client.get("/v1/classify")
    refused(answer, 405)
    assert answer.headers["allow"] == "POST"


def test_until_the_model_is_warm_it_is_alive_but_not_ready(classifier):
    gate = threading.Event()
    classifier.warm = lambda: gate.wait(10)
    with serve(classifier) as client:
        assert client.get("/healthz").status_code == 200
        assert refused(client.get("/readyz"), 503)["detail"] == "The model is still loading."
        answer = client.post("/v1/classify", json=NOTE)
        refused(answer, 503)
        assert answer.headers["retry-after"] == "1"
        gate.set()
        assert client.post("/v1/classify", json=NOTE).status_code == 503 or wait_until_ready(client)
        versions = wait_until_ready(client).get("/readyz").json()
    assert versions["ruleset_version"] == "rules-1"


def test_a_model_that_cannot_be_loaded_is_told_and_never_ready(monkeypatch):
    def load(model, policy):
        raise ModelError("m/manifest.json: must be readable.")

    monkeypatch.setattr("serving.readiness.load_classifier", load)
    with serve(None) as client:
        for _ in range(200):
            answer = client.get("/readyz")
            if "manifest" in answer.text:
                break
        assert refused(answer, 503)["detail"] == "m/manifest.json: must be readable."


def test_nothing_is_loaded_when_the_app_is_built(monkeypatch):
    monkeypatch.setattr("serving.readiness.load_classifier", lambda model, policy: pytest.fail("loaded"))
    create_app(Settings())


def test_an_unforeseen_error_is_500_and_quotes_nothing_anywhere(client, classifier, caplog):
    def classify(note):
        raise ValueError(SECRET)

    classifier.classify = classify
    with caplog.at_level(logging.DEBUG):
        body = refused(client.post("/v1/classify", json=NOTE), 500)
    assert SECRET not in caplog.text
    assert f"request {body['request_id']} failed: ValueError at {__file__}" in caplog.text


def test_a_misspelt_key_of_a_comment_is_refused_with_its_place(client):
    answer = client.post("/v1/classify", json=NOTE | {"comments": [{"text": SECRET, "is_autor": True}]})
    assert refused(answer, 422)["errors"][0]["pointer"] == "/comments/0/is_autor"


def test_a_path_with_a_slash_too_many_is_no_redirect(client):
    refused(client.get("/healthz/", follow_redirects=False), 404)


def test_a_large_note_leaves_the_service_answering(classifier):
    class Slow(type(classifier)):
        def classify(self, note):
            time.sleep(0.5)
            return super().classify(note)

    large = {"note_id": "n1", "image_texts": ["好" * 10_000] * 3}
    with serve(Slow()) as client:
        wait_until_ready(client)
        answers = []
        thread = threading.Thread(target=lambda: answers.append(client.post("/v1/classify", json=large)))
        thread.start()
        time.sleep(0.1)
        started = time.perf_counter()
        assert client.get("/healthz").status_code == 200
        assert time.perf_counter() - started < 0.3
        thread.join()
    assert answers[0].status_code == 200
