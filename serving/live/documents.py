"""Versions of policies and phrase lists in the database: added, never changed."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from sqlalchemy import Connection, func, insert, select

from serving.store.clock import now_us
from serving.store.tables import document

Kind = Literal["policy", "phrases"]


def add_document(connection: Connection, kind: Kind, name: str, body: Any, *, by: str, after: int = 0) -> int:
    """Store a new version and return its number, one more than the last one's or than `after`.

    Raises
    ------
    sqlalchemy.exc.IntegrityError
        If somebody else stores a version at the same moment.
    """
    version = 1 + max(after, last_version(connection, kind, name))
    row = {"kind": kind, "name": name, "version": version, "body": body, "created_us": now_us(), "created_by": by}
    connection.execute(insert(document).values(row))
    return version


def last_version(connection: Connection, kind: Kind, name: str) -> int:
    """Give the highest number there is; 0 without one."""
    query = select(func.max(document.c.version)).where(document.c.kind == kind, document.c.name == name)
    return connection.scalar(query) or 0


def read_document(connection: Connection, kind: Kind, name: str, version: int) -> Any:
    """Read one version's body; None where there is none."""
    here = (document.c.kind == kind, document.c.name == name, document.c.version == version)
    return connection.scalar(select(document.c.body).where(*here))


def list_versions(connection: Connection, kind: Kind, name: str, *, limit: int = 100) -> Sequence[Mapping[str, Any]]:
    """List the last versions without their bodies, the newest first."""
    query = (
        select(document.c.version, document.c.created_us, document.c.created_by)
        .where(document.c.kind == kind, document.c.name == name)
        .order_by(document.c.version.desc())
        .limit(limit)
    )
    return [dict(row) for row in connection.execute(query).mappings()]
