"""The blocking client."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar

import httpx2

from data.notes import Comment
from serving.client import calls
from serving.client.answers import (
    BatchAnswer,
    CommentsAnswer,
    FeedbackAnswer,
    FeedList,
    Health,
    Job,
    JobLine,
    LabelsAnswer,
    ModelsAnswer,
    Ready,
    VerdictAnswer,
)
from serving.client.calls import ApiCall, NoteInput
from serving.client.inputs import FeedbackItem, Options
from serving.client.lines import LineReader
from serving.client.retries import Attempts, Retries
from serving.client.transport import (
    Outcome,
    check_address,
    check_answer,
    make_headers,
    read_answer,
    request_of,
    wait_before_next,
)

if TYPE_CHECKING:
    from serving.feeds.report_shape import Report

T = TypeVar("T")
Weight = Literal["count", "exposure", "likes"]
Period = Literal["day", "week", "month", "all"]


class Client:
    """Calls the service; one may be shared by threads.

    Every request that changes something names itself by an Idempotency-Key, its own or a given one, so that one sent
    again after a lost answer is answered as before and counted once.

    Parameters
    ----------
    base_url
        Such as "https://moderation.example".
    key
        API key; it stands in no error and in no `repr`.
    timeout
        Seconds for one try to connect, to send, and to be answered.
    retries
        How often, and how long in all, a call is tried.
    transport
        Another way to the service, as httpx2 knows them.

    Raises
    ------
    ApiError
        From every call: the service refused, as the subclasses say.
    UnreachableError
        From every call: no answer came.
    ConfigError
        If the address or the key cannot be one.
    """

    def __init__(
        self,
        base_url: str,
        key: str | None = None,
        *,
        timeout: float = 10.0,
        retries: Retries | None = None,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        self._address = check_address(base_url)
        self._timeout = timeout
        self._retries = retries or Retries()
        self._http = httpx2.Client(base_url=self._address, headers=make_headers(key), transport=transport)

    def __repr__(self) -> str:
        return f"Client({self._address!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def classify(
        self,
        note: NoteInput,
        *,
        policy: str | None = None,
        options: Options | None = None,
        idempotency_key: str | None = None,
    ) -> VerdictAnswer:
        """Judge one note: a `data.notes.Note`, or a mapping with its keys."""
        return self._send(calls.classify(note, policy, options, idempotency_key))

    def classify_batch(
        self,
        notes: Sequence[NoteInput],
        *,
        policy: str | None = None,
        options: Options | None = None,
        idempotency_key: str | None = None,
    ) -> BatchAnswer:
        """Judge up to 100 notes; an unusable one fails alone."""
        return self._send(calls.classify_batch(notes, policy, options, idempotency_key))

    def comments(
        self,
        note_id: str,
        comments: Sequence[Comment | Mapping[str, Any]],
        *,
        note: NoteInput | None = None,
        policy: str | None = None,
        options: Options | None = None,
        idempotency_key: str | None = None,
    ) -> CommentsAnswer:
        """Judge a note anew with comments that came after it.

        `note` is the note again with its earlier comments, needed unless the service stores text (`ConflictError`).
        """
        return self._send(calls.comments(note_id, comments, note, policy, options, idempotency_key))

    def feedback(
        self, items: Sequence[FeedbackItem | Mapping[str, Any]], *, idempotency_key: str | None = None
    ) -> FeedbackAnswer:
        """Say that verdicts are wrong, or how appeals ended; up to 100 items."""
        return self._send(calls.feedback(items, idempotency_key))

    def withdraw_feedback(self, feedback_id: str) -> None:
        """Withdraw one item."""
        self._send(calls.withdraw_feedback(feedback_id))

    def create_job(
        self,
        notes: Iterable[NoteInput],
        *,
        policy: str | None = None,
        options: Options | None = None,
        callback_url: str | None = None,
        idempotency_key: str | None = None,
    ) -> Job:
        """Have a large set of notes judged later."""
        return self._send(calls.create_job(notes, policy, options, callback_url, idempotency_key))

    def job(self, job_id: str) -> Job:
        """Say how far a job is."""
        return self._send(calls.job(job_id))

    def wait_for_job(self, job_id: str, *, every: float = 1.0, timeout: float | None = None) -> Job:
        """Wait until a job is over: done, failed or cancelled.

        Raises
        ------
        TimeoutError
            If it is not over after `timeout` seconds; it goes on.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            job = self.job(job_id)
            if job.is_over:
                return job
            if deadline is not None and time.monotonic() + every > deadline:
                raise TimeoutError(f"the job must be over within {timeout} s. It is {job.state}.")
            time.sleep(every)

    def job_results(self, job_id: str) -> Iterator[JobLine]:
        """Read the results of a job that is done, in the order of its notes."""
        call, reader = calls.job_results(job_id), LineReader()
        response = self._try(call, stream=True)
        try:
            for chunk in check_answer(response).iter_bytes():
                for line in reader.feed(chunk):
                    yield line
            for line in reader.finish():
                yield line
        except httpx2.RequestError as error:
            check_answer(error)
        finally:
            if isinstance(response, httpx2.Response):
                response.close()

    def cancel_job(self, job_id: str) -> Job:
        """Cancel a job and delete what is kept of it."""
        return self._send(calls.cancel_job(job_id))

    def feeds(self, *, after: str = "", limit: int = 100) -> FeedList:
        """List feeds with their counts; `after` is the `next` of the page before."""
        return self._send(calls.feeds(after, limit))

    def authenticity(
        self,
        feed_id: str | None = None,
        *,
        first: str | None = None,
        last: str | None = None,
        period: Period = "month",
        weight: Weight = "count",
        level: float = 0.95,
    ) -> "Report":
        """Report how much of a feed (None: of all feeds) is real sharing, from day `first` to day `last`."""
        asked = {"from": first, "to": last, "period": period, "weight": weight, "level": level}
        return self._send(calls.authenticity(feed_id, asked))

    def models(self) -> ModelsAnswer:
        """List the models, and say which one answers."""
        return self._send(calls.models())

    def labels(self) -> LabelsAnswer:
        """List labels and kinds of evidence with their names."""
        return self._send(calls.labels())

    def health(self) -> Health:
        """Ask whether the service answers at all."""
        return self._send(calls.health())

    def ready(self) -> Ready:
        """Ask what judges notes now; `UnavailableError` while nothing does."""
        return self._send(calls.ready())

    def _send(self, call: ApiCall[T]) -> T:
        return read_answer(call, self._try(call))

    def _try(self, call: ApiCall[Any], *, stream: bool = False) -> Outcome:
        """Send until an outcome stands."""
        attempts = Attempts(call, self._retries)
        while True:
            request = request_of(self._http, call, min(self._timeout, attempts.seconds_left))
            outcome: Outcome
            try:
                outcome = self._http.send(request, stream=stream)
                if stream and not outcome.is_success:
                    outcome.read()
            except httpx2.RequestError as error:
                outcome = error
            wait = wait_before_next(attempts, outcome)
            if wait is None:
                return outcome
            if stream and isinstance(outcome, httpx2.Response):
                outcome.close()
            time.sleep(wait)
