"""Comments that arrive after their note: the note is judged anew with its whole thread."""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec

from data.errors import DataError
from data.json_text import decode_json
from data.labels import Label
from data.notes import Comment, Note
from models.verdict import Decision
from serving.api.body import read_body
from serving.api.classify import judge_one
from serving.api.endpoint import MAX_BODY_BYTES, Call, Endpoint
from serving.api.half_emoji import decode_tolerantly
from serving.api.idempotency import KEY_HEADERS
from serving.api.note_body import Options, PolicyName, check_lengths, note_of
from serving.api.note_input import MAX_COMMENTS, CommentInput, NoteInput
from serving.api.problems import RequestError
from serving.api.verdict_answer import VerdictAnswer
from serving.journal.record import id_hash
from serving.store.clock import time_of
from serving.store.engine import Store, StoreUnavailable
from serving.store.note_text import load, save
from serving.store.note_verdicts import Row, find_previous, is_changed

_logger = logging.getLogger("huoren.serving")
_NOTHING = msgspec.Raw(b"null")
_encode = msgspec.json.Encoder().encode


class CommentsBody(msgspec.Struct, forbid_unknown_fields=True):
    """Comments since the note was last judged, each with its `comment_id`; one seen before takes the newer's place.

    `note` is the note again, with its earlier comments; it may be missing only where the service stores text.
    """

    comments: Annotated[list[CommentInput], msgspec.Meta(min_length=1, max_length=MAX_COMMENTS)]
    note: NoteInput | None = None
    policy: PolicyName | None = None
    options: Options | None = None


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


class _Given(msgspec.Struct, forbid_unknown_fields=True):
    comments: list[msgspec.Raw]
    note: msgspec.Raw = _NOTHING
    policy: PolicyName | None = None
    options: Options | None = None


_decoder = msgspec.json.Decoder(_Given)


async def judge_comments(call: Call) -> CommentsAnswer:
    """Judge a note anew with comments that came after it."""
    service, note_id = call.service, call.path["note_id"]
    if not note_id:
        raise RequestError(404, "the path must name a note. It names none.")
    body = await read_body(call.request, MAX_BODY_BYTES)
    given: _Given = decode_tolerantly(_decoder, body)
    options = given.options or Options()
    comments = _read_comments(given.comments, note_id)
    note = _read_note(given.note, note_id)
    is_kept = service.settings.store_text and not options.dry_run
    if note is None:
        merge = _merge_into_kept if is_kept else _merge_with_kept
        note = await service.in_thread(merge, service.store, note_id, comments, service.secret)
    else:
        note = with_comments(note, comments)
        if is_kept:
            await service.in_thread(_keep, service.store, note, service.secret)
    named = f"{note_id}\n".encode() + body  # a key that came with other comments, or for another note, is refused
    answer = await judge_one(call, note, given.policy, options, origin="comments", body=named)
    try:
        previous = await service.in_thread(_previous, service.store, note_id, answer.verdict_id)
    except StoreUnavailable:  # the verdict stands in the journal: what it changed is told once it is stored
        return _answer(answer, None, is_known=False)
    return _answer(answer, previous, is_known=True)


def with_comments(note: Note, comments: Sequence[Comment]) -> Note:
    """Add comments to a note's thread; one whose id is there already takes its place.

    Raises
    ------
    RequestError
        413 where the whole is over the limits of a note.
    """
    thread = {comment.comment_id: comment for comment in note.comments}
    thread |= {comment.comment_id: comment for comment in comments}
    whole = msgspec.structs.replace(note, comments=tuple(thread.values()))
    check_lengths(whole)
    if (size := len(_encode(whole))) > MAX_BODY_BYTES:
        detail = f"a note with its comments must have at most {MAX_BODY_BYTES} bytes. Got {size}."
        raise RequestError(413, detail, pointer="/comments")
    return whole


def _read_comments(raws: Sequence[msgspec.Raw], note_id: str) -> tuple[Comment, ...]:
    if not raws:
        raise RequestError(422, "'comments' must hold at least one comment. Got none.", pointer="/comments")
    items = [_decode(raw, f"/comments/{position}") for position, raw in enumerate(raws)]
    comments = note_of({"note_id": note_id, "comments": items}).comments
    for position, item in enumerate(items):
        if not item.get("comment_id"):  # a position would name another comment each time
            pointer = f"/comments/{position}/comment_id"
            raise RequestError(422, "a comment that comes after its note must have an id. Got none.", pointer=pointer)
    return comments


def _read_note(raw: msgspec.Raw, note_id: str) -> Note | None:
    item = _decode(raw, "/note")
    if item is None:
        return None
    try:
        note = note_of(item)
    except RequestError as error:
        raise RequestError(error.status, error.detail, pointer=f"/note{error.pointer or ''}") from error
    if note.note_id != note_id:
        detail = "the note must be the one that the path names. It is another."
        raise RequestError(422, detail, pointer="/note/note_id")
    return note


def _decode(raw: msgspec.Raw, pointer: str) -> Any:
    try:
        return decode_json(bytes(raw).decode("utf-8"))
    except (UnicodeDecodeError, DataError) as error:
        raise RequestError(400, "the body must be JSON in UTF-8. It is not.", pointer=pointer) from error


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
        reads_body_itself=True,
        description=(
            "The answer is the verdict on the note with its whole thread. Text is not stored by default, so the note "
            "comes again in `note`; without it the answer is 409 `text_required`. A changed verdict is told to "
            "HUOREN_WEBHOOK_URL once it is stored, within seconds."
        ),
    ),
)
