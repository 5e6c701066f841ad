"""What `POST /v1/jobs` brings: JSON or lines, and what to do with the notes."""

import asyncio
import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated

import msgspec

from data.errors import DataError
from data.json_text import decode_json
from serving.api.body import read_body
from serving.api.crumbs import refuse_crumbs
from serving.api.endpoint import Call
from serving.api.note_body import Options, PolicyName
from serving.api.note_input import NoteInput
from serving.api.problems import RequestError
from serving.api.routing import decode_body
from serving.jobs.options import Offsets
from serving.jobs.upload import Upload

MAX_JSON_BYTES = 2**24  # decoding takes many times its size in memory
MAX_LINES_BYTES = 2**32
JSON, LINES = "application/json", "application/x-ndjson"
_JSON_AT_ONCE = 2
_WRITE_BYTES = 2**20
_Url = Annotated[str, msgspec.Meta(max_length=2048, description="Where to say that the job is finished.")]


class JobBody(msgspec.Struct, forbid_unknown_fields=True):
    """Notes as JSON; each is read for itself when the job runs, so that a bad one fails alone."""

    notes: Annotated[list[NoteInput], msgspec.Meta(min_length=1)]
    policy: PolicyName | None = None
    options: Options | None = None
    callback_url: _Url | None = None


class JobQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to do with notes that come as lines; in a JSON body it stands beside the notes."""

    policy: PolicyName | None = None
    dry_run: bool = False
    explain: bool = True
    offsets: Offsets = "codepoint"
    callback_url: _Url | None = None


class _RawBody(msgspec.Struct, forbid_unknown_fields=True):
    notes: list[msgspec.Raw]
    policy: PolicyName | None = None
    options: Options | None = None
    callback_url: _Url | None = None


@dataclass(frozen=True)
class JobRequest:
    """What a job is asked to do."""

    policy: str | None
    options: Options
    callback_url: str | None

    def body_hash(self, input_hash: str) -> str:
        """Hash it with its input: what must be the same under one Idempotency-Key."""
        asked = msgspec.json.encode([self.policy, self.options, self.callback_url, input_hash])
        return hashlib.sha256(asked).hexdigest()


_decode = msgspec.json.Decoder(_RawBody)
_slots = asyncio.Semaphore(_JSON_AT_ONCE)


def asked_in_query(call: Call) -> JobRequest:
    """Read what the query asks."""
    query: JobQuery = call.query
    options = Options(dry_run=query.dry_run, explain=query.explain, offsets=query.offsets)
    return JobRequest(query.policy, options, query.callback_url)


async def take_lines(call: Call, upload: Upload) -> None:
    """Take lines to disk as they come.

    Raises
    ------
    RequestError
        413 over 4 GiB.
    DataError
        If there are more notes than a job may have.
    """
    size, buffer = 0, bytearray()
    async for chunk in call.request.stream():
        size += len(chunk)
        if size > MAX_LINES_BYTES:
            raise RequestError(413, f"a job must be at most {MAX_LINES_BYTES} bytes. Got more.", pointer="")
        buffer += chunk
        if len(buffer) >= _WRITE_BYTES:
            await call.service.in_thread(upload.write, bytes(buffer))
            buffer.clear()
    await call.service.in_thread(upload.write, bytes(buffer))


async def take_json(call: Call, upload: Upload) -> JobRequest:
    """Take the notes of a JSON body to disk, and read what it asks; where it says nothing, the query does.

    Raises
    ------
    RequestError
        400 malformed, 413 over 16 MiB, 422 of another shape, 503 where others send JSON at the same time.
    DataError
        If there are more notes than a job may have.
    """
    if _slots.locked():
        raise RequestError(503, f"few jobs may come as {JSON} at once; come back, or send {LINES}.")
    async with _slots:
        body = await read_body(call.request, MAX_JSON_BYTES)
        refuse_crumbs(body)
        given = await call.service.in_thread(_parse, body)
        await call.service.in_thread(_write, upload, given.notes)
    query = asked_in_query(call)
    return JobRequest(
        given.policy or query.policy, given.options or query.options, given.callback_url or query.callback_url
    )


def _parse(body: bytes) -> _RawBody:
    try:
        return _decode.decode(body)
    except msgspec.ValidationError:
        pass  # said below
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):  # perhaps half an emoji, which this knows
        with suppress(DataError, UnicodeDecodeError, RecursionError):
            body = json.dumps(decode_json(body.decode("utf-8"))).encode()
    given: _RawBody = decode_body(_decode, body)
    return given


def _write(upload: Upload, notes: list[msgspec.Raw]) -> None:
    """Write notes as lines: a line break within one stands between its parts, never in its texts."""
    buffer = bytearray()
    for note in notes:
        buffer += bytes(note).replace(b"\n", b" ").replace(b"\r", b" ")
        buffer += b"\n"
        if len(buffer) >= _WRITE_BYTES:
            upload.write(bytes(buffer))
            buffer.clear()
    upload.write(bytes(buffer))
