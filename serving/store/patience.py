"""A PostgreSQL connection that gives up: a server that takes a statement and then says nothing hangs no thread."""

import time
from collections.abc import Generator
from typing import Any, Self, TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.rows import TupleRow

T = TypeVar("T")
_CONNECT_S = 5
_LOCK_S = 10


class PatientConnection(psycopg.Connection[TupleRow]):
    """A connection whose every wait for the server ends after `patience_s` seconds."""

    patience_s = 30.0

    @classmethod
    def connect_patiently(cls, patience_s: float, *arguments: Any, **named: Any) -> Self:
        """Connect; the server gives up a little before the client, so that its own error is told where it lives."""
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

    def wait(self, gen: PQGen[T], *rest: Any, **named: Any) -> T:
        """Wait for the server as psycopg does, but not for ever."""
        return super().wait(self._give_up(gen), *rest, **named)

    def _give_up(self, gen: PQGen[T]) -> Generator[Any, Any, T]:
        until = time.monotonic() + self.patience_s
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                if not ready and time.monotonic() > until:
                    self.pgconn.finish()  # closed, so that no roll-back waits again
                    raise psycopg.OperationalError("the server did not answer in time")
                wanted = gen.send(ready)
        except StopIteration as end:
            result: T = end.value
            return result
