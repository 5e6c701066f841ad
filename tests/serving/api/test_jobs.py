import contextlib
import hashlib
import json
import socket
import time

import pytest
from sqlalchemy import update

from serving.api import job_input, job_submission
from serving.api.app import create_app
from serving.jobs import upload
from serving.jobs.process import work_off_next
from serving.jobs.work import JobWorker
from serving.settings import Settings
from serving.store.engine import StoreUnavailable
from serving.store.tables import job

LINES = {"Content-Type": "application/x-ndjson"}
NOTES = ({"note_id": "a", "body": "加微信abc"}, {"note_id": "b", "body": "今天去公园"})
BODY = "\n".join(json.dumps(note) for note in NOTES)
KEYS = {name: f"huoren_{name}" + "0" * 36 for name in ("shop", "other", "boss")}
API_KEYS = ",".join(
    f"{name}:{role}:{hashlib.sha256(KEYS[name].encode()).hexdigest()}"
    for name, role in (("shop", "score"), ("other", "score"), ("boss", "admin"))
)


@pytest.fixture
def client(open_client):
    return open_client(keeper="none", webhook_secret="s" * 16, callback_hosts=("hooks.example.com",))


@pytest.fixture
def with_keys(open_client):
    """Give a client of a service with keys, and a function that makes the header of a key."""
    return open_client(keeper="none", api_keys=API_KEYS), lambda name: {"Authorization": f"Bearer {KEYS[name]}"}


def send(client, body=BODY, *, headers=None, **query):
    return client.post("/v1/jobs", content=body, headers=LINES | (headers or {}), params=query)


def work_off(client):
    """Do what the keeper's process would."""
    service = client.app.state.service
    worker = JobWorker(
        settings=service.settings,
        store=service.store,
        journal=service.journal,
        humans=service.humans,
        secret=service.secret,
        ready=service.models.ready,
        is_stopped=lambda: False,
    )
    while work_off_next(worker, service.store, service.settings):
        pass


def spooled(client):
    return sorted(path.name for path in (client.app.state.service.settings.state / "spool").glob("*[!t]"))


def test_a_job_is_taken_judged_and_its_results_are_streamed(client):
    answer = send(client)
    assert answer.status_code == 202
    taken = answer.json()
    assert answer.headers["location"] == f"/v1/jobs/{taken['job_id']}"
    assert (taken["state"], taken["progress"]) == ("queued", {"total": 2, "done": 0, "failed": 0})
    work_off(client)
    done = client.get(answer.headers["location"]).json()
    assert (done["state"], done["progress"]) == ("done", {"total": 2, "done": 2, "failed": 0})
    results = client.get(done["results"])
    assert results.headers["content-type"] == "application/x-ndjson"
    lines = [json.loads(line) for line in results.text.splitlines()]
    assert [(line["line"], line["verdict"]["note_id"]) for line in lines] == [(1, "a"), (2, "b")]
    assert [line["verdict"]["label"] for line in lines] == ["diversion", "organic"]


@pytest.mark.parametrize("indent", [None, 2])
def test_json_does_the_same_as_lines(client, indent):
    body = {"notes": [*NOTES, 7], "options": {"dry_run": True}}
    answer = client.post(
        "/v1/jobs", content=json.dumps(body, indent=indent), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 202
    assert answer.json()["dry_run"]
    work_off(client)
    lines = client.get(f"{answer.headers['location']}/results").text.splitlines()
    assert [json.loads(line)["status"] for line in lines] == [200, 200, 422]


def test_half_an_emoji_in_json_is_read(client):
    answer = client.post("/v1/jobs", content=r'{"notes": [{"note_id": "a", "body": "\ud83d"}]}')
    assert answer.status_code == 202
    work_off(client)
    assert json.loads(client.get(f"{answer.headers['location']}/results").text)["status"] == 200


def test_a_body_that_comes_in_pieces_is_one_input(client):
    pieces = (f'{{"note_id": "{number}"}}\n'.encode() for number in range(1000))
    assert send(client, pieces).json()["progress"]["total"] == 1000


def test_options_stand_in_the_query_of_lines(client):
    send(client, dry_run="true", offsets="utf16", explain="false")
    work_off(client)
    service = client.app.state.service
    with service.store.read() as connection:
        (row,) = connection.execute(job.select()).all()
    assert {name: row.options[name] for name in ("dry_run", "offsets", "explain")} == {
        "dry_run": True,
        "offsets": "utf16",
        "explain": False,
    }


def test_the_same_key_gives_the_same_job(client, refused):
    key = {"Idempotency-Key": "archive 7"}
    first, second = send(client, headers=key), send(client, headers=key)
    assert second.status_code == 202
    assert second.json()["job_id"] == first.json()["job_id"]
    assert [answer.headers.get("idempotency-replayed") for answer in (first, second)] == [None, "true"]
    assert spooled(client) == [first.json()["job_id"]]
    for other in (send(client, BODY + "\n{}", headers=key), send(client, headers=key, dry_run="true")):
        assert refused(other, 422)["type"] == "urn:huoren:problem:key_reused"
    assert spooled(client) == [first.json()["job_id"]]


def test_the_same_key_of_another_caller_is_another_job(with_keys):
    client, of = with_keys
    ids = {send(client, headers=of(name) | {"Idempotency-Key": "7"}).json()["job_id"] for name in ("shop", "other")}
    assert len(ids) == 2


def test_a_key_whose_first_upload_is_not_in_yet_is_told_to_come_again(client, refused, monkeypatch):
    monkeypatch.setattr("serving.api.job_submission.Upload.move_to", lambda self, folder: False)
    answer = refused(send(client, headers={"Idempotency-Key": "7"}), 409)
    assert answer["type"] == "urn:huoren:problem:key_running"
    assert spooled(client) == []


@pytest.mark.parametrize("is_away", [False, True])
def test_a_job_that_the_database_did_not_take_may_come_again_under_its_key(client, monkeypatch, is_away):
    store, key = client.app.state.service.store, {"Idempotency-Key": "7"}

    @contextlib.contextmanager
    def fail(*_):
        raise StoreUnavailable("the database must answer.")
        yield

    @contextlib.contextmanager
    def begin_and_lose():
        with store.engine.connect() as connection:
            yield connection
            connection.rollback()
        if is_away:
            patch.setattr(store, "read", fail)
        raise StoreUnavailable("the database must answer.")

    with monkeypatch.context() as patch:
        patch.setattr(store, "begin", begin_and_lose)
        assert send(client, headers=key).status_code == 503
    again = send(client, headers=key)
    assert (again.status_code, again.headers.get("idempotency-replayed")) == (202, None)
    assert spooled(client) == [again.json()["job_id"]]


def test_results_are_refused_until_the_job_is_done(client, refused):
    job_id = send(client).json()["job_id"]
    assert client.get(f"/v1/jobs/{job_id}").json()["results"] is None
    refused(client.get(f"/v1/jobs/{job_id}/results"), 409)


def test_a_spool_that_cannot_be_read_is_503(client, refused, monkeypatch):
    def fail(settings):
        raise OSError(24, "Too many open files")

    job_id = send(client).json()["job_id"]
    monkeypatch.setattr("serving.api.jobs.host_of", fail)
    answer = client.delete(f"/v1/jobs/{job_id}")
    refused(answer, 503)
    assert answer.headers["retry-after"] == "1"


@pytest.mark.parametrize("job_id", ["0" * 32, "..%2f..%2fsecret", "x", "%00"])
def test_an_unknown_job_is_not_found(client, refused, job_id):
    for method, path in (("GET", ""), ("GET", "/results"), ("DELETE", "")):
        refused(client.request(method, f"/v1/jobs/{job_id}{path}"), 404)


def test_a_cancelled_job_is_deleted_at_once_and_never_runs(client, refused, classifier):
    job_id = send(client).json()["job_id"]
    assert client.delete(f"/v1/jobs/{job_id}").json()["state"] == "cancelled"
    assert spooled(client) == []
    work_off(client)
    assert classifier.batches == []
    assert client.get(f"/v1/jobs/{job_id}").json()["state"] == "cancelled"
    refused(client.get(f"/v1/jobs/{job_id}/results"), 404)
    assert client.delete(f"/v1/jobs/{job_id}").status_code == 200


def test_results_that_were_deleted_or_have_expired_are_not_found(client, refused):
    deleted, expired = (send(client).json()["job_id"] for _ in range(2))
    work_off(client)
    answer = client.delete(f"/v1/jobs/{deleted}").json()
    assert (answer["state"], answer["results"]) == ("done", None)
    with client.app.state.service.store.begin() as connection:
        connection.execute(update(job).where(job.c.job_id == expired).values(expires_us=0))
    for job_id in (deleted, expired):
        refused(client.get(f"/v1/jobs/{job_id}/results"), 404)


def test_jobs_are_listed_newest_first_in_pages(client):
    ids = [send(client).json()["job_id"] for _ in range(5)]
    seen, before = [], None
    while True:
        page = client.get("/v1/jobs", params={"limit": 2} | ({"before": before} if before else {})).json()
        seen += [each["job_id"] for each in page["jobs"]]
        before = page["next"]
        if before is None:
            break
    assert seen == ids[::-1]


def test_a_job_is_seen_by_its_caller_and_by_an_admin_alone(with_keys, refused):
    client, of = with_keys
    job_id = send(client, headers=of("shop")).json()["job_id"]
    listed = {name: len(client.get("/v1/jobs", headers=of(name)).json()["jobs"]) for name in KEYS}
    assert listed == {"shop": 1, "other": 0, "boss": 1}
    for method, path in (("GET", ""), ("GET", "/results"), ("DELETE", "")):
        refused(client.request(method, f"/v1/jobs/{job_id}{path}", headers=of("other")), 404)
    assert client.get(f"/v1/jobs/{job_id}", headers=of("boss")).status_code == 200


@pytest.mark.parametrize(
    ("body", "headers", "query", "status"),
    [
        ("", {}, {}, 422),
        ("\n \n", {}, {}, 422),
        (BODY, {}, {"policy": "unknown"}, 422),
        (BODY, {}, {"offsets": "bytes"}, 422),
        (BODY, {}, {"callback_url": "https://evil.example/"}, 422),
        (BODY, {}, {"callback_url": "http://hooks.example.com/"}, 422),
        (BODY, {"Idempotency-Key": "ü".encode("latin-1")}, {}, 422),
        (BODY, {"Content-Type": "text/csv"}, {}, 415),
        (BODY, {"Content-Encoding": "gzip"}, {}, 415),
        ("{", {"Content-Type": "application/json"}, {}, 400),
        ("{}", {"Content-Type": "application/json"}, {}, 422),
        ('{"notes": []}', {"Content-Type": "application/json"}, {}, 422),
        ('{"notes": [{}], "polcy": "a"}', {"Content-Type": "application/json"}, {}, 422),
        ('{"notes": [{}], "options": {"offsets": "bytes"}}', {"Content-Type": "application/json"}, {}, 422),
        ('{"notes": [{}], "callback_url": "https://evil.example/"}', {"Content-Type": "application/json"}, {}, 422),
    ],
)
def test_what_is_no_job_is_refused_and_leaves_nothing(client, refused, body, headers, query, status):
    refused(send(client, body, headers=headers, **query), status)
    assert spooled(client) == []


def test_a_callback_to_a_listed_host_is_taken(client):
    assert send(client, callback_url="https://hooks.example.com/done").status_code == 202


def test_an_unlisted_callback_host_is_told_by_which_setting(client, refused):
    answer = refused(send(client, callback_url="https://evil.example/"), 422)
    assert "HUOREN_CALLBACK_HOSTS" in answer["detail"]
    assert "evil" not in answer["detail"]


@pytest.mark.parametrize(
    ("place", "name", "limit", "body", "media_type"),
    [
        (job_input, "MAX_LINES_BYTES", 50, BODY, "application/x-ndjson"),
        (job_input, "MAX_JSON_BYTES", 50, json.dumps({"notes": NOTES}), "application/json"),
        (upload, "MAX_NOTES", 1, BODY + "\n\n", "application/x-ndjson"),
        (upload, "MAX_NOTES", 1, BODY, "application/x-ndjson"),
    ],
)
def test_more_than_a_job_may_have_is_too_large(client, refused, monkeypatch, place, name, limit, body, media_type):
    monkeypatch.setattr(place, name, limit)
    refused(send(client, body, headers={"Content-Type": media_type}), 413)
    assert spooled(client) == []


@pytest.mark.parametrize(("media_type", "status"), [("application/json", 413), ("application/x-ndjson", 202)])
def test_json_has_a_limit_of_16_mib_that_lines_have_not(client, media_type, status):
    body = json.dumps({"notes": NOTES}).ljust(2**24 + 1)
    assert send(client, body, headers={"Content-Type": media_type}).status_code == status


def test_more_jobs_than_may_wait_are_told_to_come_back(client, refused, monkeypatch):
    monkeypatch.setattr(job_submission, "MAX_WAITING", 1)
    assert send(client).status_code == 202
    answer = send(client)
    refused(answer, 503)
    assert int(answer.headers["retry-after"]) >= 1
    assert len(spooled(client)) == 1


def test_one_callers_eleventh_waiting_job_is_told_to_come_back_and_keeps_nobody_else_out(with_keys, refused):
    client, of = with_keys
    taken = [send(client, headers=of("shop") | {"Idempotency-Key": str(number)}) for number in range(10)]
    assert {answer.status_code for answer in taken} == {202}
    answer = send(client, headers=of("shop"))
    refused(answer, 429)
    assert int(answer.headers["retry-after"]) >= 1
    assert len(spooled(client)) == 10
    assert send(client, headers=of("other")).status_code == 202
    again = send(client, headers=of("shop") | {"Idempotency-Key": "7"})
    assert (again.status_code, again.json()["job_id"]) == (202, taken[7].json()["job_id"])
    client.delete(taken[0].headers["location"], headers=of("shop"))
    assert send(client, headers=of("shop")).status_code == 202


def test_jobs_that_come_at_once_find_no_more_places_than_there_are(client, refused, monkeypatch):
    monkeypatch.setattr(job_submission, "MAX_WAITING_OF_CALLER", 1)
    monkeypatch.setattr(job_submission, "_refuse_early", lambda *_: None)  # both were looked at before either was in
    assert send(client).status_code == 202
    refused(send(client), 429)
    assert len(spooled(client)) == 1


def test_a_full_disk_is_told_and_leaves_nothing(client, refused, monkeypatch):
    monkeypatch.setattr("serving.jobs.spool.RESERVE_BYTES", 2**62)
    refused(send(client), 503)
    assert spooled(client) == []


def test_a_database_that_goes_away_meanwhile_leaves_nothing(client, refused, monkeypatch):
    def insert_job(connection, row):
        raise StoreUnavailable("The database must answer.")

    monkeypatch.setattr("serving.api.job_submission.insert_job", insert_job)
    refused(send(client), 503)
    assert spooled(client) == []


def test_a_caller_who_hangs_up_half_way_leaves_nothing(classifier, tmp_path, listening):
    spool = tmp_path / "spool"
    with listening(create_app(Settings(state=tmp_path), classifier=classifier, keeper="none")) as address:
        host, _, port = address.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port))) as connection:
            head = f"POST /v1/jobs HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-ndjson\r\n"
            connection.sendall(f"{head}Content-Length: 5000000\r\n\r\n".encode() + b'{"note_id": "a"}\n' * 100_000)
            wait_until(lambda: list(spool.glob("*.upload")))
        wait_until(lambda: not list(spool.glob("*.upload")))
        assert [path.name for path in spool.iterdir() if path.is_dir()] == []


def wait_until(holds, seconds=120):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not become true"
        time.sleep(0.01)
