"""Nothing that a client sends is answered with 5xx, quoted, logged, or paid for by the next client."""

import json
import re
import socket

import pytest

from serving.store.engine import Store
from serving.store.keys import create_key, revoke_key
from tests.serving.chaos.bad_requests import BAD, BAD_OF_ADMIN, SECRET, batch, get, post
from tests.serving.chaos.real_service import RealService

GOOD = post({"note_id": "n1", "body": "今天的早餐"})


class Keyed:
    """A service with a key for scoring, one for everything and a revoked one."""

    def __init__(self, folder):
        self.service = RealService(folder, workers=1)
        self.service.state.mkdir()
        store = Store(f"sqlite:///{self.service.state}/huoren.db")
        store.migrate()
        with store.begin() as connection:
            self.keys = {name: create_key(connection, name, [role], None, actor="a") for name, role in _ROLES.items()}
            assert revoke_key(connection, "revoked", actor="a")
        store.close()
        self.service.start()

    def send(self, request, key="score"):
        """Send bytes on a new connection, and read until it closes or the answer is whole."""
        request = request.replace(b"{key}", self.keys[key].encode()).replace(
            b"{revoked}", self.keys["revoked"].encode()
        )
        with socket.create_connection(("127.0.0.1", self.service.port), timeout=60) as connection:
            try:
                connection.sendall(request)
                return Answer(_read(connection))
            except ConnectionError:  # refused before it had all come
                return Answer(_read(connection))


_ROLES = {"score": "score", "admin": "admin", "revoked": "score"}


class Answer:
    """One answer's status, headers and body; status 0 where there is none."""

    def __init__(self, data):
        self.data = data
        head, _, self.body = data.partition(b"\r\n\r\n")
        status, *lines = head.split(b"\r\n")
        self.status = int(status.split()[1]) if status else 0
        self.headers = {name.lower(): value for name, _, value in (line.partition(b": ") for line in lines)}

    @property
    def is_problem(self):
        told = json.loads(self.body)
        return (
            self.headers[b"content-type"] == b"application/problem+json"
            and told["status"] == self.status
            and told["request_id"].encode() == self.headers[b"x-request-id"]
        )


@pytest.fixture(scope="module")
def keyed(tmp_path_factory):
    keyed = Keyed(tmp_path_factory.mktemp("service"))
    yield keyed
    keyed.service.end()


@pytest.mark.parametrize(("request_bytes", "statuses"), BAD.values(), ids=BAD)
def test_a_bad_request_is_refused_and_harms_nobody(keyed, request_bytes, statuses):
    _check(keyed, request_bytes, statuses, "score")


@pytest.mark.parametrize(("request_bytes", "statuses"), BAD_OF_ADMIN.values(), ids=BAD_OF_ADMIN)
def test_a_bad_request_of_an_admin_is_refused_and_harms_nobody(keyed, request_bytes, statuses):
    _check(keyed, request_bytes, statuses, "admin")


def _check(keyed, request_bytes, statuses, key):
    answer = keyed.send(request_bytes, key)
    assert answer.status in statuses, answer.data[:1000]
    if answer.status != 200:
        assert answer.is_problem
        assert SECRET.encode() not in answer.data
    for known in keyed.keys.values():
        assert known.encode() not in answer.data
    assert keyed.send(GOOD).status == 200


def test_nothing_of_them_is_in_the_log(keyed):
    log = keyed.service.log
    assert SECRET not in log
    assert "Traceback" not in log
    assert '"level": "error"' not in log
    assert not any(key in log for key in keyed.keys.values())


def test_items_of_a_batch_fail_alone(keyed):
    bad = [
        "x",
        None,
        {"body": SECRET},
        {"note_id": "n", "body": 3},
        {"note_id": "\ud800"},
        {"note_id": "n", f"加微 {SECRET}": 1},
    ]
    answer = keyed.send(batch([*bad, {"note_id": "good"}]))
    told = json.loads(answer.body)
    assert [item["status"] for item in told["items"]] == [422, 422, 422, 422, 200, 422, 200]
    assert SECRET.encode() not in answer.data


def test_what_other_programs_write_for_json_is_judged(keyed):
    half_an_emoji, doubled_key = b'{"note_id": "n1", "body": "\\ud83d"}', b'{"note_id": "n0", "note_id": "n1"}'
    for body in (half_an_emoji, doubled_key, b'{"note_id": "n1", "likes": NaN}'):
        answer = keyed.send(post(body))
        assert json.loads(answer.body)["note_id"] == "n1"


def test_a_connection_goes_on_after_a_problem(keyed):
    key = keyed.keys["score"].encode()
    with socket.create_connection(("127.0.0.1", keyed.service.port), timeout=60) as connection:
        for request, status in ((post([1]), 422), (GOOD, 200), (get("/v1/nothing"), 404), (GOOD, 200)):
            connection.sendall(request.replace(b"{key}", key))
            assert Answer(_read(connection)).status == status


def test_pipelined_requests_are_answered_in_their_order(keyed):
    key = keyed.keys["score"].encode()
    with socket.create_connection(("127.0.0.1", keyed.service.port), timeout=60) as connection:
        connection.sendall(b"".join((GOOD, post([1]), get("/v1/labels"), GOOD)).replace(b"{key}", key))
        data, statuses = b"", []
        while len(statuses) < 4:
            data += connection.recv(65536)
            statuses = re.findall(rb"HTTP/1\.1 (\d+)", data)
    assert statuses == [b"200", b"422", b"200", b"200"]


def test_a_header_does_not_come_back_as_another(keyed):
    answer = keyed.send(post([1], "X-Request-Id: a%0d%0aSet-Cookie: x=1"))
    assert b"set-cookie" not in answer.headers
    assert b"%0d" not in answer.headers[b"x-request-id"]


def test_head_is_answered_without_a_body(keyed):
    answer = keyed.send(b"HEAD /v1/labels HTTP/1.0\r\nAuthorization: Bearer {key}\r\n\r\n")
    assert (answer.status, answer.body) == (200, b"")


def _read(connection):
    """Read one answer, or until the connection closes."""
    data = b""
    try:
        while True:
            head, found, body = data.partition(b"\r\n\r\n")
            length = re.search(rb"content-length: (\d+)", head.lower()) if found else None
            if length and len(body) >= int(length[1]):
                return data
            part = connection.recv(65536)
            if not part:
                return data
            data += part
    except ConnectionResetError:
        return data
