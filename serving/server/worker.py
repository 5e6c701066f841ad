"""A worker: one process, one event loop, one application."""

import contextlib
import dataclasses
import os
import socket
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from serving.server.http_server import HttpServer
from serving.server.limits import ConnectionLimits, raise_file_limit

MakeApp = Callable[[], Any]


def run_worker(
    make_app: MakeApp, limits: ConnectionLimits, listener: socket.socket, is_replacement: bool, beats: Connection
) -> None:
    """Serve on the listener until SIGTERM, then drain.

    Parameters
    ----------
    is_replacement
        Others may be answering already: nobody is accepted before the model is loaded. At a service's first start it
        says 503 meanwhile.
    beats
        Gets a byte about once a second while the event loop turns.
    """
    most = min(limits.connections, raise_file_limit())
    listener.setblocking(False)
    os.set_blocking(beats.fileno(), False)
    app = make_app()

    async def beat() -> None:
        with contextlib.suppress(BlockingIOError, BrokenPipeError):  # nobody reads: the supervisor stands still or died
            os.write(beats.fileno(), b".")

    server = HttpServer(
        app,
        limits=dataclasses.replace(limits, connections=most),
        beat=beat,
        can_answer=lambda: not is_replacement or can_answer(app),
    )
    server.run([listener])


def can_answer(app: Any) -> bool:
    """Tell whether an application's model is loaded; one that has none can."""
    service = getattr(getattr(app, "state", None), "service", None)
    return service is None or service.models.model_version is not None
