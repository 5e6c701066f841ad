"""Bodies that hold notes: `POST /v1/classify` and its batch, held to the limits of HTTP."""

import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal

import msgspec

from data.errors import DataError
from data.json_text import decode_json
from data.notes import Note, note_from_mapping
from serving.api.note_input import MAX_COMMENTS, MAX_FIELD_CHARS, MAX_ID_CHARS, NoteInput, to_note
from serving.api.problems import RequestError
from serving.scored_row import check_columns

MAX_BATCH_NOTES = 100
# "... - at `$.comments[0].text`", "'note_id' must be ...", "unknown key 'comments[0].txt'"
_PATH = re.compile(r"at `\$([^`]*)`|^(?:unknown key )?'([\w.\[\]]+)'")
PolicyName = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^[A-Za-z0-9_-]{1,64}$(?!\n)",  # `$` alone lets a last line break pass
        description="A policy of `/v1/policies`.",
    ),
]


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How to answer: `dry_run` stores and counts nothing, `explain` false leaves `evidence` empty."""

    dry_run: bool = False
    explain: bool = True
    offsets: Literal["codepoint", "utf16"] = "codepoint"


class ClassifyBody(NoteInput, forbid_unknown_fields=True):
    """A note's keys, beside what to do with it."""

    policy: PolicyName | None = None
    options: Options | None = None


class BatchBody(msgspec.Struct, forbid_unknown_fields=True):
    """Up to 100 notes; each is read for itself, so that a bad one fails alone."""

    notes: Annotated[list[NoteInput], msgspec.Meta(min_length=1, max_length=MAX_BATCH_NOTES)]
    policy: PolicyName | None = None
    options: Options | None = None


class _RawBatch(msgspec.Struct, forbid_unknown_fields=True):
    notes: list[msgspec.Raw]
    policy: PolicyName | None = None
    options: Options | None = None


class _Rest(msgspec.Struct):
    policy: PolicyName | None = None
    options: Options | None = None


_classify = msgspec.json.Decoder(ClassifyBody)
_note = msgspec.json.Decoder(NoteInput)
_batch = msgspec.json.Decoder(_RawBatch)
_DEFAULTS = Options()


def parse_note(body: bytes) -> tuple[Note, str | None, Options]:
    """Read a note, the name of its policy and its options.

    Raises
    ------
    RequestError
        400 malformed JSON, 413 over a limit, 422 an invalid note or option; text is never quoted.
    """
    try:
        given = _classify.decode(body)
        return _counted(to_note(given)), given.policy, given.options or _DEFAULTS
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, DataError):
        raw = _object(body)  # slower, knows half an emoji, and says what is wrong
    rest = _rest(raw)
    return note_of(raw), rest.policy, rest.options or _DEFAULTS


def parse_batch(body: bytes) -> tuple[list[Note | RequestError], str | None, Options]:
    """Read the notes of a batch, in its order; one that is unusable is a refusal in its place.

    Raises
    ------
    RequestError
        400 malformed JSON, 413 over 100 notes, 422 no notes or an invalid option.
    """
    try:
        batch = _batch.decode(body)
        raws: list[Any] = list(batch.notes)
        rest = _Rest(batch.policy, batch.options)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raw = _object(body)
        rest = _rest(raw)
        raws = raw.pop("notes", None)
        if not isinstance(raws, list):
            detail = "'notes' must be a list of notes. Got another value."
            raise RequestError(422, detail, pointer="/notes") from None
        if raw:
            detail = "a batch has the keys notes, policy and options. Got another."
            raise RequestError(422, detail, pointer="") from None
    if not raws:
        raise RequestError(422, "'notes' must hold at least one note. Got none.", pointer="/notes")
    if len(raws) > MAX_BATCH_NOTES:
        detail = f"a batch must have at most {MAX_BATCH_NOTES} notes. Got {len(raws)}; take a job for more."
        raise RequestError(413, detail, pointer="/notes")
    return (
        [_in_place(read_note(raw), position) for position, raw in enumerate(raws)],
        rest.policy,
        rest.options or _DEFAULTS,
    )


def note_of(raw: Any) -> Note:
    """Read one note from decoded JSON.

    Raises
    ------
    RequestError
        413 over a limit, 422 an invalid note.
    """
    comments = raw.get("comments") if isinstance(raw, dict) else None
    if isinstance(comments, list) and len(comments) > MAX_COMMENTS:
        detail = f"a note must have at most {MAX_COMMENTS} comments. Got {len(comments)}."
        raise RequestError(413, detail, pointer="/comments")
    try:
        note = _counted(note_from_mapping(raw, strict_keys=True))
    except DataError as error:
        detail = str(error).partition(" - at `$")[0]
        raise RequestError(422, detail, pointer=_pointer(str(error))) from error
    check_lengths(note)
    return note


def check_lengths(note: Note) -> None:
    """Refuse a note over the limits of HTTP.

    Raises
    ------
    RequestError
        413.
    """
    if len(note.comments) > MAX_COMMENTS:
        detail = f"a note must have at most {MAX_COMMENTS} comments. Got {len(note.comments)}."
        raise RequestError(413, detail, pointer="/comments")
    for texts, limit, what in ((_ids(note), MAX_ID_CHARS, "an id"), (_texts(note), MAX_FIELD_CHARS, "a field")):
        for pointer, text in texts:
            if len(text) > limit:
                detail = f"{what} must have at most {limit} characters. Got {len(text)}."
                raise RequestError(413, detail, pointer=pointer)


def read_note(raw: Any) -> Note | RequestError:
    """Read one of several notes, from JSON (`msgspec.Raw`) or decoded; a bad one is a refusal in its place."""
    try:
        if isinstance(raw, msgspec.Raw):
            try:
                return _counted(to_note(_note.decode(raw)))
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, DataError):
                raw = decode_json(bytes(raw).decode("utf-8"))
        return note_of(raw)
    except RequestError as error:
        return error
    except (DataError, UnicodeDecodeError):
        return RequestError(422, "a note must be JSON in UTF-8. It is not.", pointer="")


def _in_place(note: Note | RequestError, position: int) -> Note | RequestError:
    if isinstance(note, Note):
        return note
    return RequestError(note.status, note.detail, pointer=f"/notes/{position}{note.pointer or ''}")


def _counted(note: Note) -> Note:
    check_columns(note)
    return note


def _object(body: bytes) -> dict[str, Any]:
    try:
        raw = decode_json(body.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise RequestError(400, f"the body must be UTF-8. Byte {error.start + 1} of it is not.", pointer="") from error
    except DataError as error:
        raise RequestError(400, str(error), pointer="") from error
    if not isinstance(raw, dict):
        raise RequestError(422, "the body must be an object with keys. Got another JSON value.", pointer="")
    return raw


def _rest(raw: dict[str, Any]) -> _Rest:
    """Take policy and options out of a body."""
    given = {name: raw.pop(name, None) for name in ("policy", "options")}
    try:
        return msgspec.convert(given, _Rest)
    except msgspec.ValidationError as error:  # its words may quote the value
        if "$.policy" in str(error):
            detail = "'policy' must be the name of a policy: letters, digits, _ and -. Got something else."
            raise RequestError(422, detail, pointer="/policy") from error
        detail = "'options' may hold dry_run, explain (true, false) and offsets ('codepoint', 'utf16'). Got another."
        raise RequestError(422, detail, pointer="/options") from error


def _pointer(message: str) -> str:
    match = _PATH.search(message)
    return "/" + "/".join(re.findall(r"\w+", match[1] or match[2])) if match and (match[1] or match[2]) else ""


def _ids(note: Note) -> Iterator[tuple[str, str]]:
    for name in ("note_id", "author_id", "feed_id", "keyword"):
        yield f"/{name}", getattr(note, name) or ""
    for position, comment in enumerate(note.comments):
        yield f"/comments/{position}/comment_id", comment.comment_id
        yield f"/comments/{position}/author_id", comment.author_id or ""


def _texts(note: Note) -> Iterator[tuple[str, str]]:
    yield from (("/title", note.title), ("/body", note.body))
    for name in ("tags", "image_texts"):
        for position, text in enumerate(getattr(note, name)):
            yield f"/{name}/{position}", text
    for position, comment in enumerate(note.comments):
        yield f"/comments/{position}/text", comment.text
