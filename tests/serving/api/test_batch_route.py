"""`POST /v1/classify/batch`: up to 100 notes, each for itself."""

import pytest

NOTE = {"note_id": "n1", "body": "想要的加微信abc"}
BATCH = "/v1/classify/batch"
SECRET = "加我薇信secret88"


def test_items_come_in_the_notes_order(client):
    body = {"notes": [{"note_id": f"n{number}"} for number in range(100)]}
    answer = client.post(BATCH, json=body)
    assert [item["verdict"]["note_id"] for item in answer.json()["items"]] == [f"n{number}" for number in range(100)]


@pytest.mark.parametrize(
    ("bad", "status", "pointer"),
    [
        ({"note_id": ""}, 422, "/notes/1/note_id"),
        ({"note_id": "n", "body": 1}, 422, "/notes/1/body"),
        ({"note_id": "n", "body": "长" * 10_001}, 413, "/notes/1/body"),
        (7, 422, "/notes/1"),
        ({"note_id": "n", "likes": 2**64}, 422, None),
    ],
)
def test_a_bad_note_fails_alone(client, bad, status, pointer):
    answer = client.post(BATCH, json={"notes": [NOTE, bad, NOTE]})
    first, item, last = answer.json()["items"]
    assert (answer.status_code, first["status"], item["status"], last["status"]) == (200, 200, status, 200)
    assert item["problem"]["request_id"] == answer.json()["request_id"]
    if pointer is not None:
        assert item["problem"]["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"notes": []}, 422),
        ({"notes": {}}, 422),
        ({}, 422),
        ({"notes": [NOTE], "nots": []}, 422),
        ({"notes": [NOTE], "policy": "no such"}, 422),
        ({"notes": [NOTE], "policy": "strict"}, 422),
        ({"notes": [NOTE], "options": {"offsets": SECRET}}, 422),
        ({"notes": [NOTE] * 101}, 413),
    ],
    ids=range(8),
)
def test_a_bad_batch_is_refused_whole(client, refused, body, status):
    refused(client.post(BATCH, json=body), status)


def test_half_an_emoji_in_one_note_costs_no_other(client):
    body = b'{"notes": [{"note_id": "n1", "body": "\\ud83d"}, {"note_id": "n2"}]}'
    assert [item["status"] for item in client.post(BATCH, content=body).json()["items"]] == [200, 200]


def test_options_hold_for_all(client):
    items = client.post(BATCH, json={"notes": [NOTE, NOTE], "options": {"explain": False, "dry_run": True}}).json()[
        "items"
    ]
    assert [(item["verdict"]["evidence"], item["verdict"]["verdict_id"]) for item in items] == [([], None)] * 2
