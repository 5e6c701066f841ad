"""A guarded server in a thread, and the sample service as a real command."""

import contextlib
import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from serving.server.address import listen
from serving.server.http_server import HttpServer
from serving.server.limits import ConnectionLimits

ROOT = Path(__file__).parents[3]
SAMPLE = Path(__file__).with_name("sample_service.py")
PATIENT = {  # a test that is about one of these gives its own
    "head_seconds": 60,
    "body_grace_seconds": 60,
    "idle_seconds": 60,
    "unread_seconds": 60,
    "linger_seconds": 20,
    "sweep_seconds": 0.05,
}


def load_sample():
    spec = importlib.util.spec_from_file_location("sample_service", SAMPLE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class ThreadServer(HttpServer):
    def capture_signals(self):
        return contextlib.nullcontext()


class Client:
    """A raw connection."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=120)

    def send(self, data):
        self.socket.sendall(data)
        return self

    def read_all(self):
        """Read until the server closes."""
        data = b""
        with contextlib.suppress(ConnectionResetError):
            while part := self.socket.recv(65536):
                data += part
        return data

    def read_answer(self):
        """Read one answer: status, headers, body."""
        data = b""
        while b"\r\n\r\n" not in data:
            part = self.socket.recv(65536)
            if not part:
                raise ConnectionError(f"closed after {len(data)} bytes")
            data += part
        head, _, body = data.partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines[1:])
        while len(body) < int(headers["content-length"]):
            body += self.socket.recv(65536)
        return int(lines[0].split()[1]), headers, body

    def close(self):
        self.socket.close()


@pytest.fixture(scope="module")
def shared_server():
    """Give one server for all tests of a file that change nothing."""
    with _servers() as start:
        yield start()


@pytest.fixture
def serve():
    """Give a function that starts a server in a thread; it knows its port and makes clients."""
    with _servers() as start:
        yield start


@contextlib.contextmanager
def _servers():
    running = []

    def start(*, can_answer=lambda: True, drain_seconds=30, **limits):
        listener = listen("127.0.0.1", 0)
        listener.setblocking(False)
        server = ThreadServer(
            load_sample().answer,
            limits=ConnectionLimits(**(PATIENT | limits)),
            can_answer=can_answer,
            drain_seconds=drain_seconds,
        )
        server.port = listener.getsockname()[1]
        server.connect = lambda: clients.append(Client(server.port)) or clients[-1]
        clients = []
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        running.append((server, thread, clients))
        wait_for(lambda: server.started or not can_answer())
        return server

    yield start
    for server, thread, clients in running:
        for client in clients:
            client.close()
        server.should_exit = True
        thread.join(timeout=120)


class Sample:
    """The sample service as a process of its own."""

    def __init__(self, folder, workers, limits):
        self.folder, self.clients = folder, []
        with (folder / "log").open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, SAMPLE, folder, str(workers), json.dumps(limits)],
                env=os.environ | {"PYTHONPATH": str(ROOT)},
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
                text=True,
            )

    def wait_until_ready(self):
        self.port = int(self.process.stdout.readline())
        return self

    def connect(self):
        self.clients.append(Client(self.port))
        return self.clients[-1]

    def ask(self, path="/"):
        client = self.connect()
        try:
            return json.loads(client.send(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()).read_answer()[2])
        finally:
            client.close()

    @property
    def log(self):
        return (self.folder / "log").read_text()


@pytest.fixture
def sample(tmp_path):
    """Give a function that starts the sample service."""
    started = []

    def start(workers=1, **limits):
        started.append(Sample(tmp_path, workers, limits))
        return started[-1]

    yield start
    for each in started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(each.process.pid, signal.SIGKILL)
        each.process.wait(timeout=120)
        each.process.stdout.close()
        for client in each.clients:
            client.close()


def wait_for(claim, seconds=120):
    """Wait until a claim holds, generously."""
    latest = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < latest, "it never came to hold"
        time.sleep(0.02)


@pytest.fixture(name="wait_for")
def wait_for_fixture():
    return wait_for
