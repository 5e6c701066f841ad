"""Audits over HTTP: what is drawn is stored, labels go in one by one, and the feed's share rests on them."""

import pytest

from serving.store.audit_log import read_actions
from tests.serving.api.feed_world import insert_notes, open_feeds

PLAN, LABELS = "/v1/feeds/beauty/audit-plan", "/v1/feeds/beauty/audit-labels"


@pytest.fixture
def client(store, tmp_path):
    with open_feeds(store, tmp_path) as client:
        yield client


@pytest.fixture
def truth(store):
    return insert_notes(store, 120)


def draw(client, **changes):
    return client.post(PLAN, json={"period": "month", "periods": ["2025-03"], "labels": 40} | changes)


def label(client, *items):
    return client.post(LABELS, json={"labels": items}).json()["items"]


def item(note_id, label, annotator="ann", **changes):
    return {"note_id": note_id, "period": "2025-03", "label": label, "annotator": annotator} | changes


def test_a_plan_names_the_notes_to_label_and_is_kept(client, truth):
    answer = draw(client, twice=0.25, seed=3)
    plan = answer.json()
    assert answer.status_code == 201
    (drawn,) = plan["periods"]
    assert (drawn["period"], drawn["n_notes"], drawn["drawn"], drawn["twice"]) == ("2025-03", 120, 40, 10)
    assert set(drawn["needed"]) == {"0.02", "0.03", "0.05"}
    assert (len(set(plan["first"])), len(plan["second"])) == (40, 10)
    assert set(plan["second"]) < set(plan["first"]) < truth.keys()
    (kept,) = client.get(PLAN).json()["plans"]
    assert (kept["plan_id"], kept["period"], kept["model_version"]) == (plan["plan_id"], "2025-03", "0.3.0")
    assert (sorted(kept["first"]), sorted(kept["second"])) == (sorted(plan["first"]), sorted(plan["second"]))
    assert kept["progress"]["waiting"] == 40


def test_the_same_seed_draws_the_same_notes(client, truth):
    first = draw(client, seed=3).json()
    again = draw(client, seed=3, replace=True).json()
    assert first["first"] == again["first"]
    assert draw(client, seed=4, replace=True).json()["first"] != first["first"]


def test_labels_make_the_share_an_audited_one(client, truth):
    notes = draw(client).json()["first"]
    before = client.get("/v1/feeds/beauty/authenticity").json()["rows"][0]
    results = label(client, *(item(note, truth[note]) for note in notes))
    assert {result["status"] for result in results} == {200}
    (row, april) = client.get("/v1/feeds/beauty/authenticity").json()["rows"]
    assert (before["status"] == "audited", row["status"], row["audit"]["labelled"]) == (False, "audited", 40)
    assert row["organic"]["ci_low"] <= share_of(truth, "organic") <= row["organic"]["ci_high"]
    assert april["audit"] is None
    (kept,) = client.get(PLAN).json()["plans"]
    assert (kept["progress"]["ready"], kept["first"]) == (True, [])


def share_of(truth, label):
    march = [truth[f"beauty-{at}"] for at in range(120)]
    return march.count(label) / len(march)


def test_an_audit_of_a_month_is_not_used_where_the_range_cuts_it(client, truth):
    notes = draw(client).json()["first"]
    label(client, *(item(note, truth[note]) for note in notes))
    query = {"period": "day", "from": "2025-03-02", "to": "2025-03-02"}
    told = client.get("/v1/feeds/beauty/authenticity", params=query).json()
    assert told["overall"][0]["audit"] is None
    assert told["audit_sha256"] is None


def test_one_bad_label_fails_none_of_the_others(client, truth):
    first, second, *_ = draw(client).json()["first"]
    stranger = next(note for note in truth if note not in draw(client, replace=True).json()["first"])
    results = label(
        client,
        item(first, "organic"),
        item(stranger, "organic"),
        item(second, "organic", period="2025-04"),
        item(second, None),
        item(second, "organic", second_label="organic", second_annotator="ann"),
        item(second, "unsure"),
    )
    assert [result["status"] for result in results] == [200, 404, 404, 422, 422, 200]
    assert [result["note_id"] for result in results] == [first, stranger, second, second, second, second]
    assert all((result["problem"] is None) == (result["status"] == 200) for result in results)
    assert results[3]["problem"]["errors"][0]["pointer"] == "/labels/3"
    (kept,) = client.get(PLAN).json()["plans"]
    assert (kept["progress"]["labelled"], kept["progress"]["unsure"]) == (1, 1)


def test_a_person_corrects_their_own_label_and_nobody_elses(client, truth):
    note = draw(client).json()["first"][0]
    results = label(
        client,
        item(note, "organic"),
        item(note, "organic"),
        item(note, "diversion", "ben"),
        item(note, "undisclosed_ad"),
    )
    assert [result["status"] for result in results] == [200, 200, 409, 200]
    results = label(client, item(note, "organic", "ben"))
    assert [result["status"] for result in results] == [409]


def test_a_second_label_is_by_another_person_and_counts_as_agreement(client, truth):
    plan = draw(client, twice=0.5).json()
    note, other = plan["second"][:2]
    second = {"label": None, "annotator": None, "second_label": "organic", "second_annotator": "ben"}
    results = label(
        client, item(note, "organic"), item(note, **second), item(other, **second | {"second_label": "unsure"})
    )
    assert [result["status"] for result in results] == [200, 200, 200]
    results = label(client, item(note, **second | {"second_annotator": "ann"}))
    assert [result["status"] for result in results] == [409]
    (kept,) = client.get(PLAN).json()["plans"]
    assert (kept["progress"]["labelled_twice"], kept["progress"]["agreement"]) == (1, 1.0)
    assert {note, other}.isdisjoint(kept["second"])


def test_a_plan_stands_until_it_is_replaced(client, truth, store):
    first = draw(client).json()
    label(client, item(first["first"][0], "organic"))
    refused = draw(client, seed=1)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (409, "/periods")
    second = draw(client, seed=1, replace=True).json()
    (kept,) = client.get(PLAN).json()["plans"]
    assert (kept["plan_id"], kept["progress"]["labelled"]) == (second["plan_id"], 0)
    with store.read() as connection:
        actions = [(action["action"], action["target"]) for action in read_actions(connection, before=None, limit=9)]
    assert actions == [("audit.plan", "beauty")] * 2


def test_each_period_has_its_own_plan(client, truth):
    draw(client)
    assert draw(client, periods=["2025-04"]).status_code == 201
    assert [plan["period"] for plan in client.get(PLAN).json()["plans"]] == ["2025-03", "2025-04"]


def test_what_cannot_be_audited_is_left_out_and_told(client, truth, store):
    insert_notes(store, 1, seed=8, first_us=1_735_700_000_000_000, feed="beauty", note_id="lonely")
    plan = draw(client, periods=[]).json()
    assert [period["period"] for period in plan["periods"]] == ["2025-03", "2025-04"]
    assert plan["left_out"] == [{"period": "2025-02", "reason": "fewer than 30 notes"}]


@pytest.mark.parametrize(
    "changes",
    [
        {"labels": 10, "half_width": 0.1},
        {"labels": 1},
        {"periods": ["2020-01"]},
        {"periods": ["all"]},
        {"period": "year"},
        {"weight": "likes"},
        {"design": "pps", "weight": "likes"},
        {"surprise": 1},
    ],
)
def test_what_cannot_be_drawn_is_a_422(client, truth, changes):
    assert draw(client, **changes).status_code == 422
    assert client.get(PLAN).json()["plans"] == []


def test_a_draw_by_size_is_an_audit_of_its_weight(client, truth):
    notes = draw(client, design="pps", weight="exposure", labels=60).json()["first"]
    label(client, *(item(note, truth[note]) for note in notes))
    row = client.get("/v1/feeds/beauty/authenticity", params={"weight": "exposure"}).json()["rows"][0]
    assert (row["status"], row["audit"]["design"]) == ("audited", "pps")


@pytest.mark.parametrize(
    "body", [{"labels": []}, {}, {"labels": [{"note_id": "", "period": "2025-03"}]}, {"labels": [item("n", "ad")]}]
)
def test_labels_of_another_shape_are_a_422(client, truth, body):
    assert client.post(LABELS, json=body).status_code == 422


def test_labels_of_an_unknown_feed_are_a_404(client, truth):
    answer = client.post("/v1/feeds/nobody/audit-labels", json={"labels": [item("n", "organic")]})
    assert answer.status_code == 404
