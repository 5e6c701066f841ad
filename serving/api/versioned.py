"""What policies and phrase lists have in common over HTTP: versions, what is in use, and who may overwrite what."""

import re
from datetime import datetime
from typing import Annotated, Any

import msgspec
from sqlalchemy import Connection

from serving.api.endpoint import Call
from serving.api.problems import RequestError
from serving.api.stored_change import follow_change
from serving.live.changes import roll_back_document
from serving.live.deployments import read_deployments
from serving.live.documents import Kind, list_versions, read_document
from serving.store.clock import time_of

IF_MATCH = {"If-Match": "The version that must be in use, 0 before the first; 409 where another is."}
APPLIES = "It is in use at once; other processes and machines follow within about a second."

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_Number = Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]


class DocumentVersion(msgspec.Struct, frozen=True, kw_only=True):
    """A version that was stored."""

    version: int
    created_at: datetime
    created_by: str


class VersionQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A version other than the one in use."""

    version: _Number | None = None


class PutQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`dry_run`: check it, and store nothing."""

    dry_run: bool = False


class PutAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The version in use now; with `dry_run` it is still the old one."""

    version: int
    policy_version: str | None
    dry_run: bool


def roll_back_version(call: Call, kind: Kind, name: str) -> PutAnswer:
    """Use the version that was in use before.

    Raises
    ------
    RequestError
        409 if there was none.
    """
    version = roll_back_document(call.service.store, kind, name, by=call.caller.name)
    return answer_change(call, name, version)


def answer_change(call: Call, name: str, version: int) -> PutAnswer:
    """Put into use what was just stored, and say so; `policy_version` is null where that takes a second more."""
    is_followed = follow_change(call.service.models)
    return PutAnswer(
        version=version, policy_version=_policy_version(call, name) if is_followed else None, dry_run=False
    )


def answer_check(call: Call, row_name: str, name: str, expected: int | None) -> PutAnswer:
    """Say what is in use where a new version was only checked.

    Raises
    ------
    RequestError
        409 if another version is in use than was expected.
    """
    with call.service.store.read() as connection:
        current, _ = standing(connection, row_name)
    if expected is not None and expected != current:
        raise RequestError(409, f"If-Match must be the version in use, {current}. It is another: read it again.")
    return PutAnswer(version=current, policy_version=_policy_version(call, name), dry_run=True)


def standing(connection: Connection, row_name: str) -> tuple[int, int | None]:
    """Give the version in use and the one before; 0 is none of the stored ones."""
    row = read_deployments(connection).get(row_name)
    if row is None:
        return 0, None
    return int(row.value["version"]), None if row.previous is None else int(row.previous["version"])


def stored_body(connection: Connection, kind: Kind, name: str, version: int) -> Any:
    """Read a version's body; None where there is none."""
    return read_document(connection, kind, name, version) if version and is_name(name) else None


def versions_of(connection: Connection, kind: Kind, name: str) -> list[DocumentVersion]:
    """List the last hundred versions, the newest first."""
    rows = list_versions(connection, kind, name) if is_name(name) else []
    return [
        DocumentVersion(version=row["version"], created_at=time_of(row["created_us"]), created_by=row["created_by"])
        for row in rows
    ]


def is_name(name: str) -> bool:
    """Tell whether a path holds what can be a policy's name."""
    return _NAME.fullmatch(name) is not None


def if_match(call: Call) -> int | None:
    """Read the version that If-Match asks for; None where it asks for none.

    Raises
    ------
    RequestError
        422 if it is no version.
    """
    given = call.request.headers.get("if-match", "*").strip()
    number = given.removeprefix("W/").strip('"')
    if given == "*":
        return None
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise RequestError(422, "If-Match must be a version number or *. Got something else.")
    return int(number)


def _policy_version(call: Call, name: str) -> str | None:
    classifier = call.service.models.in_use.classifiers.get(name)
    return None if classifier is None else classifier.policy_version
