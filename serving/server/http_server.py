"""One process's HTTP server: uvicorn's, with guarded connections and an end that loses no request."""

import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import uvicorn

from serving.server.acceptor import Acceptor
from serving.server.connections import Connections
from serving.server.limits import ConnectionLimits
from serving.server.protocol import GuardedProtocol

BACKLOG = 2048
DRAIN_SECONDS = 30
_LOADING_SECONDS = 60


class HttpServer(uvicorn.Server):
    """Serves one ASGI application on a listening socket that other processes may share.

    Parameters
    ----------
    beat
        Called about once a second from when the application has started, on the event loop.
    can_answer
        Until it says so nobody is accepted: where the process is one of several, others answer meanwhile.
    drain_seconds
        Requests in flight may take this long after SIGTERM.
    """

    def __init__(
        self,
        app: Any,
        *,
        limits: ConnectionLimits | None = None,
        beat: Callable[[], Awaitable[None]] | None = None,
        can_answer: Callable[[], bool] = lambda: True,
        drain_seconds: int = DRAIN_SECONDS,
    ) -> None:
        self.all = Connections(limits or ConnectionLimits())
        self._can_answer = can_answer
        config = uvicorn.Config(
            app,
            http=GuardedProtocol,
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
        self._acceptors: list[Acceptor] = []

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start the application; accept once it can answer, or after a minute whatever it can."""
        await self.lifespan.startup()
        if self.lifespan.should_exit:
            sys.exit(1)
        loop = asyncio.get_running_loop()
        latest = loop.time() + _LOADING_SECONDS
        while not self._can_answer() and loop.time() < latest and not self.should_exit:
            await asyncio.sleep(0.05)
        self.servers = []
        pause = self.all.limits.accept_pause_seconds
        self._acceptors = [Acceptor(listener, self._make_protocol, pause) for listener in sockets or ()]
        self._watch = asyncio.create_task(self.all.watch())
        self.started = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take in who has connected already, accept no more, answer what is in flight, end the application."""
        self.all.draining = True
        for acceptor in self._acceptors:
            await acceptor.stop()
        await super().shutdown()
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
