"""Rows of the table `job`: added, found, counted up and ended."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, and_, func, or_, select, update

from serving.store.clock import DAY_US, now_us
from serving.store.tables import job
from serving.store.upsert import upsert

WAITING = ("queued", "running")
_EXPIRED = "a job must end within 24 hours. This one did not; its input is deleted."


def insert_job(connection: Connection, row: Mapping[str, Any]) -> bool:
    """Add a job; False where one of this id is there already."""
    statement = upsert(connection, job).values(**row).on_conflict_do_nothing(index_elements=["job_id"])
    return connection.execute(statement.returning(job.c.job_id)).first() is not None


def find_job(connection: Connection, job_id: str) -> Row[Any] | None:
    """Find a job by its id."""
    return connection.execute(select(job).where(job.c.job_id == job_id)).one_or_none()


def list_jobs(
    connection: Connection, *, caller: str | None, before: tuple[int, str] | None, limit: int
) -> list[Row[Any]]:
    """List jobs, newest first.

    Parameters
    ----------
    caller
        Whose; None: everybody's.
    before
        `created_us` and id of the last job seen.
    """
    query = select(job).order_by(job.c.created_us.desc(), job.c.job_id.desc()).limit(limit)
    if caller is not None:
        query = query.where(job.c.caller == caller)
    if before is not None:
        created_us, job_id = before
        is_same = and_(job.c.created_us == created_us, job.c.job_id < job_id)
        query = query.where(or_(job.c.created_us < created_us, is_same))
    return list(connection.execute(query))


def count_waiting(connection: Connection, *, limit: int, caller: str | None = None) -> int:
    """Count the jobs that wait or run, a caller's or (None) everybody's, up to `limit`."""
    waiting = select(job.c.job_id).where(job.c.state.in_(WAITING)).limit(limit)
    if caller is not None:
        waiting = waiting.where(job.c.caller == caller)
    return len(connection.execute(waiting).all())


def next_job(connection: Connection, host: str) -> Row[Any] | None:
    """Find the next job of a machine, callers in turn.

    First what was left when its process died; then the oldest job of the caller whose last job started longest ago.
    """
    query = select(job).where(job.c.host == host, job.c.state.in_(WAITING), job.c.expires_us > now_us())
    waiting = connection.execute(query).all()
    callers = {row.caller for row in waiting}
    started = select(job.c.caller, func.max(job.c.started_us))
    started = started.where(job.c.caller.in_(callers), job.c.started_us.is_not(None)).group_by(job.c.caller)
    last_us = {caller: us for caller, us in connection.execute(started)} if len(callers) > 1 else {}

    def turn(row: Row[Any]) -> tuple[bool, int, int, str]:
        return row.state == "queued", last_us.get(row.caller, 0), row.created_us, row.job_id

    return min(waiting, key=turn, default=None)


def start_job(connection: Connection, job_id: str) -> bool:
    """Mark a job as running; False where it was cancelled."""
    waiting = update(job).where(job.c.job_id == job_id, job.c.state.in_(WAITING))
    started_us = func.coalesce(job.c.started_us, now_us())
    return connection.execute(waiting.values(state="running", started_us=started_us)).rowcount == 1


def report_progress(connection: Connection, job_id: str, *, done: int, failed: int) -> bool:
    """Tell how far a running job is; False where it was cancelled or has expired."""
    running = update(job).where(job.c.job_id == job_id, job.c.state == "running")
    return connection.execute(running.values(done=done, failed=failed)).rowcount == 1


def end_job(
    connection: Connection,
    job_id: str,
    *,
    state: str,
    done: int,
    failed: int,
    finished_us: int,
    error: str | None = None,
) -> Row[Any] | None:
    """End a running job and give it as it stands then: its results are kept for a day; None where it had ended."""
    running = update(job).where(job.c.job_id == job_id, job.c.state == "running")
    values = {"state": state, "done": done, "failed": failed, "error": error}
    ended = running.values(**values, finished_us=finished_us, expires_us=finished_us + DAY_US)
    return connection.execute(ended.returning(job)).one_or_none()


def cancel_job(connection: Connection, job_id: str) -> None:
    """End a job that waits or runs as cancelled; whatever it was, its results are gone from now on."""
    now = now_us()
    waiting = update(job).where(job.c.job_id == job_id, job.c.state.in_(WAITING))
    connection.execute(waiting.values(state="cancelled", finished_us=now))
    connection.execute(update(job).where(job.c.job_id == job_id, job.c.expires_us > now).values(expires_us=now))


def expire_jobs(connection: Connection) -> list[Row[Any]]:
    """End what still waits or runs a day after it came, and give it: its input is deleted."""
    now = now_us()
    late = update(job).where(job.c.state.in_(WAITING), job.c.expires_us <= now)
    return list(connection.execute(late.values(state="failed", finished_us=now, error=_EXPIRED).returning(job)))
