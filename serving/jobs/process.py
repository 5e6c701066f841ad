"""The process that works off jobs: it loads the model once, and ends when no job waits."""

import os
import signal
from contextlib import closing, suppress

from serving.api.human_decisions import HumanDecisions
from serving.jobs.spool import folder_of, host_of, lock_folder
from serving.jobs.work import JobWorker, Stopped
from serving.journal.writer import JournalWriter
from serving.live.models import LiveModels
from serving.secret import read_secret
from serving.settings import Settings
from serving.store.engine import Store, StoreUnavailable, open_store
from serving.store.jobs import next_job

_NICENESS = 5  # answers come before jobs
_JOURNAL_SHARE = 2  # a job fills the journal to one half, and leaves the other to answers


def run_jobs(settings: Settings) -> None:
    """Work off the jobs of this machine, callers in turn, in a process of their own, which may be ended at any moment.

    Raises
    ------
    AppError
        If the model or the database is unusable; the jobs go on waiting.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the keeper ends this process
    os.nice(_NICENESS)
    store = open_store(settings)
    journal = JournalWriter(
        settings.state / "journal", sync=settings.journal_sync, max_bytes=settings.journal_bytes // _JOURNAL_SHARE
    )
    with closing(store), closing(journal):
        models = LiveModels(settings, store)
        models.load()
        models.ready()
        worker = JobWorker(
            settings=settings,
            store=store,
            journal=journal,
            humans=HumanDecisions(),
            secret=read_secret(settings),
            ready=models.ready,
            is_stopped=lambda: False,
        )
        while work_off_next(worker, store, settings):
            with suppress(StoreUnavailable):  # then the next look for a job says so
                models.refresh()  # a job begins with what is in use by then, and ends with it


def work_off_next(worker: JobWorker, store: Store, settings: Settings) -> bool:
    """Work off the next job; False where none waits, or another process has it."""
    with store.read() as connection:
        row = next_job(connection, host_of(settings))
    if row is None:
        return False
    worker.humans.refresh(store)
    lock = None
    try:
        folder = folder_of(settings, row.job_id)
        folder.mkdir(mode=0o700, exist_ok=True)  # where it is gone, the job ends as one whose input is gone
        lock = lock_folder(folder)
        if lock is None:
            return False
        worker.work_off(row)
    except Stopped:
        return False
    finally:
        if lock is not None:
            os.close(lock)
    return True
