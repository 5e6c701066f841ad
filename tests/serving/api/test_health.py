"""What `/readyz` says while something is wrong, and what `/metrics` says of requests."""

import msgspec
import pytest
from prometheus_client.parser import text_string_to_metric_families

from serving.api.catalogue import ENDPOINTS
from serving.live.models import LiveModels
from tests.serving.api.conftest import SECRET, wait_until

NOTE = {"note_id": "n1", "body": "想要的加微信abc"}


def readyz(client):
    answer = client.get("/readyz")
    assert answer.status_code == 200
    body = answer.json()
    return body["status"], body["reasons"]


def samples(client):
    families = text_string_to_metric_families(client.get("/metrics").text)
    return {(each.name, *sorted(each.labels.items())): each.value for family in families for each in family.samples}


def test_a_service_in_order_is_ready_and_says_of_which_model(client):
    body = client.get("/readyz").json()
    assert (body["status"], body["reasons"], body["database"]) == ("ready", [], "up")
    assert body["model_version"] == "fake-1"


def test_while_the_database_is_away_it_is_degraded_and_judges(client, monkeypatch):
    monkeypatch.setattr(client.app.state.service.store, "is_up", lambda: False)
    wait_until(lambda: readyz(client) == ("degraded", ["database_away"]))
    assert client.post("/v1/classify", json=NOTE).status_code == 200
    assert samples(client)["huoren_store_up",] == 0


def test_a_journal_that_fills_is_told_before_it_is_full(open_client):
    client = open_client(keeper="none", journal_bytes=2**20)
    boot = client.app.state.service.settings.state / "journal" / "0000000000001-1-00000000"
    boot.mkdir()
    (boot / "00000001.segment").write_bytes(bytes(900_000))
    wait_until(lambda: readyz(client) == ("degraded", ["journal_filling"]))
    assert samples(client)["huoren_journal_used_ratio",] == pytest.approx(0.86, abs=0.02)


@pytest.mark.parametrize(("folder", "reason"), [("refused", "records_refused"), ("damaged", "journal_damaged")])
def test_what_was_put_aside_is_told(open_client, folder, reason):
    client = open_client(keeper="none")
    aside = client.app.state.service.settings.state / "journal" / folder
    aside.mkdir()
    (aside / "1").touch()
    assert readyz(client) == ("degraded", [reason])
    assert samples(client)["huoren_journal_aside_files", ("kind", folder)] == 1


def test_a_model_that_could_not_be_followed_is_told(client, monkeypatch):
    status = msgspec.structs.replace(client.app.state.service.models.status(), problems={"model": "m: must be whole."})
    monkeypatch.setattr(LiveModels, "status", lambda self: status)
    assert readyz(client) == ("degraded", ["models_behind"])


def test_a_request_and_its_verdict_are_counted(client):
    route, code = ("route", "/v1/classify"), ("code", "200")
    names = (
        ("huoren_requests_total", code, ("method", "POST"), route),
        ("huoren_request_seconds_count", route),
        ("huoren_notes_total", ("origin", "classify")),
        ("huoren_verdicts_total", ("decision", "block"), ("label", "diversion")),
        ("huoren_batch_notes_sum",),
        ("huoren_queue_seconds_count",),
    )
    before = samples(client)
    client.post("/v1/classify", json=NOTE)
    after = samples(client)
    assert {name: after[name] - before.get(name, 0) for name in names} == dict.fromkeys(names, 1)
    assert after["huoren_queue_notes",] == 0


def routes_in_metrics(client):
    return {dict(labels).get("route") for _, *labels in samples(client)} - {None}


def test_metrics_hold_declared_paths_alone_and_nothing_that_a_caller_wrote(client):
    before = routes_in_metrics(client)  # of other tests' services in this process
    client.get(f"/v1/{SECRET}")
    client.get(f"/v1/verdicts/{SECRET}", headers={"X-Request-Id": "canary-88"})
    client.request("BREW", "/v1/classify")
    client.post("/v1/classify", json=NOTE | {"note_id": SECRET, "feed_id": SECRET})
    text = client.get("/metrics").text
    assert SECRET not in text
    assert "secret88" not in text
    assert "canary-88" not in text
    assert routes_in_metrics(client) - before <= {endpoint.path for endpoint in ENDPOINTS} | {"none"}


def test_metrics_ask_for_no_key(open_client):
    client = open_client(keeper="none", api_keys=f"shop:score:{'0' * 64}")
    assert client.post("/v1/classify", json=NOTE).status_code == 401
    assert client.get("/metrics").status_code == 200
