"""One job worked off: from where it was left to its end, whatever ends this process in between."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import msgspec
from sqlalchemy import Row

from data.notes import Note
from serving import metrics
from serving.api.human_decisions import HumanDecisions
from serving.api.problems import RequestError
from serving.jobs.batches import make_batches
from serving.jobs.callback import tell_end
from serving.jobs.judging import JobJudge, count
from serving.jobs.lines import read_lines
from serving.jobs.options import JobOptions
from serving.jobs.progress import Progress, read_progress, write_progress
from serving.jobs.results import Results
from serving.jobs.spool import INPUT, folder_of, remove, remove_input
from serving.journal.failures import JournalFailed
from serving.journal.record import VerdictRecord
from serving.journal.writer import JournalWriter
from serving.note_classifier import NoteClassifier
from serving.settings import Settings
from serving.store.clock import now_us
from serving.store.engine import Store, StoreUnavailable
from serving.store.jobs import end_job, find_job, report_progress, start_job
from serving.store.note_text import save_judged
from serving.webhooks.events import JobState

_TELL_SECONDS = 1.0
_PAUSE_SECONDS = 0.5
_DISK = "the disk must hold the files of a job while it runs. It did not; is it full?"
P = ParamSpec("P")
T = TypeVar("T")


class Stopped(Exception):
    """The process is to end; the job goes on in another."""


class Cancelled(Exception):
    """The job was cancelled, or has expired."""


@dataclass(frozen=True, kw_only=True)
class JobWorker:
    """What working off jobs needs.

    Attributes
    ----------
    ready
        Gives the classifier of a policy by its name.
    is_stopped
        Whether this process is to end; asked between batches.
    """

    settings: Settings
    store: Store
    journal: JournalWriter
    humans: HumanDecisions
    secret: bytes
    ready: Callable[[str | None], NoteClassifier]
    is_stopped: Callable[[], bool]

    def work_off(self, row: Row[Any]) -> None:
        """Work off one job; its folder must be held by this process.

        A verdict is in the journal before the job counts it, and what is judged a second time has the same id.

        Raises
        ------
        Stopped
            If the process is to end; nothing is lost.
        """
        folder = folder_of(self.settings, row.job_id)
        progress = Progress()
        try:
            progress = read_progress(folder)
            if not self._patiently(self._start, row.job_id):
                raise Cancelled
            if not progress.is_whole:
                self._judge_all(row, folder, progress)
            remove_input(folder)
            is_ended = self._patiently(self._end, row, progress, "done", None)
        except Cancelled:
            is_ended = False
        except (RequestError, OSError, msgspec.DecodeError) as error:  # who cancels a job takes its folder away, too
            detail = error.detail if isinstance(error, RequestError) else _DISK
            self._patiently(self._end, row, progress, "failed", detail)
            is_ended = False
        if not is_ended:
            remove(folder)

    def _judge_all(self, row: Row[Any], folder: Path, progress: Progress) -> None:
        options = msgspec.convert(row.options, JobOptions)
        judge = JobJudge(
            job_id=row.job_id,
            created_us=row.created_us,
            caller=row.caller,
            options=options,
            classifier=self.ready(options.policy),
            humans=self.humans,
            secret=self.secret,
        )
        progress.starts += 1
        write_progress(folder, progress)
        lines = read_lines(folder / INPUT, start=progress.input_bytes, number=progress.lines)
        told = time.monotonic()
        with Results(folder, size=progress.results_bytes) as results:
            for batch in make_batches(lines, progress):
                if self.is_stopped():
                    raise Stopped
                answers, records = judge.judge(batch)
                self._keep(records)
                progress.results_bytes += results.append(answers)
                progress.lines, progress.input_bytes = batch[-1].number, batch[-1].end
                progress.done += sum(answer.status == 200 for answer in answers)
                progress.failed += sum(answer.status != 200 for answer in answers)
                progress.starts = 1
                write_progress(folder, progress)
                count(answers, records)
                if time.monotonic() - told > _TELL_SECONDS:
                    self._tell(row.job_id, progress)
                    told = time.monotonic()
        progress.is_whole = True
        write_progress(folder, progress)

    def _keep(self, records: Sequence[tuple[Note, VerdictRecord]]) -> None:
        if records:
            self._patiently(self.journal.append, [record for _, record in records])
            if self.settings.store_text:
                self._patiently(self._save_texts, records)

    def _save_texts(self, records: Sequence[tuple[Note, VerdictRecord]]) -> None:
        with self.store.begin() as connection:
            save_judged(connection, records)

    def _start(self, job_id: str) -> bool:
        with self.store.begin() as connection:
            return start_job(connection, job_id)

    def _tell(self, job_id: str, progress: Progress) -> None:
        """Show how far the job is, and see what people decided; while the database is away, it goes on without."""
        try:
            with self.store.begin() as connection:
                if not report_progress(connection, job_id, done=progress.done, failed=progress.failed):
                    raise Cancelled
            self.humans.refresh(self.store)
        except StoreUnavailable:
            return

    def _end(self, row: Row[Any], progress: Progress, state: JobState, error: str | None) -> bool:
        """End the job in its row; False where it was cancelled before."""
        counts = {"done": progress.done, "failed": progress.failed}
        with self.store.begin() as connection:
            ended = end_job(connection, row.job_id, state=state, error=error, finished_us=now_us(), **counts)
            if ended is None:
                # Done already: by the try before, whose commit the database could not answer any more.
                now = find_job(connection, row.job_id)
                return now is not None and now.state == state == "done"
            tell_end(connection, ended)
        metrics.JOBS.labels(state).inc()
        return True

    def _patiently(self, act: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Try until the database, or the journal, takes it.

        Raises
        ------
        Stopped
            If the process is to end meanwhile.
        """
        while True:
            try:
                return act(*args, **kwargs)
            except (StoreUnavailable, JournalFailed):
                if self.is_stopped():
                    raise Stopped from None
                time.sleep(_PAUSE_SECONDS)
