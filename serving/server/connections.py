"""All connections of one process: which wait for their client, which have waited too long."""

import asyncio
from typing import Protocol

from serving.server.limits import ConnectionLimits


class Connection(Protocol):
    """What is asked of one connection."""

    read_by: float
    write_by: float

    def expire(self, now: float) -> None:
        """Act on a deadline that has passed."""

    def cut(self) -> None:
        """End it at once."""


class Connections:
    """Every open connection, and in the order of their waiting those that wait for a client's bytes.

    Attributes
    ----------
    draining
        The process is about to end: every answer is its connection's last.
    buffered_bytes
        Of all request bodies that have not come whole yet.
    """

    def __init__(self, limits: ConnectionLimits) -> None:
        self.limits = limits
        self.draining = False
        self.buffered_bytes = 0
        self._open: set[Connection] = set()
        self._waiting: dict[Connection, None] = {}

    def __len__(self) -> int:
        return len(self._open)

    def add(self, connection: Connection) -> bool:
        """Take a new connection in, at the cost of the longest unfinished one; False where there is no room."""
        has_room = len(self._open) < self.limits.connections or self.close_longest_unfinished()
        self._open.add(connection)
        self._waiting[connection] = None
        return has_room

    def remove(self, connection: Connection) -> None:
        """Forget one that has closed."""
        self._open.discard(connection)
        self._waiting.pop(connection, None)

    def await_client(self, connection: Connection) -> None:
        """Note that its client's turn has come."""
        self._waiting[connection] = None

    def have_request(self, connection: Connection) -> None:
        """Note that a whole request has come: the answer is ours to give."""
        self._waiting.pop(connection, None)

    def buffer(self, count: int) -> None:
        """Count a body's bytes (fewer when it is whole or gone); too many of them cost the longest unfinished one."""
        self.buffered_bytes += count
        while self.buffered_bytes > self.limits.buffered_bytes and self.close_longest_unfinished():
            pass

    def close_longest_unfinished(self) -> bool:
        """Cut the connection whose client has kept us waiting for longest; False where none does."""
        longest = next(iter(self._waiting), None)
        if longest is None:
            return False
        self.remove(longest)
        longest.cut()
        return True

    def sweep(self, now: float) -> None:
        """Act on every deadline that has passed; `now` in the event loop's seconds."""
        for connection in [each for each in self._open if each.read_by <= now or each.write_by <= now]:
            connection.expire(now)

    async def watch(self) -> None:
        """Sweep until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(self.limits.sweep_seconds)
            now = loop.time()
            for _ in range(2):  # what came before now is read before it counts as not come
                await asyncio.sleep(0)
            self.sweep(now)
