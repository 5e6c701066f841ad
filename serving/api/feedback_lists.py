"""Feedback as it is read: listed, and exported as labels to train on."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Annotated

import msgspec
from starlette.responses import StreamingResponse

from data.labels import Label
from models.verdict import Decision
from serving.api.endpoint import Call, Endpoint
from serving.api.feedback_item import Appeal, Kind
from serving.api.note_input import MAX_ID_CHARS
from serving.api.since import Since, read_since
from serving.store.clock import time_of
from serving.store.engine import Store
from serving.store.feedback import Position, Row, list_feedback, list_standing

PAGE_OF_EXPORT = 2000
_lines = msgspec.json.Encoder().encode_lines


class Feedback(msgspec.Struct, frozen=True, kw_only=True):
    """One item as it is stored."""

    feedback_id: str
    verdict_id: str | None
    note_id: str
    kind: Kind
    suggested_label: Label | None
    decision: Decision | None
    appeal: Appeal | None
    actor: str
    reason: str | None
    rule_id: str | None
    model_version: str | None
    caller: str
    created_at: datetime
    withdrawn_at: datetime | None


class FeedbackPage(msgspec.Struct, frozen=True):
    """Feedback, the newest first; `next` is the `before` of the next page, null on the last."""

    feedback: list[Feedback]
    next: str | None


class FeedbackQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which feedback to list."""

    since: Since | None = None
    note_id: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_ID_CHARS)] | None = None
    kind: Kind | None = None
    before: (
        Annotated[str, msgspec.Meta(pattern=r"^\d{1,17}\.[0-9a-f]{32}$", description="`next` of the page before.")]
        | None
    ) = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 100


class TrainingLabel(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the export, to be joined by `note_id` to an archive that holds the note."""

    note_id: str
    label: Label
    kind: Kind
    actor: str
    labelled_at: datetime
    model_version: str | None


async def read_feedback(call: Call) -> FeedbackPage:
    """List feedback."""
    query: FeedbackQuery = call.query
    rows = await call.service.in_thread(_list, call.service.store, query)
    page = rows[: query.limit]
    is_last = len(rows) <= query.limit
    return FeedbackPage(
        [_as_feedback(row) for row in page], None if is_last else f"{page[-1]['created_us']}.{page[-1]['feedback_id']}"
    )


async def export_labels(call: Call) -> StreamingResponse:
    """Stream the labels that feedback gives or implies, one JSON object a line."""
    store = call.service.store

    async def lines(rows: Sequence[Row]) -> AsyncIterator[bytes]:
        while rows:
            labels = (label for row in rows if (label := training_label(row)) is not None)
            yield _lines(labels)
            after = (rows[-1]["created_us"], rows[-1]["feedback_id"])
            rows = await call.service.in_thread(_standing, store, after)

    first = await call.service.in_thread(_standing, store, (0, ""))  # here: a database that is away is still a 503
    return StreamingResponse(lines(first), media_type="application/x-ndjson")


def training_label(row: Row) -> TrainingLabel | None:
    """Give the label that one item teaches; None where it teaches none.

    A suggested label is taken as it is. Without one, an appeal that was upheld confirms the verdict's label (as long as
    the verdict is stored), and a false positive implies `organic`. A miss implies nothing: it may be either of three.
    """
    label = row["suggested_label"]
    if label is None and row["appeal"] == "upheld":
        label = row["verdict_label"]
    elif label is None and row["kind"] == "false_positive":
        label = Label.ORGANIC
    if label is None:
        return None
    return TrainingLabel(
        note_id=row["note_id"],
        label=Label(label),
        kind=row["kind"],
        actor=row["actor"],
        labelled_at=time_of(row["created_us"]),
        model_version=row["model_version"],
    )


def _list(store: Store, query: FeedbackQuery) -> list[Row]:
    before: Position | None = None
    if query.before is not None:
        us, _, feedback_id = query.before.partition(".")
        before = int(us), feedback_id
    with store.read() as connection:
        return list_feedback(
            connection,
            limit=query.limit + 1,
            before=before,
            since_us=read_since(query.since),
            note_id=query.note_id,
            kind=query.kind,
        )


def _standing(store: Store, after: Position) -> list[Row]:
    with store.read() as connection:
        return list_standing(connection, after=after, limit=PAGE_OF_EXPORT)


def _as_feedback(row: Row) -> Feedback:
    fields = {name: row[name] for name in Feedback.__struct_fields__ if name in row}
    withdrawn_us = row["withdrawn_us"]
    return msgspec.convert(
        fields
        | {
            "created_at": time_of(row["created_us"]),
            "withdrawn_at": None if withdrawn_us is None else time_of(withdrawn_us),
        },
        Feedback,
    )


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/v1/feedback",
        summary="List feedback",
        handle=read_feedback,
        role="feedback",
        tag="feedback",
        query=FeedbackQuery,
        answer=FeedbackPage,
    ),
    Endpoint(
        method="GET",
        path="/v1/feedback/export",
        summary="Export feedback as training labels",
        handle=export_labels,
        role="feedback",
        tag="feedback",
        media_type="application/x-ndjson",
        description=(
            "One `TrainingLabel` a line, the oldest first, without what was withdrawn. The label is the suggested one; "
            "without one, an appeal that was upheld gives the verdict's label and a false positive gives `organic`."
        ),
    ),
)
