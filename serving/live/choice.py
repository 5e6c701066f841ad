"""What operators chose to be in use: read from the database, and from a snapshot on disk while it is away."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection

from data.errors import ModelError
from serving.live.deployments import MODEL, PHRASES, POLICY, SHADOW, Deployment, read_deployments
from serving.live.documents import read_document
from serving.live.policy_body import PhrasesBody, PolicyBody

_SNAPSHOT = "live.json"


class StoredPolicy(msgspec.Struct, frozen=True):
    """A version of a policy."""

    version: int
    body: PolicyBody


class StoredPhrases(msgspec.Struct, frozen=True):
    """A version of the phrase list."""

    version: int
    body: PhrasesBody


class ShadowChoice(msgspec.Struct, frozen=True):
    """A model that judges `share` of the notes as well, for comparison; `since_us` is when it was put on."""

    version: str
    share: float
    since_us: int


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """All that was chosen; None, or a name that is missing, where the settings decide."""

    model: str | None = None
    previous_model: str | None = None
    shadow: ShadowChoice | None = None
    policies: dict[str, StoredPolicy] = {}
    phrases: StoredPhrases | None = None


def read_choice(connection: Connection, known: Choice) -> Choice:
    """Read what is chosen now; a document that `known` has already is not read again, for none ever changes.

    Raises
    ------
    ModelError
        If a row is of another version of huoren.
    """
    rows = read_deployments(connection)
    try:
        return Choice(
            model=_version(rows.get(MODEL)),
            previous_model=((rows[MODEL].previous or {}).get("version")) if MODEL in rows else None,
            shadow=_shadow(rows.get(SHADOW)),
            policies=_policies(connection, rows, known.policies),
            phrases=_phrases(connection, _version(rows.get(PHRASES)), known.phrases),
        )
    except msgspec.ValidationError as error:
        raise ModelError("a choice of models and policies must be of this version of huoren. It is not.") from error


def read_snapshot(state: Path) -> Choice | None:
    """Read what was in use when this machine last saw the database; None where there is nothing usable."""
    try:
        return msgspec.json.decode((state / _SNAPSHOT).read_bytes(), type=Choice)
    except (OSError, UnicodeDecodeError, msgspec.DecodeError):
        return None


def write_snapshot(state: Path, choice: Choice) -> None:
    """Keep a choice; a reader sees the old one or the new one, never half of it.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    staged = state / f".{_SNAPSHOT}.{os.getpid()}"
    with open(os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:  # operators' own words
        file.write(msgspec.json.encode(choice))
    os.replace(staged, state / _SNAPSHOT)


def _version(row: Deployment | None) -> Any:
    return None if row is None else row.value.get("version")


def _shadow(row: Deployment | None) -> ShadowChoice | None:
    if row is None or row.value.get("version") is None:
        return None
    return msgspec.convert(row.value, ShadowChoice)


def _policies(
    connection: Connection, rows: Mapping[str, Deployment], known: Mapping[str, StoredPolicy]
) -> dict[str, StoredPolicy]:
    policies = {}
    for key, row in sorted(rows.items()):
        name, version = key.removeprefix(POLICY), _version(row)
        if name == key or not version:  # version 0: the file's, or the model's own
            continue
        if name in known and known[name].version == version:
            policies[name] = known[name]
        else:
            body = read_document(connection, "policy", name, version)
            policies[name] = StoredPolicy(version, msgspec.convert(body, PolicyBody))
    return policies


def _phrases(connection: Connection, version: int | None, known: StoredPhrases | None) -> StoredPhrases | None:
    if not version:
        return None
    if known is not None and known.version == version:
        return known
    body = read_document(connection, "phrases", "default", version)
    return StoredPhrases(version, msgspec.convert(body, PhrasesBody))
