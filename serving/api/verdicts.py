"""Verdicts as they are stored: without text."""

import re
from datetime import datetime
from typing import Annotated

import msgspec

from data.labels import LABELS, QUESTIONS
from serving.api.endpoint import Call, Endpoint
from serving.api.problems import RequestError
from serving.api.verdict_answer import VerdictAnswer
from serving.store.clock import time_of
from serving.store.engine import Store
from serving.store.note_verdicts import Row, list_verdicts
from serving.store.verdicts import find_verdict

_ID = re.compile("[0-9a-f]{32}")
_SAME = (
    *("verdict_id", "note_id", "label", "author_label", "decision", "diversion_by", "date_source", "request_id"),
    *("model_version", "ruleset_version", "policy_version", "comments"),
)


class StoredVerdict(VerdictAnswer, frozen=True, kw_only=True):
    """A verdict as it is stored: the `text` of its evidence is "", the `value` null; `latency_ms` is null."""

    scored_at: datetime
    stored: bool = True


class StoredVerdicts(msgspec.Struct, frozen=True):
    """What is stored of a note, the newest first."""

    note_id: str
    verdicts: list[StoredVerdict]


class VerdictsQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many verdicts of the note."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=100)] = 10


def is_id(text: str) -> bool:
    """Tell whether a text can be the id of a verdict or of feedback; what cannot is never asked for."""
    return _ID.fullmatch(text) is not None


async def read_verdict(call: Call) -> StoredVerdict:
    """Give one verdict."""
    verdict_id = call.path["verdict_id"]
    row = await call.service.in_thread(_find, call.service.store, verdict_id) if is_id(verdict_id) else None
    if row is None:
        raise RequestError(404, "a verdict with this id must be stored; one just answered is within seconds.")
    return as_stored(row)


async def read_verdicts(call: Call) -> StoredVerdicts:
    """Give the latest verdicts on a note."""
    note_id = call.path["note_id"]
    rows = await call.service.in_thread(_list, call.service.store, note_id, call.query.limit)
    if not rows:
        raise RequestError(404, "a verdict on the note must be stored; one just answered is within seconds.")
    return StoredVerdicts(note_id, [as_stored(row) for row in rows])


def as_stored(row: Row) -> StoredVerdict:
    """Turn a row of the table `verdict` into the answer's shape."""
    rule = {"id": row["rule_id"], "since": row["rule_since"], "status": row["rule_status"]}
    return msgspec.convert(
        {name: row[name] for name in _SAME}
        | {
            "scores": {str(label): row[f"p_{label}"] for label in LABELS},
            "questions": {str(question): row[f"q_{question}"] for question in QUESTIONS},
            "evidence": [item | {"text": "", "value": None} for item in row["evidence"]],
            "rule": None if row["rule_id"] is None else rule,
            "scored_at": time_of(row["scored_us"]),
        },
        StoredVerdict,
    )


def _find(store: Store, verdict_id: str) -> Row | None:
    with store.read() as connection:
        return find_verdict(connection, verdict_id)


def _list(store: Store, note_id: str, limit: int) -> list[Row]:
    with store.read() as connection:
        return list_verdicts(connection, note_id, limit=limit)


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/v1/verdicts/{verdict_id}",
        summary="A stored verdict",
        handle=read_verdict,
        role="score",
        tag="verdicts",
        answer=StoredVerdict,
        refusals=(404,),
        description="Without text, which is not stored. A verdict is stored within seconds of its answer.",
    ),
    Endpoint(
        method="GET",
        path="/v1/notes/{note_id:path}",
        summary="The stored verdicts on a note",
        handle=read_verdicts,
        role="score",
        tag="verdicts",
        query=VerdictsQuery,
        answer=StoredVerdicts,
        refusals=(404,),
        description="The latest ones, the newest first, without text.",
    ),
)
