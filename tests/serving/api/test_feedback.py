import json

import pytest

from serving.api import feedback, feedback_lists, verdicts
from serving.api.feedback_lists import training_label
from serving.store.audit_log import read_actions
from serving.store.verdicts import insert_verdicts
from tests.serving.api.plain_service import open_endpoints
from tests.serving.store.records import make_record
from tests.serving.store.test_feedback import make_row

ITEM = {"note_id": "note", "kind": "false_positive", "actor": "ann"}


@pytest.fixture
def client(store):
    return open_endpoints(store, [*feedback.ENDPOINTS, *verdicts.ENDPOINTS])


def insert(store, *records):
    with store.begin() as connection:
        insert_verdicts(connection, records)


def give(client, *items, **headers):
    answer = client.post("/v1/feedback", json={"feedback": items}, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def listed(client, **query):
    return client.get("/v1/feedback", params=query).json()["feedback"]


def export(client):
    answer = client.get("/v1/feedback/export")
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    return [json.loads(line) for line in answer.text.splitlines()]


def test_feedback_by_a_verdict_keeps_what_it_speaks_of(client, store):
    record = make_record(note_id="笔记\0/🍑")
    insert(store, record)
    (result,) = give(client, {"verdict_id": record.verdict_id, "kind": "miss", "actor": "安", "reason": "spam.links"})
    (row,) = listed(client)
    assert result == {"status": 201, "feedback_id": row["feedback_id"], "problem": None}
    assert (row["note_id"], row["rule_id"], row["model_version"]) == (record.note_id, "contact", "0.3.0")
    assert (row["actor"], row["reason"], row["withdrawn_at"]) == ("安", "spam.links", None)


def test_feedback_by_a_note_speaks_of_its_latest_verdict(client, store):
    earlier, later = make_record(note_id="note", scored_us=1), make_record(note_id="note", scored_us=2)
    insert(store, later, earlier)
    give(client, ITEM)
    assert listed(client)[0]["verdict_id"] == later.verdict_id


def test_feedback_on_a_verdict_not_stored_yet_is_taken_with_its_note(client):
    with_note, alone = give(
        client, ITEM | {"verdict_id": "a" * 32}, {"verdict_id": "a" * 32} | ITEM | {"note_id": None}
    )
    assert with_note["status"] == 201
    assert (alone["status"], alone["problem"]["errors"][0]["pointer"]) == (404, "/feedback/1/verdict_id")


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"note_id": None}, ""),
        ({"kind": "wrong_label"}, "/suggested_label"),
        ({"kind": "hunch"}, "/kind"),
        ({"suggested_label": "spam"}, "/suggested_label"),
        ({"reason": "Because it is so"}, "/reason"),
        ({"reason": "code\n"}, "/reason"),
        ({"actor": ""}, "/actor"),
        ({"actor": "a\0b"}, "/actor"),
        ({"verdict_id": "A" * 32}, "/verdict_id"),
        ({"verdict_id": "a" * 32 + "\n"}, "/verdict_id"),
        ({"colour": "red"}, "/colour"),
        ({"note_id": "n" * 401}, "/note_id"),
    ],
)
def test_an_item_that_is_invalid_fails_alone(client, changes, pointer):
    bad, good, no_item = give(client, ITEM | changes, ITEM, 7)
    assert (bad["status"], no_item["status"]) == (413 if pointer == "/note_id" else 422, 422)
    assert bad["problem"]["errors"][0]["pointer"] == f"/feedback/0{pointer}"
    assert good["status"] == 201
    assert len(listed(client)) == 1


def test_a_verdict_of_another_note_is_refused(client, store):
    record = make_record()
    insert(store, record)
    (result,) = give(client, ITEM | {"verdict_id": record.verdict_id})
    assert result["status"] == 422


@pytest.mark.parametrize(("n_items", "status"), [(0, 422), (100, 200), (101, 413)])
def test_a_request_holds_1_to_100_items(client, n_items, status):
    assert client.post("/v1/feedback", json={"feedback": [ITEM] * n_items}).status_code == status


def test_feedback_sent_again_under_its_key_is_stored_once(client, store):
    key = {"Idempotency-Key": "k1"}
    first = give(client, ITEM, ITEM, **key)
    insert(store, make_record(note_id="note"))  # what the note means now is no other body
    assert give(client, ITEM, ITEM, **key) == first
    assert len(listed(client)) == 2
    (other,) = give(client, ITEM | {"actor": "bob"}, **key)
    assert (other["status"], other["problem"]["type"]) == (422, "urn:huoren:problem:key_reused")
    assert give(client, ITEM, **{"Idempotency-Key": "k2"}) != first[:1]


def test_feedback_never_changes_a_verdict(client, store):
    record = make_record()
    insert(store, record)
    before = client.get(f"/v1/verdicts/{record.verdict_id}").json()
    give(client, {"verdict_id": record.verdict_id, "kind": "false_positive", "decision": "pass", "actor": "ann"})
    after = client.get(f"/v1/verdicts/{record.verdict_id}").json()
    assert after == before


def test_withdrawn_feedback_stays_listed_and_trains_nobody(client):
    (result,) = give(client, ITEM)
    for _ in range(2):
        assert client.delete(f"/v1/feedback/{result['feedback_id']}").status_code == 204
    assert listed(client)[0]["withdrawn_at"] is not None
    assert export(client) == []


@pytest.mark.parametrize("feedback_id", ["f" * 32, "nothing", "%00"])
def test_withdrawing_what_is_unknown_is_a_404(client, feedback_id):
    assert client.delete(f"/v1/feedback/{feedback_id}").status_code == 404


def test_the_audit_log_says_what_was_withdrawn(client, store):
    (result,) = give(client, ITEM)
    assert client.delete(f"/v1/feedback/{result['feedback_id']}").status_code == 204
    with store.read() as connection:
        (action,) = read_actions(connection, before=None, limit=10)
    assert (action["action"], action["target"]) == ("feedback.withdraw", result["feedback_id"])


def test_a_list_comes_in_pages(client):
    given = [result["feedback_id"] for result in give(client, ITEM, ITEM, ITEM)]
    first = client.get("/v1/feedback", params={"limit": 2}).json()
    second = client.get("/v1/feedback", params={"limit": 2, "before": first["next"]}).json()
    assert sorted(row["feedback_id"] for row in first["feedback"] + second["feedback"]) == sorted(given)
    assert second["next"] is None


def test_the_last_page_is_the_last_even_if_it_is_full(client):
    give(client, ITEM, ITEM)
    assert client.get("/v1/feedback", params={"limit": 2}).json()["next"] is None


def test_a_list_is_cut_by_note_kind_and_time(client):
    give(client, ITEM, ITEM | {"note_id": "other", "kind": "miss"})
    assert len(listed(client, note_id="other")) == len(listed(client, kind="miss")) == 1
    assert len(listed(client, since="2020-01-01T00:00:00Z")) == 2
    assert listed(client, since="2100-01-01") == []
    assert client.get("/v1/feedback", params={"since": "soon"}).status_code == 422


def test_the_export_gives_ids_labels_and_versions(client, store):
    record = make_record(note_id="note")
    insert(store, record)
    give(client, ITEM | {"suggested_label": "disclosed_ad"}, ITEM | {"kind": "miss"})
    (line,) = export(client)
    labelled_at = line.pop("labelled_at")
    assert labelled_at.endswith("Z")
    expected = {"note_id": "note", "label": "disclosed_ad", "kind": "false_positive", "actor": "ann"}
    assert line == expected | {"model_version": "0.3.0"}


def label_of(**changes):
    label = training_label(make_row(1, **({"verdict_label": "diversion"} | changes)))
    return None if label is None else label.label


def test_a_suggested_label_is_taken_before_any_implied_one():
    assert label_of(suggested_label="disclosed_ad") == "disclosed_ad"
    assert label_of(suggested_label="disclosed_ad", appeal="upheld") == "disclosed_ad"


def test_a_false_positive_implies_organic_and_an_upheld_appeal_the_verdicts_own_label():
    assert label_of() == "organic"
    assert label_of(appeal="overturned") == "organic"
    assert label_of(appeal="upheld") == "diversion"


def test_a_miss_and_an_upheld_appeal_without_its_verdict_imply_nothing():
    assert label_of(kind="miss") is None
    assert label_of(appeal="upheld", verdict_label=None) is None


def test_a_decision_holds_for_the_notes_next_verdict(open_client):
    client = open_client(keeper="none")
    service = client.app.state.service
    give(client, ITEM | {"decision": "block", "reason": "seen"})
    service.humans.refresh(service.store)
    verdict = client.post("/v1/classify", json={"note_id": "note"}).json()
    assert verdict["decision"] == "block"
    assert [(item["hit_source"], item["value"]) for item in verdict["evidence"]] == [("human", "seen")]


def test_the_export_goes_on_past_a_page(client, monkeypatch):
    monkeypatch.setattr(feedback_lists, "PAGE_OF_EXPORT", 2)
    give(client, *(ITEM | {"note_id": f"note-{number}"} for number in range(5)))
    assert sorted(line["note_id"] for line in export(client)) == [f"note-{number}" for number in range(5)]


def test_half_an_emoji_in_an_id_is_read(client):
    body = b'{"feedback": [{"note_id": "n\\ud83d", "kind": "miss", "actor": "ann"}]}'
    assert client.post("/v1/feedback", content=body).json()["items"][0]["status"] == 201
    assert listed(client)[0]["note_id"] == "n\N{REPLACEMENT CHARACTER}"
