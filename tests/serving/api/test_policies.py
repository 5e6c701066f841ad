import json

import msgspec
import pytest

from serving.note_classifier import load_classifier
from serving.store.engine import StoreUnavailable
from tests.serving.live.conftest import LENIENT

NOTE = {"note_id": "n", "title": "好物", "body": "加微信 abcd1234 拿优惠"}
PLAIN = {"note_id": "p", "body": "今天的云很好看"}
BODY = json.loads(msgspec.json.encode(LENIENT))


@pytest.fixture(scope="module")
def released():
    return load_classifier(None, None)


@pytest.fixture
def client(open_client, released):
    return open_client(given=released, keeper="none")


def put(client, body=BODY, name="lenient", headers=None, **query):
    return client.put(f"/v1/policies/{name}", json=body, headers=headers, params=query)


def verdict(client, policy=None):
    answer = client.post("/v1/classify", json=NOTE | {"policy": policy})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_request_names_the_policy_that_decides(client):
    assert put(client).json() == {"version": 1, "policy_version": "lenient@1", "dry_run": False}
    assert (verdict(client, "lenient")["decision"], verdict(client)["decision"]) == ("pass", "review")
    assert verdict(client, "lenient")["policy_version"] == "lenient@1"


@pytest.mark.parametrize(
    ("path", "body"), [("/v1/policies/lenient", BODY), ("/v1/phrases", {"allow": [], "block": ["词"]})]
)
def test_what_was_stored_is_answered_where_the_database_went_away_since(client, monkeypatch, path, body):
    def fail():
        raise StoreUnavailable("the database must answer.")

    with monkeypatch.context() as patch:
        patch.setattr(client.app.state.service.models, "refresh", fail)
        answer = client.put(path, json=body)
    assert (answer.status_code, answer.json()) == (200, {"version": 1, "policy_version": None, "dry_run": False})


def test_an_unknown_policy_is_refused(client):
    answer = client.post("/v1/classify", json=NOTE | {"policy": "no-such"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/policy")


def test_policies_are_listed_with_where_they_come_from(client):
    put(client)
    default, lenient = client.get("/v1/policies").json()["policies"]
    assert (default["name"], default["version"], default["origin"]) == ("default", 0, "model")
    assert (lenient["name"], lenient["version"], lenient["origin"]) == ("lenient", 1, "stored")


def test_a_policy_is_read_with_its_versions_and_an_earlier_one_too(client):
    put(client)
    other = BODY | {"assumed_prevalence": 0.5}
    put(client, other)
    answer = client.get("/v1/policies/lenient").json()
    assert (answer["version"], answer["previous"], answer["policy"]) == (2, 1, other)
    assert [version["version"] for version in answer["versions"]] == [2, 1]
    earlier = client.get("/v1/policies/lenient", params={"version": 1}).json()
    assert (earlier["version"], earlier["current"], earlier["policy"]) == (1, 2, BODY)


def test_the_models_own_policy_can_be_read_and_put_again(client):
    own = client.get("/v1/policies/default").json()
    assert (own["version"], own["versions"]) == (0, [])
    put(client, own["policy"], name="default")
    assert verdict(client)["policy_version"] == "default@1"


@pytest.mark.parametrize("path", ["no-such", "lenient?version=9", "%00", "..%2Fdefault"])
def test_what_is_not_there_is_not_found(client, path):
    put(client)
    assert client.get(f"/v1/policies/{path}").status_code == 404


def test_a_roll_back_uses_the_version_before(client):
    put(client, name="default")
    assert client.post("/v1/policies/default/rollback").json()["version"] == 0
    assert verdict(client)["decision"] == "review"
    assert client.post("/v1/policies/no-such/rollback").status_code == 409


def test_a_dry_put_checks_and_stores_nothing(client):
    assert put(client, dry_run=True).json() == {"version": 0, "policy_version": None, "dry_run": True}
    assert client.get("/v1/policies/lenient").status_code == 404
    assert put(client, BODY | {"diversion": {"block": 0.1, "review": 0.9}}, dry_run=True).status_code == 422


@pytest.mark.parametrize(
    "change",
    [
        {"diversion": {"block": 0.1, "review": 0.9}},
        {"diversion": {"block": 2, "review": 0.9}},
        {"rule": {"violation": "burn", "uncertain": "pass"}},
        {"phrases": {"block": ["\u200b"]}},
        {"name": "x"},
    ],
)
def test_an_impossible_policy_is_refused(client, change):
    assert put(client, BODY | change).status_code == 422


def test_what_is_too_long_is_413(client):
    answer = put(client, BODY | {"phrases": {"block": ["x" * 65]}})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (413, "/phrases/block/0")


def test_a_policy_needs_a_plain_name(client):
    assert put(client, name="a b").status_code == 422


@pytest.mark.parametrize(("expected", "status"), [('"1"', 200), ("1", 200), ("*", 200), ('"0"', 409), ('"x"', 422)])
def test_if_match_guards_against_overwriting(client, expected, status):
    put(client)
    assert put(client, headers={"If-Match": expected}).status_code == status


def test_a_dry_run_shows_what_a_policy_would_change_and_stores_nothing(client):
    answer = client.post("/v1/policies/default/dry-run", json={"policy": BODY, "notes": [NOTE, PLAIN]}).json()
    assert (answer["changed"], answer["decisions"]) == (1, {"review": {"pass": 1}, "pass": {"pass": 1}})
    assert answer["notes"][0]["before"] == "review"
    assert answer["notes"][0]["after"] == "pass"
    assert answer["policy_version_after"] == "default@draft"
    assert verdict(client)["decision"] == "review"


def test_a_dry_run_shows_what_phrases_would_change(client):
    body = {"phrases": {"block": ["云"], "allow": ["好物"]}, "notes": [NOTE, PLAIN]}
    answer = client.post("/v1/policies/default/dry-run", json=body).json()
    assert [(note["before"], note["after"]) for note in answer["notes"]] == [("review", "pass"), ("pass", "block")]


def test_a_dry_run_counts_comments_that_change(client):
    note = PLAIN | {"comments": [{"comment_id": "c", "text": "加我微信 abcd1234"}]}
    answer = client.post("/v1/policies/default/dry-run", json={"policy": BODY, "notes": [note]}).json()
    assert (answer["comments_changed"], answer["notes"][0]["comments_changed"]) == (1, 1)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"notes": [NOTE]}, 422),
        ({"policy": BODY, "notes": []}, 422),
        ({"policy": BODY, "notes": [NOTE | {"published_at": "soon"}]}, 422),
        ({"phrases": {"block": ["\u200b"]}, "notes": [NOTE]}, 422),
    ],
)
def test_a_dry_run_of_nothing_usable_is_refused(client, body, status):
    assert client.post("/v1/policies/default/dry-run", json=body).status_code == status


@pytest.mark.parametrize(
    ("bad", "status", "pointer"),
    [
        ({"published_at": "last spring"}, 422, "/notes/1/published_at"),
        ({"body": "长" * 10_001}, 413, "/notes/1/body"),
    ],
)
def test_a_dry_run_says_which_note_is_at_fault(client, bad, status, pointer):
    answer = client.post("/v1/policies/default/dry-run", json={"policy": BODY, "notes": [NOTE, NOTE | bad]})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (status, pointer)


def test_a_dry_run_of_an_unknown_policy_is_not_found(client):
    assert client.post("/v1/policies/no-such/dry-run", json={"policy": BODY, "notes": [NOTE]}).status_code == 404


def test_phrases_are_in_use_at_once_and_versioned(client):
    assert client.put("/v1/phrases", json={"block": ["好物"]}).json()["version"] == 1
    assert verdict(client)["decision"] == "review"  # an uncertain rule goes before a block phrase
    assert client.put("/v1/phrases", json={"block": ["好物"], "allow": ["拿优惠"]}).json()["version"] == 2
    assert verdict(client)["decision"] == "pass"
    assert verdict(client)["policy_version"].endswith("+phrases@2")
    answer = client.get("/v1/phrases").json()
    assert (answer["allow"], answer["block"], answer["previous"]) == (["拿优惠"], ["好物"], 1)
    assert client.get("/v1/phrases", params={"version": 1}).json()["allow"] == []


def test_phrases_are_rolled_back(client):
    client.put("/v1/phrases", json={"allow": ["好物"]})
    assert client.post("/v1/phrases/rollback").json()["version"] == 0
    assert verdict(client)["decision"] == "review"


def test_phrases_are_guarded_by_if_match(client):
    assert client.put("/v1/phrases", json={}, headers={"If-Match": '"1"'}).status_code == 409


def test_without_phrases_the_list_is_empty(client):
    answer = client.get("/v1/phrases").json()
    assert (answer["version"], answer["allow"], answer["versions"]) == (0, [], [])
    assert client.get("/v1/phrases", params={"version": 3}).status_code == 404
