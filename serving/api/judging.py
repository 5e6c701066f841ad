"""Notes that arrive together are judged together, and their verdicts written to the journal in one go."""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from data.errors import AppError
from data.notes import Note
from models.verdict import Verdict
from serving import metrics
from serving.api.evidence_limit import limit_evidence
from serving.api.human_decisions import HumanDecisions
from serving.api.problems import RequestError
from serving.api.verdict_record import make_record
from serving.content_hashes import content_hashes
from serving.journal.record import Origin, VerdictRecord
from serving.journal.writer import JournalWriter
from serving.live.models import LiveModels
from serving.note_classifier import Judgement, NoteClassifier

P = ParamSpec("P")
T = TypeVar("T")
# Of notes that are judged in one go on the event loop: more would keep it, and so `/healthz`, waiting.
_MAX_NOTES = 64
_MAX_CHARS = 2**16
_LARGE_CHARS = 2**14  # a note from here on is judged in a thread: it may take seconds, and others must not wait
_LARGE_AT_ONCE = 2  # of such works; a request's next one waits its turn, so that a batch of them keeps no other waiting
_CHARS_LIKE_A_NOTE = 2**16  # in flight, so many characters count as one note more: they fill the memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One note to judge, by whom it was brought, and whether the verdict counts."""

    note: Note
    classifier: NoteClassifier
    origin: Origin
    caller: str
    request_id: str
    idempotency_hash: str | None = None
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict and what the journal holds of it; None for a dry run."""

    verdict: Verdict
    record: VerdictRecord | None

    @property
    def verdict_id(self) -> str | None:
        """What the verdict is stored under."""
        return None if self.record is None else self.record.verdict_id


class Judging:
    """Judges in one call what one turn of the event loop brings; nothing waits for company.

    Parameters
    ----------
    limit
        Notes in work at once; more are refused.
    secret
        Of the keyed hashes.
    """

    def __init__(
        self, models: LiveModels, humans: HumanDecisions, journal: JournalWriter, *, secret: bytes, limit: int
    ) -> None:
        self._models, self._humans, self._journal = models, humans, journal
        self._secret, self._limit = secret, limit
        self._waiting: list[Work] = []
        self._large = asyncio.Semaphore(_LARGE_AT_ONCE)
        self._batch: asyncio.Task[Sequence[Judged]] | None = None
        self._waiting_chars = 0
        self._in_flight = 0

    async def judge(self, works: Sequence[Work]) -> Sequence[Judged]:
        """Judge notes, in their order; answered means written.

        Raises
        ------
        RequestError
            503 where too many notes are in work already.
        AppError
            If the journal takes nothing: none of these verdicts will be stored.
        """
        sizes = [_characters(work.note) for work in works]
        weight = len(works) + sum(sizes) // _CHARS_LIKE_A_NOTE
        if self._in_flight + weight > self._limit and self._in_flight:
            metrics.REFUSED.labels("overload").inc()
            raise RequestError(503, "too many notes are in work; come back.")
        self._in_flight += weight
        metrics.QUEUE.set(self._in_flight)
        try:
            judged: list[Judged] = []
            for group in _groups(works, sizes):
                judged += await self._judge_some(group)
            return judged
        finally:
            self._in_flight -= weight
            metrics.QUEUE.set(self._in_flight)

    async def look_at(self, note: Note, classifier: NoteClassifier) -> Judgement:
        """Judge a note in a thread; nothing is kept, counted or refused."""
        return (await self.in_turn(classifier.judge_many, [note]))[0]

    async def in_turn(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do in a thread what takes the processor for long; who asked first comes first."""
        async with self._large:
            return await asyncio.to_thread(work, *args, **kwargs)

    async def _judge_some(self, works: Sequence[Work]) -> Sequence[Judged]:
        size = sum(_characters(work.note) for work in works)
        if len(works) == 1 and size > _LARGE_CHARS:
            return self._keep(works, [await self.look_at(works[0].note, works[0].classifier)])
        is_full = len(self._waiting) + len(works) > _MAX_NOTES or self._waiting_chars + size > _MAX_CHARS
        if self._batch is None or self._batch.done() or is_full:
            self._waiting, self._waiting_chars = [], 0
            self._batch = asyncio.create_task(self._judge_batch(self._waiting, time.perf_counter()))
        batch, start = self._batch, len(self._waiting)
        self._waiting.extend(works)
        self._waiting_chars += size
        await asyncio.wait([batch])  # unlike `await batch`, a caller who hangs up cancels nobody else's
        error = batch.exception()
        if error is None:
            return batch.result()[start : start + len(works)]
        if isinstance(error, AppError):  # the journal took nothing
            raise error
        return self._keep(works, _judge_all(works))  # a note that fails never fails another's

    async def _judge_batch(self, works: list[Work], since: float) -> Sequence[Judged]:
        metrics.QUEUE_SECONDS.observe(time.perf_counter() - since)
        self._batch = None if works is self._waiting else self._batch
        judged = self._keep(works, _judge_all(works))
        metrics.BATCH_NOTES.observe(len(works))
        if self._models.shadow.has_waiting and self._in_flight <= len(works):
            asyncio.get_running_loop().call_soon(self._models.shadow.judge_waiting)
        return judged

    def _keep(self, works: Sequence[Work], judgements: Sequence[Judgement]) -> Sequence[Judged]:
        scored_us = time.time_ns() // 1000
        hashes = content_hashes([work.note for work in works], self._secret)
        judged, records = [], []
        for work, judgement, of_note in zip(works, judgements, hashes, strict=True):
            verdict = self._humans.apply(limit_evidence(judgement.verdict))
            record = None
            if not work.dry_run:
                record = make_record(
                    work.note,
                    _Decided(verdict, judgement.pa_organic),
                    of_note,
                    secret=self._secret,
                    caller=work.caller,
                    request_id=work.request_id,
                    origin=work.origin,
                    scored_us=scored_us,
                    idempotency_hash=work.idempotency_hash,
                )
                records.append(record)
            judged.append(Judged(verdict, record))
        if records:
            self._journal.append(records)
        self._count(works, judgements, judged)
        return judged

    def _count(self, works: Sequence[Work], judgements: Sequence[Judgement], judged: Sequence[Judged]) -> None:
        for work, each in zip(works, judged, strict=True):
            metrics.counter_of(metrics.NOTES, work.origin).inc()
            if each.record is not None:
                metrics.counter_of(metrics.VERDICTS, each.verdict.label, each.verdict.decision).inc()
        counted = [
            (work.note, judgement) for work, judgement in zip(works, judgements, strict=True) if not work.dry_run
        ]
        if counted:
            self._models.shadow.offer([note for note, _ in counted], [judgement for _, judgement in counted])


@dataclass(frozen=True, slots=True)
class _Decided:
    """A judgement after people had their say."""

    verdict: Verdict
    pa_organic: float


def _groups(works: Sequence[Work], sizes: Sequence[int]) -> Iterator[list[Work]]:
    """Cut works, in their order, into what is judged in one go: a large note alone, of others as many as may be."""
    group: list[Work] = []
    characters = 0
    for work, size in zip(works, sizes, strict=True):
        is_large = size > _LARGE_CHARS
        if group and (is_large or len(group) == _MAX_NOTES or characters + size > _MAX_CHARS):
            yield group
            group, characters = [], 0
        if is_large:
            yield [work]
            continue
        group.append(work)
        characters += size
    if group:
        yield group


def _judge_all(works: Sequence[Work]) -> Sequence[Judgement]:
    """Judge with the classifier that each note came for: a swap in between changes none."""
    groups: dict[int, list[int]] = {}
    for position, work in enumerate(works):
        groups.setdefault(id(work.classifier), []).append(position)
    judgements: list[Judgement | None] = [None] * len(works)
    for positions in groups.values():
        found = works[positions[0]].classifier.judge_many([works[position].note for position in positions])
        for position, judgement in zip(positions, found, strict=True):
            judgements[position] = judgement
    return [judgement for judgement in judgements if judgement is not None]


def _characters(note: Note) -> int:
    parts = len(note.tags) + len(note.image_texts) + len(note.platform.links)  # an empty one takes its time, too
    texts = len(note.title) + len(note.body) + sum(map(len, note.tags)) + sum(map(len, note.image_texts))
    return parts + texts + sum(len(comment.text) for comment in note.comments)
