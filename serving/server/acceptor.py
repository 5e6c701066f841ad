"""Accepting connections, so that processes which share a listening socket share the connections too."""

import asyncio
import contextlib
import socket
from collections.abc import Callable

_NO_FILES_SECONDS = 0.5
_HANDSHAKE_SECONDS = 0.25  # of who has begun to connect, over a distant network


class Acceptor:
    """Accepts from a listening socket that other processes may accept from.

    Event loops accept all that waits: of eight connections opened at once, one process then had eight and its
    neighbour none. This one takes one, and gives the others a moment before the next.

    Parameters
    ----------
    pause_seconds
        That moment; 0 where nobody shares the socket.
    """

    def __init__(
        self, listener: socket.socket, make_protocol: Callable[[], asyncio.Protocol], pause_seconds: float
    ) -> None:
        self._listener, self._make_protocol, self._pause_seconds = listener, make_protocol, pause_seconds
        self._loop = asyncio.get_running_loop()
        self._connecting: set[asyncio.Task[None]] = set()
        self._loop.add_reader(listener, self._accept_one)

    async def stop(self) -> None:
        """Take in who has connected already or is about to, then no more."""
        self._pause_seconds = 0
        await asyncio.sleep(_HANDSHAKE_SECONDS)
        self._loop.remove_reader(self._listener)
        while self._accept_one():  # closing the last copy of the socket resets those that still wait
            pass
        self._listener.close()
        if self._connecting:
            await asyncio.wait(self._connecting)

    def _accept_one(self) -> bool:
        try:
            connection, _ = self._listener.accept()
        except (BlockingIOError, ConnectionAbortedError):  # another process was faster, or the client has gone
            return False
        except OSError:  # no files left: trying at once would turn for nothing
            self._pause(_NO_FILES_SECONDS)
            return False
        connection.setblocking(False)
        task = self._loop.create_task(self._connect(connection))
        self._connecting.add(task)
        task.add_done_callback(self._connecting.discard)
        if self._pause_seconds:
            self._pause(self._pause_seconds)
        return True

    async def _connect(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):  # gone again
            await self._loop.connect_accepted_socket(self._make_protocol, connection)

    def _pause(self, seconds: float) -> None:
        self._loop.remove_reader(self._listener)
        self._loop.call_later(seconds, self._resume)

    def _resume(self) -> None:
        if self._listener.fileno() >= 0:  # not stopped meanwhile
            self._loop.add_reader(self._listener, self._accept_one)
