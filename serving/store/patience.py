"""A PostgreSQL connection that gives up: a server that takes a statement and then says nothing hangs no thread."""

import select
import time
from typing import Any, Self, TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.rows import TupleRow
from psycopg.waiting import Ready, Wait

T = TypeVar("T")
_CONNECT_S = 5
_LOCK_S = 10


class PatientConnection(psycopg.Connection[TupleRow]):
    """A connection whose every wait for the server ends after `patience_s` seconds."""

    patience_s = 30.0

    @classmethod
    def connect_patiently(cls, patience_s: float, *arguments: Any, **named: Any) -> Self:
        """Connect; the server gives up a little before the client, so that it says itself what took too long."""
        milliseconds = max(1, int(900 * patience_s))
        limits = (
            f"-c statement_timeout={milliseconds} -c idle_in_transaction_session_timeout={2 * milliseconds} "
            f"-c lock_timeout={min(milliseconds, 1000 * _LOCK_S)}"
        )
        named["options"] = f"{limits} {named.get('options', '')}".strip()
        defaults: dict[str, Any] = {"connect_timeout": _CONNECT_S, "application_name": "huoren"}
        connection = cls.connect(*arguments, **(defaults | named))
        connection.patience_s = patience_s
        return connection

    def wait(self, gen: PQGen[T], *_rest: Any, **_named: Any) -> T:
        """Wait for the server as psycopg does, but not for ever."""
        until = time.monotonic() + self.patience_s
        poll = select.poll()
        try:
            wanted = next(gen)
            while True:
                events = (select.POLLIN if wanted & Wait.R else 0) | (select.POLLOUT if wanted & Wait.W else 0)
                poll.register(self.pgconn.socket, events)
                found = poll.poll(max(0.0, 1000 * (until - time.monotonic())))
                if not found:
                    self.pgconn.finish()  # closed, so that no roll-back waits again
                    raise psycopg.OperationalError("the server did not answer in time")
                can_write = found[0][1] & select.POLLOUT
                can_read = found[0][1] & ~select.POLLOUT  # an error too is told by reading
                wanted = gen.send(Ready((Ready.R if can_read else 0) | (Ready.W if can_write else 0)))
        except StopIteration as end:
            result: T = end.value
            return result
