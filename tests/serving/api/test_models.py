import threading

import pytest
from sqlalchemy import select

from serving.store.engine import StoreUnavailable
from serving.store.tables import audit_log
from tests.serving.api.conftest import wait_until
from tests.serving.live.conftest import add_model

NOTE = {"note_id": "n", "body": "加微信 abcd1234 拿优惠"}


@pytest.fixture
def client(open_client, tmp_path):
    """Give a client of a service that knows the models "9.1" and "9.2", the second of them broken."""
    add_model(tmp_path / "registry", "9.1")
    add_model(tmp_path / "registry", "9.2", broken=True)
    return open_client(keeper="none", models=tmp_path / "registry")


def swap(client, version):
    return client.put("/v1/models/current", json={"version": version})


def classify(client, **keys):
    answer = client.post("/v1/classify", json=NOTE | keys)
    assert answer.status_code == 200, answer.text
    return answer.json()


def reported(client):
    """Wait until the shadow has judged what it was given; its report."""
    wait_until(lambda: client.get("/v1/models/shadow").json()["report"])
    return client.get("/v1/models/shadow").json()


def test_models_are_listed_with_their_use_and_figures(client):
    swap(client, "9.1")
    answer = client.get("/v1/models").json()
    uses = {model["version"]: model["use"] for model in answer["models"]}
    assert (answer["current"], answer["previous"], uses["9.1"]) == ("9.1", "fake-1", "current")
    figures = next(model for model in answer["models"] if model["version"] == "0.3.0")["figures"]
    diversion = next(figure for figure in figures if figure["label"] == "diversion")
    assert diversion["precision"]["ci_low"] < diversion["precision"]["value"] < diversion["precision"]["ci_high"]


def test_the_next_verdict_comes_from_the_model_that_was_swapped_in(client):
    assert classify(client)["model_version"] == "fake-1"
    assert swap(client, "9.1").json() == {"current": "9.1", "previous": "fake-1"}
    assert classify(client)["model_version"] == "9.1"


def test_a_roll_back_puts_the_model_before_into_use(client):
    swap(client, "9.1")
    assert client.post("/v1/models/rollback").json() == {"current": "fake-1", "previous": "9.1"}
    assert classify(client)["model_version"] == "fake-1"


def test_a_model_that_is_put_into_use_again_is_none_to_roll_back_to(client, refused):
    assert swap(client, "fake-1").json() == {"current": "fake-1", "previous": None}
    refused(client.post("/v1/models/rollback"), 409)


def test_a_roll_back_that_was_stored_is_answered_where_the_database_went_away_since(client, monkeypatch):
    swap(client, "9.1")

    def fail():
        raise StoreUnavailable("the database must answer.")

    with monkeypatch.context() as patch:
        patch.setattr(client.app.state.service.models, "refresh", fail)
        answer = client.post("/v1/models/rollback")
    assert (answer.status_code, answer.json()) == (200, {"current": "fake-1", "previous": "9.1"})


def test_a_roll_back_without_a_model_before_is_refused(client):
    assert client.post("/v1/models/rollback").status_code == 409


@pytest.mark.parametrize(
    ("version", "says"),
    [("9.2", "SHA-256"), ("8.0", "must be one of"), ("../registry/9.1", "/version"), ("champion", "must be one of")],
)
def test_a_model_that_is_broken_or_unknown_is_refused_and_the_old_goes_on(client, version, says):
    answer = swap(client, version)
    assert answer.status_code == 422
    assert says in answer.text
    assert answer.json()["errors"][0]["pointer"] == "/version"
    assert classify(client)["model_version"] == "fake-1"


def test_no_request_is_dropped_while_models_are_swapped(client):
    codes, versions, done = set(), set(), threading.Event()

    def work():
        while not done.is_set():
            answer = client.post("/v1/classify", json=NOTE)
            codes.add(answer.status_code)
            versions.add(answer.json()["model_version"])

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for version in ("9.1", "0.3.0", "9.1"):
        assert swap(client, version).status_code == 200
    done.set()
    for thread in threads:
        thread.join()
    assert codes == {200}
    assert "9.1" in versions


def test_a_swap_is_told_in_the_audit_log(client):
    swap(client, "9.1")
    with client.app.state.service.store.read() as connection:
        row = connection.execute(select(audit_log).where(audit_log.c.action == "model.swap")).mappings().one()
    assert (row["target"], row["details"]) == ("9.1", {"before": "fake-1"})


def test_a_models_card_is_read_by_its_version_and_by_nothing_else(client):
    assert client.get("/v1/models/9.1/card").text.startswith("#")
    assert client.get("/v1/models/..%2F..%2Fetc/card").status_code == 404
    assert client.get("/v1/models/8.0/card").status_code == 404


def test_a_shadow_judges_live_notes_but_no_dry_run(client):
    assert client.put("/v1/models/shadow", json={"version": "9.1"}).status_code == 200
    classify(client)
    classify(client, options={"dry_run": True})
    answer = reported(client)
    assert (answer["shadow"]["version"], answer["shadow"]["share"]) == ("9.1", 1.0)
    assert (answer["report"]["model_version"], answer["report"]["notes"]) == ("fake-1", 1)
    assert answer["report"]["labels"] == {"diversion": {"diversion": 1}}


def test_a_shadow_that_was_removed_is_still_reported_on_by_its_version(client):
    client.put("/v1/models/shadow", json={"version": "9.1"})
    classify(client)
    reported(client)
    assert client.delete("/v1/models/shadow").status_code == 204
    assert client.get("/v1/models/shadow").status_code == 404
    answer = client.get("/v1/models/shadow", params={"version": "9.1"}).json()
    assert (answer["shadow"], answer["report"]["notes"]) == (None, 1)


@pytest.mark.parametrize("version", ["fake-1", "9.2", "8.0"])
def test_only_another_and_whole_model_can_be_a_shadow(client, version):
    answer = client.put("/v1/models/shadow", json={"version": version})
    assert answer.status_code == 422
    assert client.get("/v1/models").json()["shadow"] is None
