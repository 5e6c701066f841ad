"""`POST /v1/classify`: what it takes, what it answers, and what it says of a body that is unusable."""

import gzip
import json

import pytest

NOTE = {"note_id": "n1", "title": "上🍑搜", "body": "🍑🍑想要的加微信abc"}
SECRET = "加我薇信secret88"


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


def test_a_verdict_is_named_by_its_id_and_a_dry_run_has_none(client):
    assert len(client.post("/v1/classify", json=NOTE).json()["verdict_id"]) == 32
    assert client.post("/v1/classify", json=NOTE | {"options": {"dry_run": True}}).json()["verdict_id"] is None


def test_a_dry_run_asks_no_database(open_client, monkeypatch):
    asked = []
    monkeypatch.setattr("serving.api.classify._save_texts", lambda *_: asked.append(1))
    client = open_client(store_text=True)
    assert client.post("/v1/classify", json=NOTE | {"options": {"dry_run": True}}).status_code == 200
    assert not asked


def test_an_unknown_policy_is_refused(client, refused):
    refused(client.post("/v1/classify", json=NOTE | {"policy": "strict"}), 422)


def test_a_callers_request_id_comes_back_unless_it_could_break_a_log(client):
    assert client.get("/healthz", headers={"X-Request-Id": "job-7.a"}).headers["x-request-id"] == "job-7.a"
    assert client.get("/healthz", headers={"X-Request-Id": "a b"}).headers["x-request-id"] != "a b"


def test_half_an_emoji_gets_a_verdict(client):
    answer = client.post("/v1/classify", content=b'{"note_id": "n1", "body": "\\ud83d\\u0000 hello"}')
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "body", [b"", b"{", b'{"body": "' + SECRET.encode(), SECRET.encode("gb18030"), b"[" * 100_000], ids=range(5)
)
def test_malformed_json_is_400(client, body, refused):
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
        ({"published_at": "9999-12-31"}, "/published_at"),
        ({"collected_at": "0999-01-01"}, "/collected_at"),
        ({SECRET: 1}, ""),
        ({"bodyy": SECRET}, "/bodyy"),
        ({"options": {"offsets": SECRET}}, "/options"),
        ({"options": {SECRET: True}}, "/options"),
        ({"options": []}, "/options"),
    ],
)
def test_an_invalid_note_is_422_with_a_pointer_and_without_its_text(client, change, pointer, refused):
    (error,) = refused(client.post("/v1/classify", json=NOTE | change), 422)["errors"]
    assert error["pointer"] == pointer


def test_a_body_that_is_no_object_is_422(client, refused):
    refused(client.post("/v1/classify", json=[NOTE]), 422)


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"body": "长" * 10_001}, "/body"),
        ({"note_id": "n" * 401}, "/note_id"),
        ({"feed_id": "长" * 401}, "/feed_id"),
        ({"comments": [{"text": "a", "author_id": "长" * 401}]}, "/comments/0/author_id"),
        ({"tags": ["a", "长" * 10_001]}, "/tags/1"),
        ({"comments": [{"text": "长" * 10_001}]}, "/comments/0/text"),
        ({"comments": [{"text": "a"}] * 501}, "/comments"),
    ],
)
def test_over_a_limit_is_413_with_a_pointer(client, change, pointer, refused):
    (error,) = refused(client.post("/v1/classify", json=NOTE | change), 413)["errors"]
    assert error["pointer"] == pointer


def test_at_the_limits_is_a_verdict(client):
    note = {"note_id": "n1", "body": "长" * 10_000, "comments": [{"text": "好"}] * 500}
    assert client.post("/v1/classify", json=note).status_code == 200


@pytest.mark.parametrize("streamed", [False, True])
def test_a_body_over_1_mib_is_413_whether_its_length_is_declared_or_not(client, streamed, refused):
    pieces = [b" " * 2**18] * 5
    refused(client.post("/v1/classify", content=iter(pieces) if streamed else b"".join(pieces)), 413)


def test_a_compressed_body_is_400(client, refused):
    packed = gzip.compress(json.dumps(NOTE).encode())
    detail = refused(client.post("/v1/classify", content=packed, headers={"Content-Encoding": "gzip"}), 400)["detail"]
    assert "uncompressed" in detail


def test_a_query_that_would_be_ignored_is_refused(client, refused):
    refused(client.post("/v1/classify", params={"dry_run": "true"}, json=NOTE), 422)


def test_a_body_of_1_mib_is_read(client):
    body = json.dumps(NOTE).encode()
    assert client.post("/v1/classify", content=body + b" " * (2**20 - len(body))).status_code == 200


def test_a_misspelt_key_of_a_comment_is_refused_with_its_place(client, refused):
    answer = client.post("/v1/classify", json=NOTE | {"comments": [{"text": SECRET, "is_autor": True}]})
    assert refused(answer, 422)["errors"][0]["pointer"] == "/comments/0/is_autor"
