"""A process that answers questions about feeds from the database: such numbers would hold up an event loop."""

import contextlib
import multiprocessing
import signal
from multiprocessing.connection import Connection

from data.errors import AppError
from serving.audits.file import AuditFile
from serving.audits.sample import AuditPlan
from serving.feeds.questions import Question
from serving.settings import Settings

Answer = bytes | AuditPlan | AppError  # the last: what went wrong


class ReportProcess:
    """One spawned process, started at once; it ends with its parent, however that ends.

    Parameters
    ----------
    settings
        Which database it reads, and which models it knows.
    """

    def __init__(self, settings: Settings) -> None:
        context = multiprocessing.get_context("spawn")
        self._ours, theirs = context.Pipe()
        self._process = context.Process(target=_run, args=(settings, theirs), name="huoren-report", daemon=True)
        self._process.start()
        theirs.close()  # so that an end of the process is an end of the pipe
        self._has_started = False

    def wait_for_start(self, seconds: float) -> bool:
        """Tell whether it has started and can be asked; one that takes longer goes on starting.

        Raises
        ------
        EOFError
            If the process ends.
        """
        if not self._has_started and self._ours.poll(seconds):
            self._ours.recv()
            self._has_started = True
        return self._has_started

    def ask(self, question: Question, audit: AuditFile | None, *, seconds: float) -> bytes | AuditPlan:
        """Wait for the answer: JSON of the API's, or a plan. The process must have started.

        Raises
        ------
        TimeoutError
            If it takes longer; the process is then of no more use.
        EOFError
            If the process ends.
        AppError
            If the question has no answer.
        """
        try:
            self._ours.send((question, audit))
            if not self._ours.poll(seconds):
                raise TimeoutError
            answer: Answer = self._ours.recv()
        except (BrokenPipeError, ConnectionResetError) as error:
            raise EOFError from error
        if isinstance(answer, AppError):
            raise answer
        return answer

    @property
    def pid(self) -> int | None:
        """Its number."""
        return self._process.pid

    def kill(self) -> None:
        """End it, whatever it does; a thread that waits for an answer gets an EOFError."""
        self._process.kill()
        self._process.join()


def _run(settings: Settings, pipe: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent ends this process
    from serving.store.engine import open_store
    from serving.stored_answers import StoredAnswers  # here: DuckDB loads in this process alone

    answers = StoredAnswers(settings, open_store(settings))
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):  # the parent has ended
        pipe.send(None)  # started
        while True:
            question, audit = pipe.recv()
            answer: Answer
            try:
                answer = answers.answer(question, audit)
            except AppError as error:
                answer = error
            pipe.send(answer)
