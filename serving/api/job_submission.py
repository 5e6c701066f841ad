"""`POST /v1/jobs`: a large set of notes, taken to disk as it comes and judged later."""

import asyncio
import hashlib
from typing import Any

import msgspec
from sqlalchemy import Connection, Row

from data.errors import DataError
from serving.api.endpoint import Call
from serving.api.idempotency import KEY_HEADER, given_key
from serving.api.job_input import JSON, LINES, JobRequest, asked_in_query, take_json, take_lines
from serving.api.problems import RequestError
from serving.jobs.options import JobOptions
from serving.jobs.spool import folder_of, host_of, is_locked, remove, spool_of
from serving.jobs.upload import Upload
from serving.journal.record import new_id
from serving.store.clock import DAY_US, now_us
from serving.store.engine import Store, StoreUnavailable
from serving.store.jobs import count_waiting, find_job, insert_job
from serving.webhooks.addresses import check_callback_url

RUNNING, REUSED = "key_running", "key_reused"
MAX_WAITING, MAX_WAITING_OF_CALLER = 100, 10
_COME_BACK_SECONDS = 60


async def take_job(call: Call) -> tuple[Row[Any], bool]:
    """Take a job: its input is on disk, and its row in the database, when this returns.

    Returns
    -------
    tuple
        The job, and whether its Idempotency-Key had it before.

    Raises
    ------
    RequestError
        409 while the same Idempotency-Key is at work, 413, 415, 422, 429 where too many jobs of the caller wait, 503
        where too many of all do.
    """
    service = call.service
    key = given_key(call)
    media_type = call.request.headers.get("content-type", JSON).partition(";")[0].strip().lower()
    if media_type not in (JSON, LINES) or call.request.headers.get("content-encoding", "identity") != "identity":
        raise RequestError(415, f"a job must come as {JSON} or {LINES}, not compressed. It did not.")
    job_id = new_id() if key is None else hashlib.sha256(f"{call.caller.name}\n{key}".encode()).hexdigest()[:32]
    await service.in_thread(_refuse_early, service.store, job_id, call.caller.name)
    upload = await service.in_thread(Upload, spool_of(service.settings))
    try:
        if media_type == LINES:
            asked = asked_in_query(call)
            _check(call, asked)
            await take_lines(call, upload)
        else:
            asked = await take_json(call, upload)
            _check(call, asked)
        await service.in_thread(upload.finish)
        if not upload.notes:
            raise RequestError(422, "a job must have at least one note. Got none.", pointer="")
        return await service.in_thread(_keep, call, upload, asked, job_id)
    except DataError as error:
        raise RequestError(413, str(error), pointer="") from error
    except OSError as error:
        raise RequestError(503, "the disk must take the job's notes. It did not.", retry_after=60) from error
    finally:
        await asyncio.shield(service.in_thread(upload.discard))


def _check(call: Call, asked: JobRequest) -> None:
    call.service.models.ready(asked.policy)
    if asked.callback_url is not None:
        try:
            check_callback_url(asked.callback_url, call.service.settings)
        except DataError as error:
            raise RequestError(422, str(error), pointer="/callback_url") from error


def _refuse_early(store: Store, job_id: str, caller: str) -> None:
    """Refuse what finds no place before it is taken to disk; a repeated Idempotency-Key has its place."""
    with store.read() as connection:
        if find_job(connection, job_id) is None:
            _refuse_full(connection, caller)


def _refuse_full(connection: Connection, caller: str) -> None:
    if count_waiting(connection, caller=caller, limit=MAX_WAITING_OF_CALLER) >= MAX_WAITING_OF_CALLER:
        detail = f"at most {MAX_WAITING_OF_CALLER} jobs of a caller may wait or run. They do."
        raise RequestError(429, detail, retry_after=_COME_BACK_SECONDS)
    if count_waiting(connection, limit=MAX_WAITING) >= MAX_WAITING:
        raise RequestError(503, f"at most {MAX_WAITING} jobs may wait. They do.", retry_after=_COME_BACK_SECONDS)


def _keep(call: Call, upload: Upload, asked: JobRequest, job_id: str) -> tuple[Row[Any], bool]:
    """Give the input to a job: the one that has had this id, thus key, from the first, or a new one."""
    settings, store = call.service.settings, call.service.store
    body_hash = asked.body_hash(upload.sha256)
    if (row := _find(store, job_id)) is not None:
        return _same(row, body_hash), True
    folder, host = folder_of(settings, job_id), host_of(settings)
    if not upload.move_to(folder):
        if is_locked(folder):
            raise _still_runs()
        if (row := _find(store, job_id)) is not None:
            return _same(row, body_hash), True
        remove(folder)  # left by a request that could not learn whether the database took its job
        if not upload.move_to(folder):
            raise _still_runs()
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
        "host": host,
    }
    is_new = False
    try:
        with store.begin() as connection:
            _refuse_full(connection, call.caller.name)  # others may have come since
            is_new = insert_job(connection, new)
    except StoreUnavailable:
        if is_new and _find(store, job_id) is None:  # what was not committed; while nobody can tell, the input stays
            is_new = False
        raise
    finally:
        if not is_new:
            remove(folder)
    row = _find(store, job_id)
    if row is None:
        raise RequestError(503, "the job must be in the database. It is no longer.")
    return _same(row, body_hash), not is_new


def _still_runs() -> RequestError:
    detail = f"a request with this {KEY_HEADER} must end before it comes again. It still runs."
    return RequestError(409, detail, type=RUNNING, headers={"Retry-After": "1"})


def _find(store: Store, job_id: str) -> Row[Any] | None:
    with store.read() as connection:
        return find_job(connection, job_id)


def _same(row: Row[Any], body_hash: str) -> Row[Any]:
    if msgspec.convert(row.options, JobOptions).body_hash != body_hash:
        raise RequestError(422, f"one {KEY_HEADER} must come with one body. It came with another before.", type=REUSED)
    return row
