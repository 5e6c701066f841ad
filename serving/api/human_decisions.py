"""What people decided of notes, held in memory: a new verdict on such a note takes the person's decision."""

from collections import OrderedDict
from collections.abc import Iterable
from typing import NamedTuple, cast

import msgspec

from models.evidence import Evidence
from models.verdict import Decision, Verdict
from serving.store.engine import Store
from serving.store.feedback import changed_decisions, newest_change, standing_decisions

MAX_NOTES = 200_000
_OVERLAP_US = 30_000_000  # a change may be committed this much later than it is dated
_CHECKED_AT_ONCE = 100


class HumanDecision(NamedTuple):
    """One person's word on a note; `reason` is a code."""

    decision: Decision
    reason: str | None


class HumanDecisions:
    """Decisions of the 200,000 notes decided on last (older ones no longer hold for new verdicts).

    `refresh` reads what changed, and looks again at 100 of the notes held: what was erased is forgotten in turn.
    """

    def __init__(self, *, max_notes: int = MAX_NOTES) -> None:
        self._max_notes = max_notes
        self._by_note: OrderedDict[str, HumanDecision] = OrderedDict()  # the one decided on last stands last
        self._seen: dict[str, int] = {}  # feedback_id -> changed_us, of the overlap
        self._newest_us: int | None = None
        self._to_check: list[str] = []

    def apply(self, verdict: Verdict) -> Verdict:
        """Give the verdict with the person's decision and the evidence that says so; the same one without any."""
        human = self._by_note.get(verdict.note_id)
        if human is None:
            return verdict
        said = Evidence(
            field="note",
            start=0,
            end=0,
            text="",
            kind="human",
            value=human.reason,
            detector="human",
            hit_source="human",
        )
        return msgspec.structs.replace(verdict, decision=human.decision, evidence=(*verdict.evidence, said))

    def refresh(self, store: Store) -> None:
        """Read what people decided or withdrew since the last time; blocks.

        Raises
        ------
        StoreUnavailable
            If the database is away; what was read before stays in force.
        """
        with store.read() as connection:
            newest_us = newest_change(connection) if self._newest_us is None else self._newest_us
            changes = changed_decisions(connection, since_us=newest_us - _OVERLAP_US)
            if self._newest_us is None:
                self._put(standing_decisions(connection, limit=self._max_notes))
            else:
                notes = {note_id for feedback_id, note_id, us in changes if self._seen.get(feedback_id) != us}
                notes.update(self._next_to_check())
                self._put(standing_decisions(connection, note_ids=list(notes)), instead_of=notes)
        self._newest_us = max([newest_us, *(us for _, _, us in changes)])
        self._seen = {feedback_id: us for feedback_id, _, us in changes}

    def _put(self, rows: list[tuple[str, str, str | None]], *, instead_of: Iterable[str] = ()) -> None:
        """Take over what stands; each note changes at once, for `apply` may run in another thread."""
        standing = {note_id: HumanDecision(cast(Decision, decision), reason) for note_id, decision, reason in rows}
        for note_id in instead_of:
            if note_id not in standing:
                self._by_note.pop(note_id, None)
        for note_id, human in standing.items():
            if self._by_note.get(note_id) != human:
                self._by_note[note_id] = human
                self._by_note.move_to_end(note_id)
        while len(self._by_note) > self._max_notes:
            self._by_note.popitem(last=False)

    def _next_to_check(self) -> list[str]:
        if not self._to_check:
            self._to_check = list(self._by_note)
        checked, self._to_check = self._to_check[-_CHECKED_AT_ONCE:], self._to_check[:-_CHECKED_AT_ONCE]
        return checked
