"""`/v1/jobs`: a large set of notes judged later; how far it is, its results, and its end."""

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import msgspec
from sqlalchemy import Row
from starlette.responses import Response, StreamingResponse

from serving import metrics
from serving.api.endpoint import Call, Endpoint
from serving.api.idempotency import KEY_HEADERS, REPLAYED_HEADER, REPLAYED_HEADERS
from serving.api.job_answer import Job, JobPage, as_job
from serving.api.job_input import LINES, MAX_LINES_BYTES, JobBody, JobQuery
from serving.api.job_submission import MAX_WAITING, MAX_WAITING_OF_CALLER, take_job
from serving.api.problems import RequestError
from serving.jobs.spool import RESULTS, folder_of, host_of, remove
from serving.store.audit_log import record_action
from serving.store.clock import now_us
from serving.store.jobs import WAITING, cancel_job, find_job, list_jobs

_JOB_ID = re.compile(r"[0-9a-f]{32}")
_CHUNK_BYTES = 2**18
_encode = msgspec.json.Encoder().encode


class JobsQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which jobs to list."""

    before: (
        Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,17}\.[0-9a-f]{32}$", description="`next` of the page before.")]
        | None
    ) = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 100


async def submit_job(call: Call) -> Response:
    """Take a job."""
    row, is_replayed = await take_job(call)
    headers = {"Location": f"/v1/jobs/{row.job_id}"} | ({REPLAYED_HEADER: "true"} if is_replayed else {})
    return Response(_encode(as_job(row)), 202, headers, media_type="application/json")


async def read_jobs(call: Call) -> JobPage:
    """List jobs."""
    query: JobsQuery = call.query
    rows = await call.service.in_thread(_list, call, query)
    page = rows[: query.limit]
    is_last = len(rows) <= query.limit
    return JobPage([as_job(row) for row in page], None if is_last else f"{page[-1].created_us}.{page[-1].job_id}")


async def read_job(call: Call) -> Job:
    """Say how far a job is."""
    return as_job(await call.service.in_thread(_find, call))


async def read_job_results(call: Call) -> StreamingResponse:
    """Stream the results."""
    path, size = await call.service.in_thread(_find_results, call)
    return StreamingResponse(_chunks(path), headers={"Content-Length": str(size)}, media_type=LINES)


async def delete_job(call: Call) -> Job:
    """Cancel a job, or delete its results."""
    return as_job(await call.service.in_thread(_delete, call))


def _list(call: Call, query: JobsQuery) -> list[Row[Any]]:
    before = None
    if query.before is not None:
        created_us, _, job_id = query.before.partition(".")
        before = int(created_us), job_id
    caller = None if "admin" in call.caller.roles else call.caller.name
    with call.service.store.read() as connection:
        return list_jobs(connection, caller=caller, before=before, limit=query.limit + 1)


def _find(call: Call) -> Row[Any]:
    """Find a job of the caller's; an admin finds everybody's."""
    job_id = call.path["job_id"]
    row = None
    if _JOB_ID.fullmatch(job_id):
        with call.service.store.read() as connection:
            row = find_job(connection, job_id)
    if row is None or (row.caller != call.caller.name and "admin" not in call.caller.roles):
        raise RequestError(404, "there must be a job of this id. There is none.")
    return row


def _find_results(call: Call) -> tuple[Path, int]:
    row = _find(call)
    if row.state in WAITING:
        raise RequestError(409, "the job must be done before its results are read. It is not.", type="job_running")
    settings = call.service.settings
    if row.state == "done" and row.expires_us > now_us():
        if row.host != host_of(settings):
            raise RequestError(404, "results must be read from the machine that took the job. This is another.")
        path = folder_of(settings, row.job_id) / RESULTS
        with suppress(FileNotFoundError):
            return path, path.stat().st_size
    raise RequestError(404, "the job must have results. They were deleted, or it was ended before it had any.")


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as results:
        while chunk := results.read(_CHUNK_BYTES):
            yield chunk


def _delete(call: Call) -> Row[Any]:
    row = _find(call)
    settings, store = call.service.settings, call.service.store
    with store.begin() as connection:
        cancel_job(connection, row.job_id)
        record_action(connection, actor=call.caller.name, action="job.delete", target=row.job_id)
    if row.state in WAITING:
        metrics.JOBS.labels("cancelled").inc()
    if row.host == host_of(settings):
        remove(folder_of(settings, row.job_id))  # elsewhere that machine's keeper does
    return _find(call)


ENDPOINTS = (
    Endpoint(
        method="POST",
        path="/v1/jobs",
        summary="Have a large set of notes judged",
        description=(
            f"As JSON up to 16 MiB, or as `{LINES}`, one note a line, up to 4 GiB and with policy, options and "
            "callback_url in the query. The notes lie in a private folder until the job ends, a day at most. With "
            "`callback_url` a signed `job.finished` is posted there. Callers take turns; at most "
            f"{MAX_WAITING_OF_CALLER} jobs of a caller wait or run (then 429), {MAX_WAITING} of all (then 503)."
        ),
        handle=submit_job,
        role="score",
        tag="jobs",
        body=JobBody,
        other_bodies=(LINES,),
        reads_body_itself=True,
        query=JobQuery,
        answer=Job,
        status=202,
        refusals=(409, 415),
        headers=KEY_HEADERS,
        answer_headers={"Location": "Path of the job.", **REPLAYED_HEADERS},
        max_body=MAX_LINES_BYTES,
    ),
    Endpoint(
        method="GET",
        path="/v1/jobs",
        summary="List jobs",
        description="The caller's own; an admin sees everybody's.",
        handle=read_jobs,
        role="score",
        tag="jobs",
        query=JobsQuery,
        answer=JobPage,
    ),
    Endpoint(
        method="GET",
        path="/v1/jobs/{job_id}",
        summary="How far a job is",
        handle=read_job,
        role="score",
        tag="jobs",
        answer=Job,
        refusals=(404,),
    ),
    Endpoint(
        method="GET",
        path="/v1/jobs/{job_id}/results",
        summary="A job's results",
        description=(
            "One JSON object for each line that is not blank, in the order of the input: `outcome` verdict or problem, "
            "`line`, `status`, and `verdict` (its evidence without text and value) or `problem`. Kept for a day."
        ),
        handle=read_job_results,
        role="score",
        tag="jobs",
        media_type=LINES,
        refusals=(404, 409),
    ),
    Endpoint(
        method="DELETE",
        path="/v1/jobs/{job_id}",
        summary="Cancel a job and delete what is kept of it",
        description="Its notes and results are deleted at once; verdicts that were given are not taken back.",
        handle=delete_job,
        role="score",
        tag="jobs",
        answer=Job,
        refusals=(404,),
    ),
)
