"""The service of a test: the whole application over an embedded database, in memory's reach or on a real port."""

import contextlib
import threading
import time

import pytest
import uvicorn
from fastapi.testclient import TestClient

from serving.api.app import create_app
from serving.settings import Settings

BASE = "http://127.0.0.1"
SECRET = "加我薇信secret88"  # what no error, log or file may hold


def wait_until(holds, seconds=120):
    """Wait for something to become true."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError("it must become true in time; it did not")
        time.sleep(0.01)


@pytest.fixture
def open_client(classifier, tmp_path):
    """Give a function that opens a client of a service of its own; settings as keyword arguments."""
    with contextlib.ExitStack() as stack:

        def make(*, given=classifier, keeper="thread", **settings):
            app = create_app(Settings(state=tmp_path / "state", **settings), classifier=given, keeper=keeper)
            client = stack.enter_context(TestClient(app, base_url=BASE))
            wait_until(lambda: client.get("/readyz").status_code == 200)
            return client

        yield make


@pytest.fixture
def client(open_client):
    """Give a client of a service without keys."""
    return open_client()


@pytest.fixture
def listening():
    """Give a context manager that serves an application on a free port of this machine; its address."""
    return _listening


@pytest.fixture
def refused():
    """Give a function that checks an error's form and gives its body."""

    def check(answer, status, *, secret=SECRET):
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        body = answer.json()
        assert set(body) == {"type", "title", "status", "detail", "instance", "request_id", "errors"}
        assert body["status"] == status
        assert body["request_id"] == answer.headers["x-request-id"]
        assert secret not in answer.text
        return body

    return check


@contextlib.contextmanager
def _listening(app):
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    wait_until(lambda: server.started)
    try:
        yield f"{BASE}:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
