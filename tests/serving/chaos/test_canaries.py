"""Of text, contacts, authors, comments and keys nothing is left on the disk and in the log, however they came in."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.serving.chaos.real_service import wait_for
from tests.serving.chaos.traces import find_traces, forms_of
from tests.serving.postgres import new_postgres

TEXT, VALUE, AUTHOR, COMMENT = "金丝雀煎饼果子真好吃", "canarywx4711", "canary-author-5a6b", "金丝雀在评论区叽叽喳喳"
TEXTS = (TEXT, VALUE, AUTHOR, COMMENT)
BODY = f"{TEXT}，加我微信：{VALUE}"


def note(note_id, **values):
    comments = [{"comment_id": "c1", "author_id": AUTHOR, "text": f"{COMMENT} 加我微信：{VALUE}"}]
    return {"note_id": note_id, "title": TEXT, "body": BODY, "author_id": AUTHOR, "comments": comments} | values


@pytest.fixture
def own_postgres():
    """Give a server of the test's own: what another test wrote stays in its files for a while."""
    with new_postgres() as server:
        yield server.start()


@pytest.fixture
def ask_as(service_of, own_url):
    """Give a function that makes a service, starts it, and gives a function that asks it with a key for everything."""

    def make(**variables):
        service = service_of(HUOREN_DATABASE_URL=own_url, workers=1, **variables)
        command = [sys.executable, "-m", "serving.cli", "keys", "create", "all", *ROLES]
        done = subprocess.run(command, env=service.environment, capture_output=True, text=True, check=True)
        service.key = done.stdout.strip()
        service.start()

        def ask(path, body=None, method=None, **headers):
            return service.ask(path, body, method, Authorization=f"Bearer {service.key}", **headers)

        return service, ask

    return make


ROLES = ("--role", "score", "--role", "feedback", "--role", "admin")


def folders_of(service, own_url):
    """List where anything of a service may be written: its folder, with state, database and log, and PostgreSQL's."""
    _, _, of_postgres = own_url.partition("?host=")
    return [service.folder, Path(of_postgres)] if of_postgres else [service.folder]


def test_a_text_is_found_in_every_form():
    data = b"".join(forms_of(TEXT))
    assert len(forms_of(TEXT)) >= 7
    assert forms_of(TEXT) == {form for form in forms_of(TEXT) if form in data}


def test_a_file_that_is_deleted_meanwhile_holds_nothing(tmp_path, monkeypatch):
    (tmp_path / "file").write_text(TEXT)
    monkeypatch.setattr(Path, "is_file", lambda path: path.unlink() is None)
    assert not find_traces([tmp_path], TEXTS)


def test_nothing_of_a_note_is_written_anywhere(ask_as, own_url):
    service, ask = ask_as()
    statuses = [
        ask("/v1/classify", note("kept-1"), Idempotency_Key="key-1")[0],
        ask("/v1/classify", note("kept-1"), Idempotency_Key="key-1")[0],
        ask("/v1/classify", note("kept-1", body="other"), Idempotency_Key="key-1")[0],
        ask("/v1/classify", note("dry-1", options={"dry_run": True}))[0],
        ask("/v1/classify", note("bad-1", likes=BODY))[0],
        ask("/v1/classify", note("bad-2", **{BODY: 1}))[0],
        ask("/v1/classify", json.dumps(note("bad-3")).encode()[:-1])[0],
        ask("/v1/classify", json.dumps(note("bad-4"), ensure_ascii=False).encode("gb18030"))[0],
        ask("/v1/classify", note("bad-5", policy=VALUE))[0],
        ask("/v1/classify/batch", {"notes": [note("kept-2"), {"body": BODY}]}, Idempotency_Key="key-2")[0],
        ask("/v1/notes/kept-3/comments", {"comments": note("x")["comments"], "note": note("kept-3")})[0],
        ask("/v1/notes/kept-3/comments", {"comments": note("x")["comments"]})[0],
        ask("/v1/feedback", {"feedback": [{"note_id": "kept-1", "kind": "miss", "actor": "a", "reason": BODY}]})[0],
        ask("/v1/policies/default/dry-run", {"phrases": {"block": [TEXT]}, "notes": [note("dry-2")]})[0],
    ]
    assert statuses == [200, 200, 422, 200, 422, 422, 400, 400, 422, 200, 200, 409, 200, 200]
    status, job = ask("/v1/jobs", {"notes": [note(f"job-{number}") for number in range(50)] + [{"body": BODY}]})
    assert status == 202, job
    path = f"/v1/jobs/{job['job_id']}"
    wait_for(lambda: ask(path)[1]["state"] == "done")
    assert ask(f"{path}/results")[0] == 200
    verdict_id = ask("/v1/classify", note("kept-4"))[1]["verdict_id"]
    wait_for(lambda: ask(f"/v1/verdicts/{verdict_id}")[0] == 200)
    wait_for(lambda: ask("/v1/notes/job-49")[0] == 200)

    def look(texts):
        return find_traces(folders_of(service, own_url), texts)

    assert not look((*TEXTS, service.key))
    assert look(("kept-1", "job-49"))  # ids are kept: so this looks where things are
    service.kill("all")
    service.wait_until_gone()
    assert not look((*TEXTS, service.key))
    service.start()
    assert service.stop() == 0
    assert not look((*TEXTS, service.key))


def test_stored_text_is_gone_from_every_file_once_erased(ask_as, own_url):
    service, ask = ask_as(HUOREN_STORE_TEXT="1")
    for number in range(40):
        assert ask("/v1/classify", note(f"n{number}", author_id=AUTHOR if number % 2 else "a"))[0] == 200
    last = ask("/v1/classify", note("n1"))[1]["verdict_id"]
    wait_for(lambda: ask(f"/v1/verdicts/{last}")[0] == 200)
    assert find_traces(folders_of(service, own_url), TEXTS)
    assert ask(f"/v1/authors/{AUTHOR}", method="DELETE")[1]["texts"] == 20
    for number in range(0, 40, 2):
        assert ask(f"/v1/notes/n{number}", method="DELETE")[1]["texts"] == 1
    wait_for(lambda: not find_traces([service.folder], TEXTS))
