from urllib.parse import quote

import pytest

from models.verdict import CommentVerdict
from serving.api import verdicts
from serving.api.verdict_answer import VerdictAnswer
from serving.store.verdicts import insert_verdicts
from tests.serving.api.plain_service import open_endpoints
from tests.serving.store.records import make_record

ODD_IDS = ["a/b", "笔记🍑", "a\0b", "a\\u0000b", "a?b#c", "x/comments", " "]


@pytest.fixture
def client(store):
    return open_endpoints(store, verdicts.ENDPOINTS)


def insert(store, *records):
    with store.begin() as connection:
        insert_verdicts(connection, records)


def test_a_stored_verdict_has_all_of_the_answer_but_its_text(client, store):
    comments = (CommentVerdict(comment_id="c1", score=0.9, decision="block"),)
    record = make_record(comments=comments)
    insert(store, record)
    verdict = client.get(f"/v1/verdicts/{record.verdict_id}").json()
    assert verdict.keys() == {*VerdictAnswer.__struct_fields__, "stored", "scored_at"}
    (evidence,) = verdict["evidence"]
    assert (evidence["text"], evidence["value"]) == ("", None)
    assert (evidence["field"], evidence["comment_id"], evidence["start"], evidence["end"]) == (
        "comments[0]",
        "c1",
        0,
        4,
    )
    assert verdict["comments"] == [{"comment_id": "c1", "score": 0.9, "decision": "block"}]
    assert verdict["rule"] == {"id": "contact", "since": "2019-04-01", "status": "violation"}
    assert verdict["scores"]["diversion"] == 0.7
    assert verdict["questions"] == {"commercial": 0.2, "disclosed": 0.1, "diversion": 0.7}
    assert verdict["scored_at"] == "2025-10-09T08:53:20Z"
    assert (verdict["stored"], verdict["latency_ms"], verdict["request_id"]) == (True, None, "request-1")


def test_a_stored_verdict_without_a_rule_has_none(client, store):
    record = make_record(rule_id=None, rule_since=None, rule_status=None)
    insert(store, record)
    assert client.get(f"/v1/verdicts/{record.verdict_id}").json()["rule"] is None


@pytest.mark.parametrize("path", ["/v1/verdicts/" + "f" * 32, "/v1/verdicts/%00", "/v1/notes/nothing", "/v1/notes/"])
def test_what_is_not_stored_is_a_404(client, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("note_id", ODD_IDS)
def test_the_verdicts_on_a_note_are_found_whatever_its_id_holds(client, store, note_id):
    insert(store, make_record(note_id=note_id), make_record(2))
    answer = client.get(f"/v1/notes/{quote(note_id, safe='')}").json()
    assert [verdict["note_id"] for verdict in answer["verdicts"]] == [answer["note_id"]] == [note_id]


def test_the_latest_verdicts_come_first_and_are_limited(client, store):
    insert(store, *(make_record(note_id="note", scored_us=us) for us in (1, 3, 2)))
    answer = client.get("/v1/notes/note", params={"limit": 2}).json()
    assert [verdict["scored_at"][-4:] for verdict in answer["verdicts"]] == ["003Z", "002Z"]
    assert client.get("/v1/notes/note", params={"limit": 0}).status_code == 422
