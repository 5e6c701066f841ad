"""A job as it is answered."""

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Row

from serving.jobs.options import JobOptions
from serving.store.clock import now_us, time_of
from serving.webhooks.events import JobState


class JobProgress(msgspec.Struct, frozen=True):
    """Notes: all of them, those judged, and those that were none; at the end `done` and `failed` add up to `total`."""

    total: int
    done: int
    failed: int


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One job; `results` is where they are while there are any, and `expires_at` when everything of it is deleted."""

    job_id: str
    state: JobState
    progress: JobProgress
    policy: str | None
    dry_run: bool
    error: str | None
    results: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    expires_at: datetime


class JobPage(msgspec.Struct, frozen=True):
    """Jobs, the newest first; `next` is the `before` of the next page, null on the last."""

    jobs: list[Job]
    next: str | None


def as_job(row: Row[Any]) -> Job:
    """Answer a row of the table `job`."""
    options = msgspec.convert(row.options, JobOptions)
    has_results = row.state == "done" and row.expires_us > now_us()
    return Job(
        job_id=row.job_id,
        state=row.state,
        progress=JobProgress(row.total, row.done, row.failed),
        policy=options.policy,
        dry_run=options.dry_run,
        error=row.error,
        results=f"/v1/jobs/{row.job_id}/results" if has_results else None,
        created_at=time_of(row.created_us),
        started_at=None if row.started_us is None else time_of(row.started_us),
        finished_at=None if row.finished_us is None else time_of(row.finished_us),
        expires_at=time_of(row.expires_us),
    )
