"""One process's HTTP server: uvicorn's, with guarded connections and an end that loses no request."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import Any, cast

import uvicorn

from serving.server.connections import Connections
from serving.server.limits import ConnectionLimits
from serving.server.protocol import GuardedProtocol

BACKLOG = 2048
DRAIN_SECONDS = 30


class HttpServer(uvicorn.Server):
    """Serves one ASGI application on a listening socket that other processes may share.

    Parameters
    ----------
    beat
        Called about once a second from when the application has started, on the event loop.
    drain_seconds
        Requests in flight may take this long after SIGTERM.
    """

    def __init__(
        self,
        app: Any,
        *,
        limits: ConnectionLimits | None = None,
        beat: Callable[[], Awaitable[None]] | None = None,
        drain_seconds: int = DRAIN_SECONDS,
    ) -> None:
        self.all = Connections(limits or ConnectionLimits())
        http = partial(GuardedProtocol, connections=self.all)
        config = uvicorn.Config(
            app,
            http=cast(type[asyncio.Protocol], http),  # it is called, and nothing else
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,  # a caller may put text or an id into a path
            proxy_headers=False,  # nothing depends on who a proxy says is asking
            server_header=False,
            backlog=BACKLOG,
            timeout_graceful_shutdown=drain_seconds,
            callback_notify=beat,
            timeout_notify=0,
        )
        super().__init__(config)
        self._watch: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start the application, then accept."""
        await super().startup(sockets)
        self._watch = asyncio.create_task(self.all.watch())

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take in who has connected already, accept no more, answer what is in flight, end the application."""
        self.all.draining = True
        taken = [connection for listener in sockets or () for connection in _accept_waiting(listener)]
        for server in self.servers:
            server.close()
        loop = asyncio.get_running_loop()
        for connection in taken:
            with contextlib.suppress(OSError):  # gone again
                await loop.connect_accepted_socket(self._make_protocol, connection)
        await super().shutdown(sockets)
        if self._watch is not None:
            self._watch.cancel()

    def _make_protocol(self) -> asyncio.Protocol:
        return GuardedProtocol(
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state, connections=self.all
        )

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Drain on SIGTERM; unlike uvicorn, do not die of the signal afterwards: the exit status is 0."""
        before = signal.signal(signal.SIGTERM, self.handle_exit)
        try:
            yield
        finally:
            signal.signal(signal.SIGTERM, before)


def _accept_waiting(listener: socket.socket) -> Iterator[socket.socket]:
    """Accept every connection that the system has completed: closing the last copy of the socket resets them."""
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:  # none left (the socket does not block), or no files left
            return
        connection.setblocking(False)
        yield connection
