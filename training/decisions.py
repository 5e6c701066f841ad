"""The log of a registry: every decision about its champion, one JSON line each, never changed."""

import os
from datetime import datetime
from pathlib import Path
from typing import Literal

import msgspec

from data.errors import DataError
from training.gate import Check

Kind = Literal["promote", "rollback"]


class JudgedFile(msgspec.Struct, frozen=True, kw_only=True):
    """A labelled file that a decision rests on; `trained_on_by`: candidate, champion."""

    name: str
    sha256: str
    rows: int
    trained_on_by: tuple[str, ...] = ()


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """One decision.

    Attributes
    ----------
    candidate_sha256
        Of the candidate's manifest, which holds the hashes of its other files.
    champion
        Version that was champion when it was decided; None where there was none.
    forced
        Accepted by `--force-first`, whatever the floors said.
    reasons
        Why it was refused; of a forced one, what was waived.
    """

    decided_at: datetime
    kind: Kind
    candidate: str
    candidate_sha256: str
    champion: str | None
    accepted: bool
    forced: bool = False
    reasons: tuple[str, ...] = ()
    files: tuple[JudgedFile, ...] = ()
    guards_sha256: str | None = None
    checks: tuple[Check, ...] = ()


def append_decision(path: Path, decision: Decision) -> None:
    """Add a line to the log; it is on disk when this returns."""
    with path.open("ab") as file:
        file.write(msgspec.json.encode(decision) + b"\n")
        file.flush()
        os.fsync(file.fileno())


def read_decisions(path: Path) -> list[Decision]:
    """Read the log, oldest first; none where there is no log yet.

    Raises
    ------
    DataError
        Names the first line that is no decision.
    """
    if not path.exists():
        return []
    decisions = []
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        try:
            decisions.append(msgspec.json.decode(line, type=Decision))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise DataError(f"{path}:{number}: a line must be one decision. Got {error}.") from error
    return decisions
