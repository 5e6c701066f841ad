import pytest
from sqlalchemy import select

from serving.journal.record import id_hash
from serving.store.tables import audit_log
from serving.store.verdicts import insert_verdicts, latest_verdict
from tests.serving.store.records import make_record

IDS = {
    "plain": "plain",
    "a/b": "a%2Fb",
    "a//b/": "a%2F%2Fb%2F",
    "/": "%2F",
    "笔记 %": "%E7%AC%94%E8%AE%B0%20%25",
    "\0": "%00",
}
NOTHING = {"verdicts": 0, "texts": 0, "feedback": 0, "audit_rows": 0}


@pytest.fixture
def service(open_client, database_url):
    return open_client(database_url=database_url, keeper="none")


@pytest.mark.parametrize("identifier", IDS)
def test_a_note_is_erased_whatever_its_id(service, store, identifier):
    with store.begin() as connection:
        insert_verdicts(connection, [make_record(note_id=identifier), make_record(note_id="other")])
    answer = service.delete(f"/v1/notes/{IDS[identifier]}")
    assert (answer.status_code, answer.json()) == (200, NOTHING | {"verdicts": 1})
    with store.read() as connection:
        assert latest_verdict(connection, identifier) is None
        assert latest_verdict(connection, "other") is not None


@pytest.mark.parametrize("identifier", IDS)
def test_an_author_is_erased_whatever_the_id(service, store, identifier):
    author_hash = id_hash(identifier, secret=service.app.state.service.secret)
    with store.begin() as connection:
        insert_verdicts(connection, [make_record(1, author_hash=author_hash), make_record(2)])
    answer = service.delete(f"/v1/authors/{IDS[identifier]}")
    assert (answer.status_code, answer.json()) == (200, NOTHING | {"verdicts": 1})


@pytest.mark.parametrize("path", ["/v1/notes/unknown", "/v1/authors/unknown"])
def test_erasing_what_is_not_there_is_no_error(service, path):
    for _ in range(2):
        answer = service.delete(path)
        assert (answer.status_code, answer.json()) == (200, NOTHING)


@pytest.mark.parametrize("path", ["/v1/notes/", "/v1/authors/"])
def test_a_path_without_an_id_is_refused(service, refused, path):
    refused(service.delete(path), 404)


def test_an_erased_id_stands_nowhere(service, store):
    service.delete("/v1/notes/canary")
    with store.read() as connection:
        assert "canary" not in str(connection.execute(select(audit_log)).all())
