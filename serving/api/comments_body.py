"""The body of new comments, and the thread that they make with the note's earlier ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec

from data.errors import DataError
from data.json_text import decode_json
from data.notes import Comment, Note, mark_own_comments
from serving.api.endpoint import MAX_BODY_BYTES
from serving.api.half_emoji import decode_tolerantly
from serving.api.note_body import Options, PolicyName, check_lengths, note_of
from serving.api.note_input import MAX_COMMENTS, MAX_ID_CHARS, CommentInput, NoteInput
from serving.api.problems import RequestError

_NOTHING = msgspec.Raw(b"null")
_encode = msgspec.json.Encoder().encode


class NewComment(CommentInput, forbid_unknown_fields=True, kw_only=True):
    """A comment that came after its note: its id must be given."""

    comment_id: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_ID_CHARS)]


class CommentsBody(msgspec.Struct, forbid_unknown_fields=True):
    """Comments since the note was last judged, each with its `comment_id`; one seen before takes the newer's place.

    `note` is the note again, with its earlier comments; it may be missing only where the service stores text.
    """

    comments: Annotated[list[NewComment], msgspec.Meta(min_length=1, max_length=MAX_COMMENTS)]
    note: NoteInput | None = None
    policy: PolicyName | None = None
    options: Options | None = None


class _RawBody(msgspec.Struct, forbid_unknown_fields=True):
    comments: list[msgspec.Raw]
    note: msgspec.Raw = _NOTHING
    policy: PolicyName | None = None
    options: Options | None = None


@dataclass(frozen=True, slots=True)
class NewComments:
    """What came: new comments, and the note with them in its thread, None where it did not come."""

    comments: tuple[Comment, ...]
    note: Note | None
    policy: str | None
    options: Options


_decoder = msgspec.json.Decoder(_RawBody)


def parse_comments(body: bytes, note_id: str) -> NewComments:
    """Read new comments on a note.

    Raises
    ------
    RequestError
        400 malformed JSON, 413 over the limits of a note, 422 invalid; text is never quoted.
    """
    raw: _RawBody = decode_tolerantly(_decoder, body)
    comments = _read_comments(raw.comments, note_id)
    note = _read_note(raw.note, note_id)
    whole = None if note is None else with_comments(note, comments)
    return NewComments(comments, whole, raw.policy, raw.options or Options())


def with_comments(note: Note, comments: Sequence[Comment]) -> Note:
    """Add comments to a note's thread; one whose id is there already takes its place.

    Raises
    ------
    RequestError
        413 where the whole is over the limits of a note.
    """
    newer = {comment.comment_id: comment for comment in comments}
    thread = {  # by id and, for ids that only the note repeats, by position
        comment.comment_id if comment.comment_id in newer else (comment.comment_id, position): comment
        for position, comment in enumerate(note.comments)
    }
    whole = mark_own_comments(msgspec.structs.replace(note, comments=tuple((thread | newer).values())))
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
