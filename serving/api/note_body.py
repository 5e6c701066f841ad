"""The body of `POST /v1/classify`: a note's keys at the top level beside `options`, held to the limits of HTTP."""

import re
from collections.abc import Iterator
from typing import Any, Literal

import msgspec
from starlette.requests import Request

from data.errors import DataError
from data.json_text import decode_json
from data.notes import Note, note_from_mapping
from serving.api.problems import RequestError

MAX_BODY_BYTES = 2**20
MAX_FIELD_CHARS = 10_000
MAX_COMMENTS = 500
# "... - at `$.comments[0].text`", "'note_id' must be ...", "unknown key 'comments[0].txt'"
_PATH = re.compile(r"at `\$([^`]*)`|^(?:unknown key )?'([\w.\[\]]+)'")


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How to answer: `explain` false leaves `evidence` empty; `dry_run` changes nothing while nothing is stored."""

    dry_run: bool = False
    explain: bool = True
    offsets: Literal["codepoint", "utf16"] = "codepoint"


async def read_body(request: Request) -> bytes:
    """Read a body of at most 1 MiB.

    Raises
    ------
    RequestError
        413 as soon as it is longer.
    """
    declared = request.headers.get("content-length", "")
    body = bytearray()
    if not (declared.isdigit() and len(declared) < 20 and int(declared) > MAX_BODY_BYTES):
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BODY_BYTES:
                break
        else:
            return bytes(body)
    raise RequestError(413, f"a body must be at most {MAX_BODY_BYTES} bytes. Got more.", pointer="")


def parse_body(body: bytes) -> tuple[Note, Options]:
    """Read a note and its options.

    Raises
    ------
    RequestError
        400 malformed JSON, 413 over a limit, 422 an invalid note or option; text is never quoted.
    """
    try:
        raw = decode_json(body.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise RequestError(400, f"the body must be UTF-8. Byte {error.start + 1} of it is not.", pointer="") from error
    except DataError as error:
        raise RequestError(400, str(error), pointer="") from error
    if not isinstance(raw, dict):
        raise RequestError(422, "the body must be an object with a note's keys. Got another JSON value.", pointer="")
    options = _options(raw.pop("options", None))
    note = _note(raw)
    for pointer, text in _texts(note):
        if len(text) > MAX_FIELD_CHARS:
            detail = f"a field must have at most {MAX_FIELD_CHARS} characters. Got {len(text)}."
            raise RequestError(413, detail, pointer=pointer)
    return note, options


def _options(raw: Any) -> Options:
    try:
        return Options() if raw is None else msgspec.convert(raw, Options)
    except msgspec.ValidationError as error:  # its words may quote the value
        detail = "'options' may hold dry_run, explain (true, false) and offsets ('codepoint', 'utf16'). Got another."
        raise RequestError(422, detail, pointer="/options") from error


def _note(raw: dict[str, Any]) -> Note:
    comments = raw.get("comments")
    if isinstance(comments, list) and len(comments) > MAX_COMMENTS:
        detail = f"a note must have at most {MAX_COMMENTS} comments. Got {len(comments)}."
        raise RequestError(413, detail, pointer="/comments")
    try:
        return note_from_mapping(raw, strict_keys=True)
    except DataError as error:
        raise RequestError(422, str(error), pointer=_pointer(str(error))) from error


def _pointer(message: str) -> str:
    match = _PATH.search(message)
    return "/" + "/".join(re.findall(r"\w+", match[1] or match[2])) if match and (match[1] or match[2]) else ""


def _texts(note: Note) -> Iterator[tuple[str, str]]:
    for name in ("note_id", "title", "body", "author_id", "feed_id", "keyword"):
        yield f"/{name}", getattr(note, name) or ""
    for name in ("tags", "image_texts"):
        for position, text in enumerate(getattr(note, name)):
            yield f"/{name}/{position}", text
    for position, comment in enumerate(note.comments):
        yield f"/comments/{position}/text", comment.text
