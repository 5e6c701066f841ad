"""What operators may change: each change is one transaction with its line in the audit log."""

from typing import Any, Literal

import msgspec
from sqlalchemy import Connection

from models.policy import Policy
from serving.api.problems import RequestError
from serving.live.deployments import MODEL, PHRASES, POLICY, SHADOW, changing, deploy, read_deployments
from serving.live.documents import add_document
from serving.live.policy_body import PhrasesBody, PolicyBody
from serving.store.audit_log import record_action
from serving.store.clock import now_us
from serving.store.engine import Store

_NO_PREVIOUS = "something must have been in use before. Nothing was."
_OTHER_VERSION = "If-Match must be the version in use, {0}. It is another: read it again."


def choose_model(store: Store, version: str, *, by: str, before: str | None, action: str = "model.swap") -> str | None:
    """Put a model into use; the one that is in use already changes nothing, so that a roll-back still leads elsewhere.

    Parameters
    ----------
    before
        What is in use where nobody chose one yet.

    Returns
    -------
    str or None
        What a roll-back puts into use.
    """
    with changing(store) as connection:
        row = read_deployments(connection).get(MODEL)
        old = before if row is None else row.value.get("version")
        if row is not None and old == version:
            return None if row.previous is None else row.previous.get("version")
        first = None if before in (None, version) else {"version": before}
        deploy(connection, MODEL, {"version": version}, row=row, by=by, before=first)
        record_action(connection, actor=by, action=action, target=version, details={"before": old})
    return None if old == version else old


def previous_model(store: Store) -> str:
    """Say which model a roll-back would put into use.

    Raises
    ------
    RequestError
        409 if none was in use before.
    """
    with store.read() as connection:
        row = read_deployments(connection).get(MODEL)
    version = None if row is None or row.previous is None else row.previous.get("version")
    if not isinstance(version, str):
        raise RequestError(409, _NO_PREVIOUS)
    return version


def choose_shadow(store: Store, version: str, share: float, *, by: str) -> None:
    """Let a model judge a share of the notes as well."""
    value = {"version": version, "share": share, "since_us": now_us()}
    with changing(store) as connection:
        deploy(connection, SHADOW, value, row=read_deployments(connection).get(SHADOW), by=by)
        record_action(connection, actor=by, action="shadow.start", target=version, details={"share": share})


def remove_shadow(store: Store, *, by: str) -> None:
    """Let none do so; without one, nothing is changed."""
    with changing(store) as connection:
        row = read_deployments(connection).get(SHADOW)
        if row is None or row.value.get("version") is None:
            return
        deploy(connection, SHADOW, {"version": None}, row=row, by=by)
        record_action(connection, actor=by, action="shadow.stop", target=str(row.value["version"]))


def put_policy(store: Store, name: str, body: PolicyBody, *, by: str, expected: int | None, base: Policy | None) -> int:
    """Store a new version of a policy, put it into use and return its number.

    Parameters
    ----------
    expected
        The version that must be in use, 0 before the first; None asks for none.
    base
        What it takes the place of, if that is no stored version: its number, where it has one, is not given again.

    Raises
    ------
    RequestError
        409 if another version is in use.
    """
    number = 0 if base is None or not (base.version.isascii() and base.version.isdigit()) else int(base.version)
    return _put(store, "policy", name, msgspec.to_builtins(body), by=by, expected=expected, after=min(number, 10**6))


def put_phrases(store: Store, body: PhrasesBody, *, by: str, expected: int | None) -> int:
    """Store a new version of the phrase list, put it into use and return its number.

    Raises
    ------
    RequestError
        409 if another version is in use.
    """
    return _put(store, "phrases", "default", msgspec.to_builtins(body), by=by, expected=expected)


def roll_back_document(store: Store, kind: Literal["policy", "phrases"], name: str, *, by: str) -> int:
    """Put the version that was in use before into use again, and return its number; 0 is none of the stored ones.

    Raises
    ------
    RequestError
        409 if none was.
    """
    row_name = _row_name(kind, name)
    with changing(store) as connection:
        row = read_deployments(connection).get(row_name)
        if row is None or row.previous is None:
            raise RequestError(409, _NO_PREVIOUS)
        value = row.previous
        deploy(connection, row_name, value, row=row, by=by)
        _record(connection, f"{kind}.rollback", name, by=by, version=value["version"], before=row.value["version"])
    return int(value["version"])


def _put(
    store: Store,
    kind: Literal["policy", "phrases"],
    name: str,
    body: dict[str, Any],
    *,
    by: str,
    expected: int | None,
    after: int = 0,
) -> int:
    row_name = _row_name(kind, name)
    with changing(store) as connection:
        row = read_deployments(connection).get(row_name)
        before = 0 if row is None else int(row.value["version"])
        if expected is not None and expected != before:
            raise RequestError(409, _OTHER_VERSION.format(before))
        version = add_document(connection, kind, name, body, by=by, after=after)
        first = None if kind == "policy" and name != "default" else {"version": 0}
        deploy(connection, row_name, {"version": version}, row=row, by=by, before=first)
        _record(connection, f"{kind}.put", name, by=by, version=version, before=before)
    return version


def _row_name(kind: Literal["policy", "phrases"], name: str) -> str:
    return PHRASES if kind == "phrases" else POLICY + name


def _record(connection: Connection, action: str, name: str, *, by: str, version: int, before: int) -> None:
    details = {"version": version, "before": before}
    record_action(connection, actor=by, action=action, target=name, details=details)
