"""A receiver of webhooks: a real HTTP server that answers what a test tells it to."""

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

import pytest

from serving.settings import Settings


class Received(NamedTuple):
    path: str
    headers: dict
    body: bytes


class Receiver(ThreadingHTTPServer):
    """Answers with `statuses` in turn, the last one for ever; waits `delay` seconds before."""

    daemon_threads = True
    request_queue_size = 128  # who finds the queue full tries again after a second

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.statuses = [200]
        self.delay = 0.0
        self.headers = {}
        self.received = []
        self.url = f"http://127.0.0.1:{self.server_port}/hook?from=huoren"

    def wait_for(self, number):
        """Wait until so many were received, and no more: a sender that was cut off may be heard afterwards."""
        latest = time.monotonic() + 120
        while len(self.received) < number:
            assert time.monotonic() < latest, f"{len(self.received)} of {number} came"
            time.sleep(0.01)
        assert len(self.received) == number


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append(Received(self.path, dict(self.headers), body))
        statuses = self.server.statuses
        time.sleep(self.server.delay)
        self.send_response(statuses.pop(0) if len(statuses) > 1 else statuses[0])
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def receiver():
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def settings(tmp_path, receiver):
    return Settings(state=tmp_path, webhook_url=receiver.url, webhook_secret="a secret of the receiver")
