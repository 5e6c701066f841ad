"""`POST /v1/jobs`: a large set of notes, taken to disk as it comes and judged later."""

import asyncio
import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from sqlalchemy import Row

from data.errors import DataError
from data.json_text import decode_json
from serving.api.body import read_body
from serving.api.endpoint import Call
from serving.api.idempotency import KEY_HEADER, given_key
from serving.api.note_body import Options, PolicyName
from serving.api.note_input import NoteInput
from serving.api.problems import RequestError
from serving.api.routing import decode_body
from serving.jobs.options import JobOptions, Offsets
from serving.jobs.spool import folder_of, host_of, remove, spool_of
from serving.jobs.upload import Upload
from serving.journal.record import new_id
from serving.store.clock import DAY_US, now_us
from serving.store.engine import Store
from serving.store.jobs import count_waiting, find_job, insert_job
from serving.webhooks.addresses import check_callback_url

MAX_JSON_BYTES = 2**26
MAX_LINES_BYTES = 2**32
JSON, LINES = "application/json", "application/x-ndjson"
RUNNING, REUSED = "key_running", "key_reused"
_MAX_WAITING = 100
_JSON_AT_ONCE = 2  # bodies of 64 MiB in memory
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
class _Request:
    """What a job is asked to do."""

    policy: str | None
    options: Options
    callback_url: str | None

    def body_hash(self, input_hash: str) -> str:
        asked = msgspec.json.encode([self.policy, self.options, self.callback_url, input_hash])
        return hashlib.sha256(asked).hexdigest()


_decode = msgspec.json.Decoder(_RawBody)
_slots = asyncio.Semaphore(_JSON_AT_ONCE)


async def take_job(call: Call) -> Row[Any]:
    """Take a job: its input is on disk, and its row in the database, when this returns.

    Raises
    ------
    RequestError
        409 while the same Idempotency-Key is at work, 413, 415, 422, 503 where too many jobs wait.
    """
    service = call.service
    key = given_key(call)
    media_type = call.request.headers.get("content-type", JSON).partition(";")[0].strip().lower()
    if media_type not in (JSON, LINES) or call.request.headers.get("content-encoding", "identity") != "identity":
        raise RequestError(415, f"a job must come as {JSON} or {LINES}, not compressed. It did not.")
    await service.in_thread(_refuse_full, service.store)
    upload = await service.in_thread(Upload, spool_of(service.settings))
    try:
        if media_type == LINES:
            asked = _asked_in_query(call)
            _check(call, asked)
            await _take_lines(call, upload)
        else:
            asked = await _take_json(call, upload)
            _check(call, asked)
        await service.in_thread(upload.finish)
        if not upload.notes:
            raise RequestError(422, "a job must have at least one note. Got none.", pointer="")
        return await service.in_thread(_keep, call, upload, asked, key)
    except DataError as error:
        raise RequestError(413, str(error), pointer="") from error
    except OSError as error:
        raise RequestError(503, "the disk must take the job's notes. It did not.", retry_after=60) from error
    finally:
        await asyncio.shield(service.in_thread(upload.discard))


def _asked_in_query(call: Call) -> _Request:
    query: JobQuery = call.query
    options = Options(dry_run=query.dry_run, explain=query.explain, offsets=query.offsets)
    return _Request(query.policy, options, query.callback_url)


def _check(call: Call, asked: _Request) -> None:
    call.service.models.ready(asked.policy)
    if asked.callback_url is not None:
        try:
            check_callback_url(asked.callback_url, call.service.settings)
        except DataError as error:
            raise RequestError(422, str(error), pointer="/callback_url") from error


async def _take_lines(call: Call, upload: Upload) -> None:
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


async def _take_json(call: Call, upload: Upload) -> _Request:
    if _slots.locked():
        raise RequestError(503, f"few jobs may come as {JSON} at once; come back, or send {LINES}.")
    async with _slots:
        body = await read_body(call.request, MAX_JSON_BYTES)
        given = await call.service.in_thread(_parse, body)
        await call.service.in_thread(_write, upload, given.notes)
    query = _asked_in_query(call)
    return _Request(
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


def _refuse_full(store: Store) -> None:
    with store.read() as connection:
        if count_waiting(connection, limit=_MAX_WAITING) >= _MAX_WAITING:
            raise RequestError(503, f"at most {_MAX_WAITING} jobs may wait. They do.", retry_after=60)


def _keep(call: Call, upload: Upload, asked: _Request, key: str | None) -> Row[Any]:
    """Give the input to a job: the one that this key has had from the first, or a new one."""
    settings, store = call.service.settings, call.service.store
    body_hash = asked.body_hash(upload.sha256)
    job_id = new_id()
    if key is not None:
        job_id = hashlib.sha256(f"{call.caller.name}\n{key}".encode()).hexdigest()[:32]
        if (row := _find(store, job_id)) is not None:
            return _same(row, body_hash)
    folder = folder_of(settings, job_id)
    if not upload.move_to(folder):
        raise RequestError(409, "a request with this key must end before it comes again. It still runs.", type=RUNNING)
    options = JobOptions(
        policy=asked.policy,
        dry_run=asked.options.dry_run,
        explain=asked.options.explain,
        offsets=asked.options.offsets,
        request_id=call.request_id,
        body_hash=body_hash,
    )
    now = now_us()
    new = {
        "job_id": job_id,
        "state": "queued",
        "total": upload.notes,
        "done": 0,
        "failed": 0,
        "options": msgspec.to_builtins(options),
        "callback_url": asked.callback_url,
        "caller": call.caller.name,
        "created_us": now,
        "expires_us": now + DAY_US,
        "host": host_of(settings),
    }
    is_new = False
    try:
        with store.begin() as connection:
            is_new = insert_job(connection, new)
    finally:
        if not is_new:
            remove(folder)
    row = _find(store, job_id)
    if row is None:
        raise RequestError(503, "the job must be in the database. It is no longer.")
    return _same(row, body_hash)


def _find(store: Store, job_id: str) -> Row[Any] | None:
    with store.read() as connection:
        return find_job(connection, job_id)


def _same(row: Row[Any], body_hash: str) -> Row[Any]:
    if msgspec.convert(row.options, JobOptions).body_hash != body_hash:
        raise RequestError(422, f"one {KEY_HEADER} must come with one body. It came with another before.", type=REUSED)
    return row
