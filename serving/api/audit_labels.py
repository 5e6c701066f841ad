"""Labels of drawn notes, as people give them."""

from datetime import datetime
from typing import Annotated, Literal, cast

import msgspec
from sqlalchemy import Connection

from data.dates import SHANGHAI
from data.errors import DataError
from data.labels import Label
from serving.api.endpoint import Call, Endpoint
from serving.api.feed_query import refuse_unknown_feed
from serving.api.note_input import MAX_ID_CHARS
from serving.api.problems import Problem, RequestError, make_problem
from serving.audits.file import AuditRow
from serving.audits.labels import UNSURE, GivenLabel, add_labels
from serving.store.audit_rows import StoredRow, current_rows, write_label

MOST_LABELS = 500
Refused = Literal[404, 409, 422]
LabelChoice = Literal["disclosed_ad", "diversion", "organic", "undisclosed_ad", "unsure"]
Annotator = Annotated[str, msgspec.Meta(pattern=r"^[^|\x00-\x1f]{1,64}$")]


class AuditLabel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What people said of one drawn note: a first label, a second one by another person, or both.

    `unsure`: asked, and could not say. A person's later label takes the place of their own.
    """

    note_id: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_ID_CHARS)]
    period: Annotated[str, msgspec.Meta(min_length=3, max_length=10)]
    label: LabelChoice | None = None
    annotator: Annotator | None = None
    second_label: LabelChoice | None = None
    second_annotator: Annotator | None = None


class AuditLabels(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Labels of notes of one feed."""

    labels: Annotated[list[AuditLabel], msgspec.Meta(min_length=1, max_length=MOST_LABELS)]


class LabelResult(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one item: 200 stored, 404 not drawn, 409 another person's stands, 422 not understood."""

    status: Literal[200] | Refused
    note_id: str
    problem: Problem | None = None


class LabelResults(msgspec.Struct, frozen=True):
    """One item for each of the request, in its order."""

    items: list[LabelResult]


async def take_labels(call: Call) -> LabelResults:
    """Store labels; one bad item never fails the rest."""
    await refuse_unknown_feed(call, call.path["feed_id"])
    outcomes = await call.service.in_thread(_store, call, call.body.labels)
    return LabelResults(
        [
            LabelResult(status=200, note_id=item.note_id)
            if error is None
            else LabelResult(
                status=cast(Refused, error.status),
                note_id=item.note_id,
                problem=make_problem(error, call.request_id),
            )
            for item, error in zip(call.body.labels, outcomes, strict=True)
        ]
    )


def _store(call: Call, items: list[AuditLabel]) -> list[RequestError | None]:
    feed = call.path["feed_id"]
    with call.service.store.begin() as connection:
        notes = {item.note_id for item in items}
        drawn = {
            (stored.row.note_id, stored.row.period): stored
            for stored in current_rows(connection, (feed,), notes=notes, lock=True)
        }
        return [
            _store_one(connection, drawn, item, pointer=f"/labels/{position}") for position, item in enumerate(items)
        ]


def _store_one(
    connection: Connection, drawn: dict[tuple[str, str], StoredRow], item: AuditLabel, *, pointer: str
) -> RequestError | None:
    if why := _why_not(item):
        return RequestError(422, why, pointer=pointer)
    place = item.note_id, item.period
    if place not in drawn:
        detail = "a labelled note must have been drawn in its feed and period. This one was not."
        return RequestError(404, detail, pointer=pointer)
    stored = drawn[place]
    try:
        row = _fill(stored.row, item)
    except DataError:
        detail = "a note must get one label and one second label, each from one person. It has another's already."
        return RequestError(409, detail, pointer=pointer)
    write_label(connection, stored, row)
    drawn[place] = stored._replace(row=row)
    return None


def _why_not(item: AuditLabel) -> str | None:
    pairs = ((item.label, item.annotator), (item.second_label, item.second_annotator))
    if any((label is None) != (name is None) for label, name in pairs) or pairs == ((None, None),) * 2:
        return "'label' must come with 'annotator', 'second_label' with 'second_annotator'. One comes alone, or none."
    if item.annotator == item.second_annotator:
        return "two labels of a note must come from two people. They come from one."
    return None


def _fill(row: AuditRow, item: AuditLabel) -> AuditRow:
    today = datetime.now(SHANGHAI).date().isoformat()
    for label, name, second in (
        (item.label, item.annotator, False),
        (item.second_label, item.second_annotator, True),
    ):
        if label is not None and name is not None:
            given = GivenLabel("", row.note_id, None if label == UNSURE else Label(label), name, today)
            row = add_labels([row], [given], second=second, correct=True).rows[0]
    return row


LABEL_ENDPOINTS = (
    Endpoint(
        method="POST",
        path="/v1/feeds/{feed_id:path}/audit-labels",
        summary="Store what people said of drawn notes",
        handle=take_labels,
        role="feedback",
        tag="feeds",
        body=AuditLabels,
        answer=LabelResults,
        refusals=(404,),
        description="The authenticity of the feed rests on these labels from the next answer on.",
    ),
)
