"""Notes that arrive together are judged together, and their verdicts written to the journal in one go."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import ParamSpec, TypeVar

import msgspec

from data.notes import Note
from models.verdict import Verdict
from serving import metrics
from serving.api.evidence_limit import limit_evidence
from serving.api.human_decisions import HumanDecisions
from serving.api.problems import RequestError
from serving.api.turns import MOST_CHARS, MOST_NOTES, Turns
from serving.api.verdict_record import make_record
from serving.content_hashes import content_hashes
from serving.journal.record import Origin, VerdictRecord
from serving.journal.writer import JournalWriter
from serving.live.models import LiveModels
from serving.note_classifier import Judgement, NoteClassifier

P = ParamSpec("P")
T = TypeVar("T")
_LARGE_CHARS = 2**14  # a note from here on is judged in a thread: it may take seconds, and others must not wait
_LARGE_AT_ONCE = 2  # of such works; a request's next one waits its turn, so that a batch of them keeps no other waiting
_CHARS_LIKE_A_NOTE = 2**16  # in flight, so many characters count as one note more: they fill the memory


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """One note to judge, by whom it was brought, and whether the verdict counts."""

    note: Note
    classifier: NoteClassifier
    origin: Origin
    caller: str
    request_id: str
    idempotency_hash: str | None = None
    dry_run: bool = False


class Judged(msgspec.Struct, frozen=True):
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
        self._turns: Turns[Work, Judged] = Turns(self._judge_waiting)
        self._large = asyncio.Semaphore(_LARGE_AT_ONCE)
        self._in_flight = 0

    async def judge(self, works: Sequence[Work], on_kept: Callable[[Sequence[Judged]], None]) -> Sequence[Judged]:
        """Judge notes, in their order; answered means written.

        Parameters
        ----------
        on_kept
            Called with each part that was written; a later one may fail.

        Raises
        ------
        RequestError
            503 where too many notes are in work already.
        AppError
            If the journal takes no more: of these verdicts only those told to `on_kept` will be stored.
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
            for group, characters in _groups(works, sizes):
                kept = await self._judge_some(group, characters)
                on_kept(kept)
                judged += kept
            return judged
        finally:
            self._in_flight -= weight
            if not self._in_flight:  # else the next to come tells it
                metrics.QUEUE.set(0)

    async def look_at(self, note: Note, classifier: NoteClassifier) -> Judgement:
        """Judge a note in a thread; nothing is kept, counted or refused."""
        return (await self.in_turn(classifier.judge_many, [note]))[0]

    async def in_turn(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do in a thread what takes the processor for long; who asked first comes first."""
        async with self._large:
            return await asyncio.to_thread(work, *args, **kwargs)

    async def _judge_some(self, works: Sequence[Work], characters: int) -> Sequence[Judged]:
        if len(works) == 1 and characters > _LARGE_CHARS:
            return self._keep(works, [await self.look_at(works[0].note, works[0].classifier)])
        judged = await self._turns.judge(works, characters)
        return judged if judged is not None else self._keep(works, _judge_all(works))

    def _judge_waiting(self, works: Sequence[Work]) -> Sequence[Judged]:
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
        # Not before the answers: what went wrong from here on would have the notes judged and written again.
        asyncio.get_running_loop().call_soon(self._count, works, judgements, judged)
        return judged

    def _count(self, works: Sequence[Work], judgements: Sequence[Judgement], judged: Sequence[Judged]) -> None:
        for origin, count in Counter([work.origin for work in works]).items():
            metrics.counter_of(metrics.NOTES, origin).inc(count)
        stored = [(each.verdict.label, each.verdict.decision) for each in judged if each.record is not None]
        for labels, count in Counter(stored).items():
            metrics.counter_of(metrics.VERDICTS, *labels).inc(count)
        counted = [
            (work.note, judgement) for work, judgement in zip(works, judgements, strict=True) if not work.dry_run
        ]
        if counted:
            self._models.shadow.offer([note for note, _ in counted], [judgement for _, judgement in counted])


class _Decided(msgspec.Struct, frozen=True):
    """A judgement after people had their say."""

    verdict: Verdict
    pa_organic: float


def _groups(works: Sequence[Work], sizes: Sequence[int]) -> Iterator[tuple[list[Work], int]]:
    """Cut works, in their order, into what is judged in one go: a large note alone, of others as many as may be.

    Each comes with its characters.
    """
    group: list[Work] = []
    characters = 0
    for work, size in zip(works, sizes, strict=True):
        is_large = size > _LARGE_CHARS
        if group and (is_large or len(group) == MOST_NOTES or characters + size > MOST_CHARS):
            yield group, characters
            group, characters = [], 0
        if is_large:
            yield [work], size
            continue
        group.append(work)
        characters += size
    if group:
        yield group, characters


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
