"""What is in use, in the database: one row a name, with what was in use before it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from serving.api.problems import RequestError
from serving.store.clock import now_us
from serving.store.engine import Store
from serving.store.tables import deployment

MODEL, SHADOW, PHRASES, POLICY = "model", "shadow", "phrases", "policy/"
_CHANGED_MEANWHILE = "nobody else may change it at the same moment. Somebody did: read it again."


class Deployment(msgspec.Struct, frozen=True):
    """One row."""

    value: dict[str, Any]
    previous: dict[str, Any] | None
    generation: int


@contextmanager
def changing(store: Store) -> Iterator[Connection]:
    """Open a transaction for a change.

    Raises
    ------
    RequestError
        409 if somebody else changed the same at the same moment; nothing is stored then.
    """
    try:
        with store.begin() as connection:
            yield connection
    except IntegrityError as error:
        raise RequestError(409, _CHANGED_MEANWHILE) from error


def read_deployments(connection: Connection) -> dict[str, Deployment]:
    """Read all rows, by name."""
    columns = (deployment.c.name, deployment.c.value, deployment.c.previous, deployment.c.generation)
    return {name: Deployment(*rest) for name, *rest in connection.execute(select(*columns))}


def deploy(
    connection: Connection,
    name: str,
    value: dict[str, Any],
    *,
    row: Deployment | None,
    by: str,
    before: dict[str, Any] | None = None,
) -> None:
    """Put a value into use.

    Parameters
    ----------
    row
        The row as it was read in this transaction.
    before
        What was in use where there is no row yet.

    Raises
    ------
    RequestError
        409 if somebody else changed the row since it was read.
    sqlalchemy.exc.IntegrityError
        If somebody else made the row since it was not there.
    """
    now = {"value": value, "changed_us": now_us(), "changed_by": by}
    if row is None:
        connection.execute(insert(deployment).values(name=name, previous=before, generation=1, **now))
        return
    query = (
        update(deployment)
        .where(deployment.c.name == name, deployment.c.generation == row.generation)
        .values(previous=row.value, generation=row.generation + 1, **now)
    )
    if connection.execute(query).rowcount != 1:
        raise RequestError(409, _CHANGED_MEANWHILE)
