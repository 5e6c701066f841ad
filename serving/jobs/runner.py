"""The keeper's chore that sees to it that waiting jobs have a process: one a machine, and never the keeper's own."""

import logging
import multiprocessing
import time
from multiprocessing.context import SpawnProcess
from pathlib import Path

from serving.jobs.spool import host_of
from serving.server.child import run_child
from serving.settings import Settings
from serving.store.engine import Store
from serving.store.jobs import next_job

_logger = logging.getLogger("huoren.serving")
_LONGEST_PAUSE_SECONDS = 60.0
_LAST_SECONDS = 1.0  # of a process whose parent has died


class JobProcess:
    """The process of one state folder, started when a job waits; one that fails is not started again at once."""

    def __init__(self) -> None:
        self._process: SpawnProcess | None = None
        self._failures = 0
        self._not_before = 0.0

    def see_to(self, store: Store, settings: Settings) -> None:
        """Start the process where a job waits and none runs; returns at once."""
        if self._process is not None:
            if self._process.is_alive():
                return
            self._bury(self._process)
        if time.monotonic() < self._not_before:
            return
        with store.read() as connection:
            is_waiting = next_job(connection, host_of(settings)) is not None
        if is_waiting:
            context = multiprocessing.get_context("spawn")
            # A daemon: it ends with the keeper, and the job goes on when there is one again.
            args = (False, _LAST_SECONDS, _run_jobs, settings)
            self._process = context.Process(target=run_child, args=args, name="huoren jobs", daemon=True)
            self._process.start()

    def stop(self) -> None:
        """End the process; its job goes on when another is started."""
        if self._process is not None:
            self._process.terminate()
            self._process.join()
            self._process = None

    @property
    def pid(self) -> int | None:
        """Id of the process while it lives."""
        return self._process.pid if self._process is not None and self._process.is_alive() else None

    def _bury(self, process: SpawnProcess) -> None:
        process.join()
        if process.exitcode:
            self._failures += 1
            pause = min(2.0 ** (self._failures - 1), _LONGEST_PAUSE_SECONDS)
            self._not_before = time.monotonic() + pause
            _logger.error("the process of the jobs ended with %s; the next starts in %.0f s", process.exitcode, pause)
        else:
            self._failures = 0
        self._process = None


def _run_jobs(settings: Settings) -> None:
    from serving.jobs.process import run_jobs  # here: what judging loads is none of the keeper's

    run_jobs(settings)


_processes: dict[Path, JobProcess] = {}  # by state folder


def run_waiting_jobs(store: Store, settings: Settings) -> None:
    """See to the jobs of a state folder; a chore of the keeper that returns at once."""
    _processes.setdefault(settings.state, JobProcess()).see_to(store, settings)


def stop_jobs(settings: Settings) -> None:
    """End the process of a state folder's jobs, where one runs."""
    _processes.pop(settings.state, JobProcess()).stop()
