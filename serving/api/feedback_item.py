"""One item of feedback as it comes, and its way into the database: what is invalid fails alone."""

import hashlib
from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec

from data.labels import Label
from models.verdict import Decision
from serving.api.note_input import MAX_ID_CHARS
from serving.api.problems import RequestError
from serving.api.routing import decode_body
from serving.journal.record import new_id
from serving.store.clock import database_us
from serving.store.engine import Store
from serving.store.feedback import Row, add_feedback, find_feedback, find_subjects
from serving.store.verdicts import latest_verdict

Kind = Literal["false_positive", "miss", "wrong_label"]
Appeal = Literal["upheld", "overturned"]
_GIVEN = ("kind", "suggested_label", "decision", "appeal", "actor", "reason")


class FeedbackItem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody says of a verdict, or of a note: then of its latest stored verdict."""

    verdict_id: (
        Annotated[
            str,
            msgspec.Meta(
                pattern=r"^[0-9a-f]{32}$(?!\n)",
                description="The verdict that is meant. With `note_id` beside it, it may be one not stored yet.",
            ),
        ]
        | None
    ) = None
    note_id: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_ID_CHARS)] | None = None
    kind: Annotated[Kind, msgspec.Meta(description="What is claimed; `wrong_label` needs `suggested_label`.")]
    suggested_label: Label | None = None
    decision: (
        Annotated[Decision, msgspec.Meta(description="A person's decision: every later verdict on the note takes it.")]
        | None
    ) = None
    appeal: (
        Annotated[
            Appeal,
            msgspec.Meta(description="How an appeal ended: `upheld`, the verdict stands; `overturned`, it fell."),
        ]
        | None
    ) = None
    actor: Annotated[
        str, msgspec.Meta(pattern="^[^\\x00-\\x1f\\x7f]{1,64}$", description="Who says so, a name of your own.")
    ]
    reason: Annotated[str, msgspec.Meta(pattern="^[a-z0-9_.-]{1,64}$", description="A code, no sentence.")] | None = (
        None
    )


_decoder = msgspec.json.Decoder(FeedbackItem)


def read_item(raw: msgspec.Raw, position: int) -> FeedbackItem | RequestError:
    """Read the item at a position of the request, or say why it is refused."""
    try:
        item: FeedbackItem = decode_body(_decoder, bytes(raw))
    except RequestError as error:
        return _at(position, error)
    if item.verdict_id is None and item.note_id is None:
        return _refuse(position, "", "one of verdict_id and note_id must be given. Got neither.")
    if item.kind == "wrong_label" and item.suggested_label is None:
        return _refuse(position, "/suggested_label", "wrong_label must come with a suggested_label. Got none.")
    for name in ("actor", "reason"):
        if "\n" in (getattr(item, name) or ""):  # a pattern's end lets one through
            return _refuse(position, f"/{name}", f"{name!r} must have no line break. Got one.")
    return item


def store_items(
    store: Store, items: Sequence[FeedbackItem | RequestError], seed: str | None, caller: str
) -> list[str | RequestError]:
    """Store what is valid in one transaction; blocks.

    Parameters
    ----------
    seed
        What the items' ids are derived from, so that storing them again changes nothing; None: new ids.

    Returns
    -------
    list
        The id of each item, or why it has none.

    Raises
    ------
    StoreUnavailable
        If the database is away; then nothing is stored.
    """
    with store.begin() as connection:
        now = database_us(connection)  # machines read what changed by it, each with a clock of its own
        good = [item for item in items if isinstance(item, FeedbackItem)]
        subjects = find_subjects(connection, {item.verdict_id for item in good if item.verdict_id is not None})
        notes = {item.note_id for item in good if item.note_id is not None and item.verdict_id is None}
        latest = {note_id: latest_verdict(connection, note_id) for note_id in notes}
        ids = [new_id() if seed is None else _id_of(seed, position) for position in range(len(items))]
        known = {} if seed is None else find_feedback(connection, ids)
        rows: list[dict[str, Any]] = []
        outcomes: list[str | RequestError] = []
        for position, (item, feedback_id) in enumerate(zip(items, ids, strict=True)):
            if isinstance(item, RequestError):
                outcomes.append(item)
                continue
            subject: Row | None = subjects.get(item.verdict_id) if item.verdict_id else latest[item.note_id or ""]
            error = _refusal(item, subject, known.get(feedback_id))
            outcomes.append(feedback_id if error is None else _at(position, error))
            if error is None and feedback_id not in known:
                rows.append(_as_row(item, subject, feedback_id=feedback_id, caller=caller, at_us=now))
        add_feedback(connection, rows)
    return outcomes


def _refusal(item: FeedbackItem, subject: Row | None, known: Row | None) -> RequestError | None:
    if known is not None:
        same = all(getattr(item, name) == known[name] for name in _GIVEN)
        same = same and item.note_id in (None, known["note_id"]) and item.verdict_id in (None, known["verdict_id"])
        detail = "one Idempotency-Key must come with one body. It came with another before."
        return None if same else RequestError(422, detail, type="key_reused")
    if item.note_id is None and subject is None:
        detail = "a verdict with this id must be stored; one just answered is within seconds. Give note_id beside it."
        return RequestError(404, detail, pointer="/verdict_id")
    if item.note_id is not None and subject is not None and subject["note_id"] != item.note_id:
        return RequestError(422, "verdict_id must be of a verdict on note_id. It is of another note.", pointer="")
    return None


def _refuse(position: int, pointer: str, detail: str) -> RequestError:
    return _at(position, RequestError(422, detail, pointer=pointer))


def _at(position: int, error: RequestError) -> RequestError:
    return RequestError(
        error.status, error.detail, pointer=f"/feedback/{position}{error.pointer or ''}", type=error.type
    )


def _as_row(item: FeedbackItem, subject: Row | None, *, feedback_id: str, caller: str, at_us: int) -> dict[str, Any]:
    return {
        **{name: getattr(item, name) for name in _GIVEN},
        "feedback_id": feedback_id,
        "verdict_id": item.verdict_id if subject is None else subject["verdict_id"],
        "note_id": item.note_id if subject is None else subject["note_id"],
        "rule_id": None if subject is None else subject["rule_id"],
        "model_version": None if subject is None else subject["model_version"],
        "caller": caller,
        "created_us": at_us,
        "changed_us": at_us,
        "withdrawn_us": None,
    }


def _id_of(seed: str, position: int) -> str:
    return hashlib.sha256(f"feedback\n{seed}\n{position}".encode("utf-8", "surrogatepass")).hexdigest()[:32]
