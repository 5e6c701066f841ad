"""A job's end is told to its callback: put into the outbox in the transaction that ends the job."""

from typing import Any

from sqlalchemy import Connection, Row

from serving.store.clock import time_of
from serving.webhooks.events import JobFinished
from serving.webhooks.outbox import enqueue


def tell_end(connection: Connection, job: Row[Any]) -> None:
    """Tell of a job that has ended, given as it stands then; one without a callback is told to nobody."""
    if job.callback_url:
        finished = JobFinished(
            job_id=job.job_id,
            state=job.state,
            total=job.total,
            done=job.done,
            failed=job.failed,
            finished_at=time_of(job.finished_us),
            results=f"/v1/jobs/{job.job_id}/results",
        )
        enqueue(connection, url=job.callback_url, body=finished)
