"""Comments that arrive after their note: the note is judged anew with its whole thread."""

import logging
from collections.abc import Sequence
from datetime import datetime

import msgspec
from starlette.responses import Response

from data.labels import Label
from data.notes import Comment, Note
from models.verdict import Decision
from serving.api.body import read_body
from serving.api.classify import judge_one
from serving.api.comments_body import CommentsBody, parse_comments, with_comments
from serving.api.endpoint import MAX_BODY_BYTES, Call, Endpoint
from serving.api.idempotency import KEY_HEADERS, REPLAYED_HEADER, REPLAYED_HEADERS
from serving.api.problems import RequestError
from serving.api.verdict_answer import VerdictAnswer
from serving.journal.record import id_hash
from serving.store.clock import time_of
from serving.store.engine import Store, StoreUnavailable
from serving.store.note_text import load, save
from serving.store.note_verdicts import Row, find_previous, is_changed

_encode = msgspec.json.Encoder().encode
_logger = logging.getLogger("huoren.serving")
_LARGE_BYTES = 2**16  # a body from here on is read in a thread: it takes milliseconds, and others must not wait


class PreviousVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """The note's latest stored verdict before this one."""

    verdict_id: str
    label: Label
    author_label: Label
    decision: Decision
    scored_at: datetime


class CommentsAnswer(VerdictAnswer, frozen=True, kw_only=True):
    """The verdict on the note with its new comments, and whether it says something new.

    `changed`: label, decision or the decision on any comment differs from the previous verdict's; null without one.
    `previous_known` false: the database is away, so `previous` and `changed` are null.
    """

    previous: PreviousVerdict | None
    previous_known: bool
    changed: bool | None


async def judge_comments(call: Call) -> Response:
    """Judge a note anew with comments that came after it."""
    service, note_id = call.service, call.path["note_id"]
    if not note_id:
        raise RequestError(404, "the path must name a note. It names none.")
    body = await read_body(call.request, MAX_BODY_BYTES)
    is_large = len(body) > _LARGE_BYTES
    given = await service.in_thread(parse_comments, body, note_id) if is_large else parse_comments(body, note_id)
    note, options = given.note, given.options
    is_kept = service.settings.store_text and not options.dry_run
    if note is None:
        merge = _merge_into_kept if is_kept else _merge_with_kept
        note = await service.in_thread(merge, service.store, note_id, given.comments, service.secret)
    elif is_kept:
        await service.in_thread(_keep, service.store, note, service.secret)
    named = f"{note_id}\n".encode() + body  # a key that came with other comments, or for another note, is refused
    answer, is_replayed = await judge_one(call, note, given.policy, options, origin="comments", body=named)
    try:
        previous = await service.in_thread(_previous, service.store, note_id, answer.verdict_id)
    except StoreUnavailable:  # the verdict stands in the journal: what it changed is told once it is stored
        told = _answer(answer, None, is_known=False)
    else:
        told = _answer(answer, previous, is_known=True)
    headers = {REPLAYED_HEADER: "true"} if is_replayed else None
    return Response(_encode(told), headers=headers, media_type="application/json")


def _merge_into_kept(store: Store, note_id: str, comments: Sequence[Comment], secret: bytes) -> Note:
    """Add comments to the kept note before it is judged: of two that come at once, the later sees both."""
    with store.begin() as connection:
        note = with_comments(_found(load(connection, note_id, lock=True)), comments)
        save(connection, note, _author_hash(note, secret))
    return note


def _merge_with_kept(store: Store, note_id: str, comments: Sequence[Comment], secret: bytes) -> Note:
    with store.read() as connection:
        return with_comments(_found(load(connection, note_id)), comments)


def _found(note: Note | None) -> Note:
    if note is None:
        detail = "the note must come with its comments: its text is not stored. Got comments alone."
        raise RequestError(409, detail, pointer="/note", type="text_required")
    return note


def _keep(store: Store, note: Note, secret: bytes) -> None:
    try:
        with store.begin() as connection:
            save(connection, note, _author_hash(note, secret))
    except StoreUnavailable:  # answers go on; the next comments must bring the note
        _logger.warning("a note was not kept: the database is away")


def _author_hash(note: Note, secret: bytes) -> str | None:
    return id_hash(note.author_id, secret=secret) if note.author_id else None


def _previous(store: Store, note_id: str, verdict_id: str | None) -> Row | None:
    with store.read() as connection:
        return find_previous(connection, note_id, verdict_id=verdict_id)


def _answer(verdict: VerdictAnswer, previous: Row | None, *, is_known: bool) -> CommentsAnswer:
    now = {"label": verdict.label, "decision": verdict.decision, "comments": msgspec.to_builtins(verdict.comments)}
    return CommentsAnswer(
        **msgspec.structs.asdict(verdict),
        previous=None
        if previous is None
        else PreviousVerdict(
            verdict_id=previous["verdict_id"],
            label=Label(previous["label"]),
            author_label=Label(previous["author_label"]),
            decision=previous["decision"],
            scored_at=time_of(previous["scored_us"]),
        ),
        previous_known=is_known,
        changed=None if previous is None else is_changed(previous, now),
    )


ENDPOINTS = (
    Endpoint(
        method="POST",
        path="/v1/notes/{note_id:path}/comments",
        summary="Judge a note anew with comments that came after it",
        handle=judge_comments,
        role="score",
        tag="verdicts",
        body=CommentsBody,
        answer=CommentsAnswer,
        refusals=(404, 409),
        headers=KEY_HEADERS,
        answer_headers=REPLAYED_HEADERS,
        reads_body_itself=True,
        description=(
            "The answer is the verdict on the note with its whole thread. Text is not stored by default, so the note "
            "comes again in `note`; without it the answer is 409 `text_required`. A changed verdict is told to "
            "HUOREN_WEBHOOK_URL once it is stored, within seconds."
        ),
    ),
)
