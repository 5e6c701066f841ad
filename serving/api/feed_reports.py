"""Questions about feeds, answered one at a time in a process of their own, with a small memory of answers."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Hashable

from data.errors import AppError
from serving.audits.file import AuditFile
from serving.audits.sample import AuditPlan
from serving.feeds.questions import Question
from serving.report_process import ReportProcess
from serving.settings import Settings

Answer = bytes | AuditPlan
MOST_WAITING = 4
_SECONDS = 20.0
_START_SECONDS = 10.0
_MOST_KEPT = 32
_KEPT_SECONDS = 300.0  # what retention deletes leaves no other trace


class ReportsBusy(AppError):
    """No time for the question now (HTTP 503)."""


class FeedReports:
    """The process is started by the first question.

    Parameters
    ----------
    settings
        Which database is asked.
    seconds
        For which one answer is waited.
    start_seconds
        For which the process's start is waited; one that takes longer goes on, and a later question finds it.
    """

    def __init__(self, settings: Settings, *, seconds: float = _SECONDS, start_seconds: float = _START_SECONDS) -> None:
        self._settings = settings
        self._seconds = seconds
        self._start_seconds = start_seconds
        self._process: ReportProcess | None = None
        self._turn = asyncio.Lock()
        self._waiting = 0
        self._kept: OrderedDict[Hashable, tuple[float, Answer]] = OrderedDict()

    async def answer(self, question: Question, audit: AuditFile | None, *, state: Hashable) -> Answer:
        """Answer a question, from memory where nothing has changed since it was asked.

        Parameters
        ----------
        audit
            Of the question's feeds.
        state
            What changes with the stored verdicts.

        Returns
        -------
        bytes or AuditPlan
            JSON, where the API answers with it.

        Raises
        ------
        ReportsBusy
            If over 4 questions wait, or the start or the answer takes too long.
        AppError
            If the question has no answer.
        """
        key = (question, audit.sha256 if audit else None, state)
        if (found := self._find(key)) is not None:
            return found
        if self._waiting > MOST_WAITING:
            raise ReportsBusy(f"at most {MOST_WAITING} questions about feeds may wait. Got one more.")
        self._waiting += 1
        try:
            async with self._turn:
                if (found := self._find(key)) is None:
                    found = await self._ask(question, audit)
        finally:
            self._waiting -= 1
        self._keep(key, found)
        return found

    @property
    def pid(self) -> int | None:
        """Number of the process; None while there is none."""
        return None if self._process is None else self._process.pid

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()

    async def _ask(self, question: Question, audit: AuditFile | None) -> Answer:
        process = self._process
        if process is None:
            self._process = process = await asyncio.to_thread(ReportProcess, self._settings)
        try:
            if not await asyncio.to_thread(process.wait_for_start, self._start_seconds):
                raise ReportsBusy("the process that answers questions about feeds must have started. It starts still.")
            return await asyncio.to_thread(process.ask, question, audit, seconds=self._seconds)
        except TimeoutError as error:
            self.close()
            raise ReportsBusy(
                f"an answer about feeds must be ready in {self._seconds:g} s; 'from' and 'to' ask for less."
            ) from error
        except (EOFError, OSError) as error:
            self.close()
            raise ReportsBusy("the process that answers questions about feeds must live. It ended early.") from error
        except asyncio.CancelledError:  # nobody waits any more, and the next question must not get this answer
            self.close()
            raise

    def _find(self, key: Hashable) -> Answer | None:
        kept = self._kept.get(key)
        if kept is None or time.monotonic() - kept[0] > _KEPT_SECONDS:
            return None
        self._kept.move_to_end(key)
        return kept[1]

    def _keep(self, key: Hashable, answer: Answer) -> None:
        self._kept[key] = (time.monotonic(), answer)
        self._kept.move_to_end(key)
        while len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)
