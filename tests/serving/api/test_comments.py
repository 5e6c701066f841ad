import contextlib
from urllib.parse import quote

import msgspec
import pytest
import sqlalchemy as sa

from data.notes import Comment, note_from_mapping
from serving.api import classify, comments, verdicts
from serving.api.comments_body import with_comments
from serving.note_classifier import load_classifier
from serving.store.engine import StoreUnavailable
from serving.store.note_text import load
from serving.store.tables import note_text, verdict, webhook
from tests.serving.api.plain_service import open_judging

ENDPOINTS = [*classify.ENDPOINTS, *comments.ENDPOINTS, *verdicts.ENDPOINTS]
CLEAN = {"comment_id": "c1", "text": "好看"}
DIVERTS = {"comment_id": "c2", "text": "加微信abc123"}
NOTE = {"note_id": "note", "title": "手工皂", "author_id": "a1"}


# Of the request alone: one database will do.
on_one_database = pytest.mark.parametrize("store", ["sqlite"], indirect=True)


@pytest.fixture
def open_client(store, classifier, tmp_path):
    with contextlib.ExitStack() as stack:

        def make(given=classifier, **settings):
            return stack.enter_context(open_judging(store, ENDPOINTS, given, tmp_path / "state", **settings))

        yield make


@pytest.fixture
def client(open_client):
    return open_client()


def post(client, *new, note_id="note", headers=None, **body):
    path = f"/v1/notes/{quote(note_id, safe='')}/comments"
    return client.post(path, json={"comments": new} | body, headers=headers)


def rows(store, column):
    with store.read() as connection:
        return list(connection.execute(sa.select(column)).scalars())


def test_the_answer_is_the_verdict_on_the_note_with_its_whole_thread(client):
    answer = post(client, DIVERTS, note=NOTE | {"comments": [CLEAN]})
    assert answer.status_code == 200
    verdict = answer.json()
    assert verdict["evidence"][0]["field"] == "comments[1]"
    same = client.post("/v1/classify", json=NOTE | {"comments": [CLEAN, DIVERTS]}).json()
    own = {"verdict_id", "request_id", "latency_ms"}
    assert {key: verdict[key] for key in same.keys() - own} == {key: same[key] for key in same.keys() - own}


def test_a_change_is_told_with_the_verdict_before(client):
    before = client.post("/v1/classify", json=NOTE).json()
    client.drain()
    after = post(client, DIVERTS, note=NOTE).json()
    assert after["changed"]
    assert after["previous_known"]
    expected = {name: before[name] for name in ("verdict_id", "label", "author_label", "decision")}
    assert {name: after["previous"][name] for name in expected} == expected
    client.drain()
    again = post(client, CLEAN, note=NOTE | {"comments": [DIVERTS]}).json()
    assert again["previous"]["verdict_id"] == after["verdict_id"]
    assert again["changed"] is False


def test_a_note_never_judged_before_has_no_verdict_to_differ_from(client):
    answer = post(client, DIVERTS, note=NOTE).json()
    assert (answer["previous"], answer["changed"], answer["previous_known"]) == (None, None, True)


@on_one_database
def test_a_comment_seen_before_takes_the_newer_text_in_its_old_place(client):
    earlier = [DIVERTS, CLEAN]
    answer = post(
        client, DIVERTS | {"text": "删了"}, {"comment_id": "c3", "text": "微信x"}, note=NOTE | {"comments": earlier}
    )
    assert [item["field"] for item in answer.json()["evidence"]] == ["comments[2]"]


def test_comments_alone_are_refused_where_no_text_is_stored(client, store):
    client.post("/v1/classify", json=NOTE)
    answer = post(client, CLEAN)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:huoren:problem:text_required")
    post(client, CLEAN, note=NOTE)
    assert rows(store, note_text.c.note) == []


def test_no_file_holds_text_where_none_is_stored(client, tmp_path):
    canary = "金丝雀canary"
    new = {"comment_id": "c1", "text": f"微信{canary}"}
    answer = post(client, new, note=NOTE | {"body": canary}, headers={"Idempotency-Key": "k"}).json()
    client.drain()
    written = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert any(answer["verdict_id"].encode() in content for content in written)
    assert not any(b"canary" in content for content in written)


def test_where_text_is_stored_comments_come_alone_and_are_remembered(open_client, store):
    client = open_client(store_text=True)
    client.post("/v1/classify", json=NOTE | {"comments": [CLEAN]})
    first = post(client, DIVERTS).json()
    second = post(client, CLEAN | {"comment_id": "c3"}).json()
    assert (
        [item["field"] for item in first["evidence"]]
        == ["comments[1]"]
        == [item["field"] for item in second["evidence"]]
    )
    with store.read() as connection:
        kept = load(connection, "note")
    assert [comment.comment_id for comment in kept.comments] == ["c1", "c2", "c3"]
    assert rows(store, note_text.c.author_hash)[0] is not None


def test_a_dry_run_neither_keeps_text_nor_counts(open_client, store):
    client = open_client(store_text=True)
    assert post(client, CLEAN, note=NOTE, options={"dry_run": True}).status_code == 200
    assert rows(store, note_text.c.note_id) == []
    client.post("/v1/classify", json=NOTE)
    assert post(client, DIVERTS, options={"dry_run": True}).json()["label"] == "diversion"
    with store.read() as connection:
        assert load(connection, "note").comments == ()
    client.drain()
    assert rows(store, verdict.c.origin) == ["classify"]


def test_text_kept_before_the_setting_was_turned_off_is_read_and_not_written(open_client, store):
    open_client(store_text=True).post("/v1/classify", json=NOTE)
    client = open_client()
    assert post(client, DIVERTS).json()["label"] == "diversion"
    with store.read() as connection:
        assert load(connection, "note").comments == ()


@on_one_database
@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        ({"comments": []}, 422, "/comments"),
        ({"comments": [{"text": "好看"}]}, 422, "/comments/0/comment_id"),
        ({"comments": [CLEAN, 7]}, 422, "/comments/1"),
        ({"comments": [CLEAN | {"colour": "red"}]}, 422, "/comments/0/colour"),
        ({"comments": [CLEAN | {"text": "字" * 10_001}]}, 413, "/comments/0/text"),
        ({"comments": [CLEAN] * 501}, 413, "/comments"),
        ({"comments": [CLEAN], "note": NOTE | {"note_id": "other"}}, 422, "/note/note_id"),
        ({"comments": [CLEAN], "note": NOTE | {"title": 7}}, 422, "/note/title"),
        ({"comments": [CLEAN], "note": 7}, 422, "/note"),
        ({"comments": [CLEAN], "note": NOTE, "options": {"offsets": "bytes"}}, 422, "/options/offsets"),
        ({"comments": [CLEAN], "note": NOTE, "more": 1}, 422, "/more"),
        ({"note": NOTE}, 422, ""),
    ],
)
def test_what_is_invalid_is_refused_with_its_place(client, body, status, pointer):
    answer = client.post("/v1/notes/note/comments", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (status, pointer)
    assert "字" not in answer.text


@on_one_database
@pytest.mark.parametrize(("n_earlier", "status"), [(499, 200), (500, 413)])
def test_the_limits_of_a_note_hold_for_the_sum(client, n_earlier, status):
    earlier = [{"comment_id": f"e{number}", "text": "好"} for number in range(n_earlier)]
    assert post(client, CLEAN, note=NOTE | {"comments": earlier}).status_code == status


def test_kept_text_grows_to_a_mebibyte_and_no_further(open_client, store):
    client = open_client(store_text=True)
    client.post("/v1/classify", json=NOTE)
    big = [{"comment_id": f"b{number}", "text": "字" * 10_000} for number in range(34)]
    assert post(client, *big).status_code == 200
    answer = post(client, CLEAN | {"text": "字" * 10_000})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (413, "/comments")
    with store.read() as connection:
        assert len(load(connection, "note").comments) == 34


def test_a_request_sent_again_under_its_key_is_judged_and_counted_once(client, store):
    client.post("/v1/classify", json=NOTE)
    client.drain()
    key = {"Idempotency-Key": "k1"}
    first = post(client, DIVERTS, note=NOTE, headers=key).json()
    for _ in range(2):
        answer = post(client, DIVERTS, note=NOTE, headers=key)
        again = answer.json()
        assert answer.headers["idempotency-replayed"] == "true"
        assert (again["verdict_id"], again["previous"]) == (first["verdict_id"], first["previous"])
        client.drain()
    assert sorted(rows(store, verdict.c.origin)) == ["classify", "comments"]
    assert post(client, CLEAN, note=NOTE, headers=key).status_code == 422


def test_one_key_with_the_same_comments_for_another_note_is_refused(open_client):
    client = open_client(store_text=True)
    for note_id in ("note", "other"):
        client.post("/v1/classify", json=NOTE | {"note_id": note_id})
    key = {"Idempotency-Key": "k1"}
    assert post(client, CLEAN, headers=key).status_code == 200
    assert post(client, CLEAN, headers=key, note_id="other").status_code == 422


@on_one_database
@pytest.mark.parametrize("note_id", ["a/b", "笔记🍑", "x/comments"])
def test_the_notes_id_may_hold_anything(client, note_id):
    assert post(client, DIVERTS, note=NOTE | {"note_id": note_id}, note_id=note_id).json()["note_id"] == note_id


@on_one_database
def test_half_an_emoji_in_a_comment_is_read(client):
    body = '{"note": {"note_id": "note"}, "comments": [{"comment_id": "c1", "text": "\\ud83d 微信x"}]}'
    answer = client.post("/v1/notes/note/comments", content=body.encode())
    assert answer.json()["evidence"][0]["start"] == 2


@on_one_database
@pytest.mark.parametrize(
    "body", [b"", b"{", b'{"comments": [{"comment_id": "\xff"}]}', b'{"comments": ' + b"[" * 99_999]
)
def test_what_is_no_json_is_a_400(client, body):
    assert client.post("/v1/notes/note/comments", content=body).status_code == 400


def test_while_the_database_is_away_a_note_with_its_comments_is_judged(store, open_client, tmp_path, classifier):
    client = open_client()
    client.post("/v1/classify", json=NOTE)
    client.drain()
    working, client.app.state.service.store = store, Broken()
    answer = post(client, DIVERTS, note=NOTE)
    assert answer.status_code == 200
    assert answer.json()["previous_known"] is False
    assert answer.json()["changed"] is None
    alone = post(client, DIVERTS)
    assert (alone.status_code, alone.headers["retry-after"]) == (503, "1")
    client.app.state.service.store = working
    client.drain()
    assert sorted(rows(store, verdict.c.origin)) == ["classify", "comments"]


def test_a_changed_verdict_is_told_once_even_if_the_database_was_away(open_client, store):
    client = open_client(webhook_url="https://pipeline.example/hook", webhook_secret="s" * 16)
    before = client.post("/v1/classify", json=NOTE).json()
    after = post(client, DIVERTS, note=NOTE).json()  # nothing is stored yet
    post(client, DIVERTS, note=NOTE, options={"dry_run": True})
    client.drain()
    (event,) = (msgspec.json.decode(body) for body in rows(store, webhook.c.body))
    assert (event["previous_verdict_id"], event["verdict_id"]) == (before["verdict_id"], after["verdict_id"])
    assert "微信" not in str(event)


def test_comments_of_a_note_that_share_an_id_all_stay():
    note = note_from_mapping({"note_id": "n", "comments": [CLEAN, CLEAN | {"text": "二"}, DIVERTS]})
    new = Comment(comment_id="c2", text="新")
    assert [comment.text for comment in with_comments(note, [new]).comments] == ["好看", "二", "新"]


def test_a_late_comment_with_the_notes_author_id_is_the_authors():
    note = note_from_mapping({"note_id": "n", "author_id": "u1"})
    late = [Comment(comment_id="c1", author_id="u1"), Comment(comment_id="c2", author_id="u2")]
    assert [comment.is_author for comment in with_comments(note, late).comments] == [True, None]


@on_one_database
def test_a_note_that_only_others_divert_passes_and_the_comment_is_blocked(open_client):
    client = open_client(given=load_classifier(None, None))
    note = {"note_id": "67c2a1f0000000000e00a1b2", "title": "周末去了植物园", "body": "樱花开得正好，坐了一下午。"}
    comment = {"comment_id": "c9", "is_author": False, "text": "想要同款的姐妹加我微信：huoren_test88，到手价29.9"}
    answer = post(client, comment, note=note, note_id=note["note_id"]).json()
    assert answer["diversion_by"] in ("other", None)
    assert (answer["author_label"], answer["decision"]) == ("organic", "pass")
    assert [(each["comment_id"], each["decision"]) for each in answer["comments"]] == [("c9", "block")]


class Broken:
    """A database that is away."""

    @contextlib.contextmanager
    def begin(self):
        raise StoreUnavailable("the database is away")
        yield

    read = begin
