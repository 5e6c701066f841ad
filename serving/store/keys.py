"""API keys: made, listed and revoked; a key itself is shown once and stored as its SHA-256."""

import hashlib
import secrets
from collections.abc import Sequence

from sqlalchemy import Connection, RowMapping, insert, select, update
from sqlalchemy.exc import IntegrityError

from data.errors import DataError
from serving.store.audit_log import record_action
from serving.store.clock import now_us
from serving.store.tables import api_key

ROLES = ("score", "feedback", "admin")
NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
_PREFIX = "huoren_"  # so that scanners for lost secrets know one
_BYTES = 32  # 43 characters


class NameTaken(DataError):
    """A key of this name was made before; names are not given again, so that the audit log stays clear."""


def create_key(connection: Connection, name: str, roles: Sequence[str], rate: float | None, *, actor: str) -> str:
    """Make a key and give it: nobody can read it again.

    Parameters
    ----------
    name, roles
        As `NAME` and `ROLES`; the caller has checked them.
    rate
        Requests a second; None: HUOREN_RATE.

    Raises
    ------
    NameTaken
        If there is or was a key of this name.
    """
    key = _PREFIX + secrets.token_urlsafe(_BYTES)
    chosen = [role for role in ROLES if role in roles]
    row = {
        "name": name,
        "sha256": hashlib.sha256(key.encode()).hexdigest(),
        "roles": ",".join(chosen),
        "rate": rate,
        "created_us": now_us(),
        "created_by": actor,
    }
    try:
        connection.execute(insert(api_key).values(row))
    except IntegrityError:
        raise NameTaken(f"a key must have a name of its own. There is or was one called {name!r}.") from None
    record_action(connection, actor=actor, action="key.create", target=name, details={"roles": chosen, "rate": rate})
    return key


def list_keys(connection: Connection) -> Sequence[RowMapping]:
    """Read all keys, revoked ones too, by the time they were made."""
    return connection.execute(select(api_key).order_by(api_key.c.key_id)).mappings().all()


def revoke_key(connection: Connection, name: str, *, actor: str) -> bool:
    """Revoke a key for good; False where there is none of this name. Revoking it again changes nothing."""
    row = connection.execute(select(api_key.c.revoked_us).where(api_key.c.name == name)).first()
    if row is None:
        return False
    if row.revoked_us is None:
        connection.execute(update(api_key).where(api_key.c.name == name).values(revoked_us=now_us()))
        record_action(connection, actor=actor, action="key.revoke", target=name)
    return True
