"""A service of one process on a real socket, for tests that need one."""

import contextlib
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import uvicorn

from serving.api.app import create_app
from serving.note_classifier import NoteClassifier
from serving.settings import Settings

_SECONDS = 180


@contextlib.contextmanager
def run_service(state: Path, classifier: NoteClassifier | None = None, **settings: Any) -> Iterator[str]:
    """Serve until the block ends; gives the address once notes can be judged."""
    app = create_app(Settings(state=state, **settings), classifier=classifier)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield _wait_until_ready(server, thread)
    finally:
        server.should_exit = True
        thread.join()


def _wait_until_ready(server: uvicorn.Server, thread: threading.Thread) -> str:
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline and thread.is_alive():
        if server.started:
            port = server.servers[0].sockets[0].getsockname()[1]
            with contextlib.suppress(urllib.error.HTTPError), urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz"):
                return f"http://127.0.0.1:{port}"
        time.sleep(0.02)
    raise RuntimeError("the service must be ready in time. It was not.")
