"""Records scored in batches, in this process or in spawned ones; order kept, memory flat."""

import multiprocessing
import signal
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from data.errors import ModelError
from data.records import NoteRecord
from serving.note_classifier import NoteClassifier, load_classifier
from serving.scored_row import score_records

_BATCH_NOTES = 256
_AHEAD = 2  # batches waiting per process: enough to keep it busy, few enough for flat memory
Rows = list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class ScoringJob:
    """What every process of one run shares; `hash_key` is secret and new for each run."""

    model: Path | None
    policy: Path | None
    scored_at: datetime
    hash_key: bytes

    def load(self) -> NoteClassifier:
        """Load the classifier of this job."""
        return load_classifier(self.model, self.policy)

    def score(self, classifier: NoteClassifier, records: list[NoteRecord]) -> Rows:
        """Score one batch."""
        return score_records(classifier, records, scored_at=self.scored_at, hash_key=self.hash_key)


def score_here(
    job: ScoringJob, classifier: NoteClassifier, records: Iterable[NoteRecord]
) -> Generator[Rows, None, None]:
    """Score in this process; batches of rows in input order."""
    for batch in _batches(records):
        yield job.score(classifier, batch)


def score_in_processes(job: ScoringJob, records: Iterable[NoteRecord], *, jobs: int) -> Generator[Rows, None, None]:
    """Score in `jobs` spawned processes, each with its own classifier; batches of rows in input order.

    Raises
    ------
    ModelError
        If a process ends early, as when memory runs out.
    """
    pool = ProcessPoolExecutor(
        jobs, mp_context=multiprocessing.get_context("spawn"), initializer=_start, initargs=(job,)
    )
    waiting: deque[Future[Rows]] = deque()
    try:
        for batch in _batches(records):
            waiting.append(pool.submit(_score, batch))
            if len(waiting) > jobs * _AHEAD:  # never `Executor.map`: it reads the whole input at once
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except BrokenProcessPool as error:
        raise ModelError(f"all {jobs} processes must live to the end. One ended early; try fewer --jobs.") from error
    finally:
        pool.shutdown(cancel_futures=True)


def _batches(records: Iterable[NoteRecord]) -> Iterator[list[NoteRecord]]:
    source = iter(records)
    while batch := list(islice(source, _BATCH_NOTES)):
        yield batch


_worker: tuple[ScoringJob, NoteClassifier] | None = None  # in a spawned process: its job and classifier


def _start(job: ScoringJob) -> None:
    global _worker
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent ends the run
    _worker = job, job.load()


def _score(records: list[NoteRecord]) -> Rows:
    if _worker is None:
        raise ModelError("a scoring process must be started with its job. It was not.")
    job, classifier = _worker
    return job.score(classifier, records)
