"""The shadow: a second model judges a share of the live notes as well, and only the agreement is kept.

What it does touches no answer: notes wait in a queue of bounded length, those that find no room are dropped and
counted, and a shadow that fails is switched off.
"""

import contextlib
import logging
import random
import threading
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from data.dates import SHANGHAI
from data.errors import AppError
from data.notes import Note
from models.verdict import Verdict
from serving import metrics
from serving.live.choice import ShadowChoice
from serving.live.shadow_counts import ShadowKey, add_counts
from serving.note_classifier import Judgement, NoteClassifier
from serving.store.engine import Store, StoreUnavailable

_ROOM = 256  # notes
_AT_ONCE = 8
_LONGEST = 20_000  # characters of a note: a longer one would hold up the event loop
_MOST_FAILURES = 3  # in a row
_FAILURES = (AppError, ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)
_logger = logging.getLogger("huoren.serving")


class ShadowStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How the shadow of one process does; `off_because` is "" while it judges."""

    version: str | None
    share: float
    waiting: int
    dropped: int
    failed: int
    off_because: str


class Shadow:
    """One process's shadow; without a model it takes no note."""

    def __init__(self) -> None:
        self._choice: ShadowChoice | None = None
        self._share = 0.0
        self._classifiers: Mapping[str, NoteClassifier] = {}
        self._default: NoteClassifier | None = None
        self._waiting: deque[tuple[Note, Verdict]] = deque()
        self._counts: Counter[ShadowKey] = Counter()
        self._lock = threading.Lock()  # of the counts: the event loop adds, a thread takes
        self._dropped = self._failed = self._failed_in_a_row = 0
        self._off_because = ""

    @property
    def has_waiting(self) -> bool:
        """Whether there is work for an idle moment."""
        return bool(self._waiting)

    @property
    def status(self) -> ShadowStatus:
        """How it does."""
        return ShadowStatus(
            version=None if self._choice is None else self._choice.version,
            share=self._share,
            waiting=len(self._waiting),
            dropped=self._dropped,
            failed=self._failed,
            off_because=self._off_because,
        )

    def start(self, choice: ShadowChoice, default: NoteClassifier, classifiers: Mapping[str, NoteClassifier]) -> None:
        """Judge with a model from now on.

        Parameters
        ----------
        default, classifiers
            The model with the policy "default", and by the `policy_version` of the verdicts to compare with.
        """
        if choice != self._choice:
            self._waiting.clear()
            self._dropped = self._failed = self._failed_in_a_row = 0
        self._choice, self._default, self._classifiers = choice, default, classifiers
        self._share, self._off_because = choice.share, ""

    def stop(self, choice: ShadowChoice | None = None, *, because: str = "") -> None:
        """Judge no more; `choice` is one that cannot be followed, and `because` says why."""
        self._choice, self._share, self._off_because = choice, 0.0, because
        self._waiting.clear()
        self._default, self._classifiers = None, {}

    def offer(self, notes: Sequence[Note], judgements: Sequence[Judgement]) -> None:
        """Let a share of the notes wait to be judged again; costs next to nothing."""
        if self._share <= 0:
            return
        for note, judgement in zip(notes, judgements, strict=True):
            if random.random() >= self._share:
                continue
            if len(self._waiting) >= _ROOM or _characters(note) > _LONGEST:
                self._dropped += 1
                metrics.SHADOW_DROPPED.inc()
            else:
                self._waiting.append((note, judgement.verdict))

    def judge_waiting(self) -> int:
        """Judge up to 8 of the notes that wait, and return how many; for moments without other work, on any thread."""
        default, taken = self._default, self._take()
        if default is None or not taken:
            return 0
        by_policy: dict[str, list[tuple[Note, Verdict]]] = {}
        for each in taken:
            by_policy.setdefault(each[1].policy_version, []).append(each)
        try:
            for policy_version, pairs in by_policy.items():
                classifier = self._classifiers.get(policy_version, default)
                shadows = classifier.classify_many([note for note, _ in pairs])
                self._count([verdict for _, verdict in pairs], shadows)
        except _FAILURES as error:
            self._fail(error, len(taken))
            return 0
        self._failed_in_a_row = 0
        return len(taken)

    def flush(self, store: Store) -> None:
        """Add what was counted to the database; while it is away, the counts stay here.

        Raises
        ------
        StoreUnavailable
            If the database is away.
        """
        with self._lock:
            counts, self._counts = self._counts, Counter()
        if not counts:
            return
        try:
            with store.begin() as connection:
                add_counts(connection, store.dialect, counts)
        except StoreUnavailable:
            with self._lock:
                self._counts.update(counts)
            raise

    def _take(self) -> list[tuple[Note, Verdict]]:
        taken: list[tuple[Note, Verdict]] = []
        characters = 0
        with contextlib.suppress(IndexError):  # none is left, or another thread took the last
            while len(taken) < _AT_ONCE and characters < _LONGEST:
                taken.append(self._waiting.popleft())
                characters += _characters(taken[-1][0])
        return taken

    def _count(self, verdicts: Sequence[Verdict], shadows: Sequence[Verdict]) -> None:
        day = datetime.now(SHANGHAI).date().isoformat()
        with self._lock:
            for verdict, other in zip(verdicts, shadows, strict=True):
                key = ShadowKey(
                    day,
                    verdict.model_version,
                    other.model_version,
                    str(verdict.label),
                    str(other.label),
                    verdict.decision,
                    other.decision,
                )
                self._counts[key] += 1
                metrics.SHADOW_NOTES.labels(verdict.label, _agreement(verdict, other)).inc()

    def _fail(self, error: BaseException, n_notes: int) -> None:
        self._failed += n_notes
        self._failed_in_a_row += 1
        kind = type(error).__name__  # its words may hold text of a note
        _logger.warning("the shadow model failed: %s", kind)
        if self._failed_in_a_row >= _MOST_FAILURES:
            self.stop(self._choice, because=f"it failed {_MOST_FAILURES} times in a row: {kind}")


def _agreement(verdict: Verdict, other: Verdict) -> str:
    """Say how far two verdicts agree: "same", "decision" alone, "label" alone, "none"."""
    same_label, same_decision = verdict.label == other.label, verdict.decision == other.decision
    if same_label:
        return "same" if same_decision else "label"
    return "decision" if same_decision else "none"


def _characters(note: Note) -> int:
    texts = (note.title, note.body, *note.tags, *note.image_texts, *(comment.text for comment in note.comments))
    return sum(map(len, texts))
