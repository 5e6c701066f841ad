"""The application as a whole: when it is ready, what it says of paths and failures, and what it never says."""

import logging
import threading

import pytest
from fastapi.testclient import TestClient

from data.errors import ModelError
from serving.api.app import create_app
from serving.journal import boots
from serving.settings import Settings
from tests.serving.api.conftest import wait_until

NOTE = {"note_id": "n1", "title": "上🍑搜", "body": "🍑🍑想要的加微信abc"}
SECRET = "加我薇信secret88"
BASE = "http://127.0.0.1"


@pytest.fixture
def serve(tmp_path):
    """Give a function that makes a client of a service that is not ready yet."""
    return lambda classifier: TestClient(create_app(Settings(state=tmp_path), classifier=classifier), base_url=BASE)


def wait_until_ready(client):
    wait_until(lambda: client.get("/readyz").status_code == 200)
    return client


def test_an_unknown_path_is_404_and_not_quoted(client, refused):
    refused(client.get(f"/v1/{SECRET}"), 404)


def test_another_method_is_405_and_says_which_is_allowed(client, refused):
    answer = client.get("/v1/classify")
    refused(answer, 405)
    assert answer.headers["allow"] == "POST"


def test_until_the_model_is_warm_it_is_alive_but_not_ready(classifier, serve, refused):
    gate = threading.Event()
    classifier.warm = lambda: gate.wait(120)
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


def test_a_model_that_cannot_be_loaded_is_told_and_never_ready(monkeypatch, serve, refused):
    def load(model, policy):
        raise ModelError("m/manifest.json: must be readable.")

    monkeypatch.setattr("serving.live.loading.load_classifier", load)
    with serve(None) as client:
        wait_until(lambda: "manifest" in client.get("/readyz").text)
        assert refused(client.get("/readyz"), 503)["detail"] == "m/manifest.json: must be readable."


def test_a_model_that_fails_as_nobody_foresaw_is_told_and_the_service_ends_in_good_order(
    classifier, serve, caplog, refused
):
    def warm():
        raise ValueError(SECRET)

    classifier.warm = warm
    with serve(classifier) as client:
        wait_until(lambda: "warming up ended early: ValueError" in caplog.text)
        refused(client.get("/readyz"), 503)
    service = client.app.state.service
    assert not boots.is_alive(service.settings.state / "journal" / service.journal.boot)
    assert SECRET not in caplog.text


def test_nothing_is_loaded_when_the_app_is_built(monkeypatch, tmp_path):
    monkeypatch.setattr("serving.live.loading.load_classifier", lambda model, policy: pytest.fail("loaded"))
    create_app(Settings(state=tmp_path), keeper="none").state.service.close()


def test_an_unforeseen_error_is_500_and_quotes_nothing_anywhere(client, classifier, caplog, refused):
    def classify(note):
        raise ValueError(SECRET)

    classifier.classify = classify
    with caplog.at_level(logging.DEBUG):
        body = refused(client.post("/v1/classify", json=NOTE), 500)
    assert SECRET not in caplog.text
    assert f"request {body['request_id']} failed: ValueError at {__file__}" in caplog.text


def test_a_path_with_a_slash_too_many_is_no_redirect(client, refused):
    refused(client.get("/healthz/", follow_redirects=False), 404)


def test_a_large_note_leaves_the_service_answering(classifier, serve):
    begun, go_on = threading.Event(), threading.Event()

    class Slow(type(classifier)):
        def classify(self, note):
            begun.set()
            assert go_on.wait(120)
            return super().classify(note)

    large = {"note_id": "n1", "image_texts": ["好" * 10_000] * 3}
    with serve(Slow()) as client:
        wait_until_ready(client)
        answers = []
        thread = threading.Thread(target=lambda: answers.append(client.post("/v1/classify", json=large)))
        thread.start()
        assert begun.wait(120)
        assert client.get("/healthz").status_code == 200
        go_on.set()
        thread.join()
    assert answers[0].status_code == 200
