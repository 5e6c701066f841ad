"""A bounded list of the best candidates of one kind, without near copies and with few notes of one author."""

from collections.abc import Mapping
from functools import cached_property

import msgspec
import numpy as np
import numpy.typing as npt

from data.notes import Note
from models.verdict import Verdict
from training.selection_copies import N_HASHES, Signature, near_copies, signature


class Candidate(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """A note that may be proposed, without its text."""

    note_id: str
    feed_id: str
    author_id: str | None
    scores: Mapping[str, float]  # P(yes) per question
    signature: Signature
    question: str | None = None  # what a reason is about: see `training.selection_reasons`
    detail: str | None = None


class JudgedNote:
    """A note with its verdict while it passes; it is signed only where some list wants it."""

    def __init__(self, note: Note, verdict: Verdict, labelled: npt.NDArray[np.uint32]) -> None:
        self.note = note
        self.verdict = verdict
        self._labelled = labelled

    @cached_property
    def candidate(self) -> Candidate:
        """What is kept of it."""
        note = self.note
        return Candidate(
            note_id=note.note_id,
            feed_id=note.feed,
            author_id=note.author_id,
            scores={question: round(float(p), 4) for question, p in self.verdict.questions.items()},
            signature=signature(note),
        )

    @cached_property
    def is_labelled_already(self) -> bool:
        """Whether its wording is that of a labelled note."""
        return bool(len(near_copies(self.candidate.signature, self._labelled)))


class Shortlist:
    """The `size` highest offers; of near copies the highest, of one author the `per_author` highest.

    What an offer pushes out does not come back when that offer is pushed out later: the price of flat memory.
    """

    def __init__(self, size: int, per_author: int) -> None:
        self._size = size
        self._per_author = per_author
        self._kept: list[Candidate] = []
        self._scores: list[float] = []
        self._signatures = np.zeros((size, N_HASHES), dtype=np.uint32)
        self._lowest = -np.inf  # that an offer must exceed

    def offer(
        self, score: float, judged: JudgedNote, *, question: str | None = None, detail: str | None = None
    ) -> None:
        """Take a note in, if it is good enough; `question` and `detail` say what the list's reason is about."""
        if score <= self._lowest or judged.is_labelled_already:
            return
        candidate = judged.candidate
        rivals = set(near_copies(candidate.signature, self._signatures[: len(self._kept)]).tolist())
        rivals |= {place for place, kept in enumerate(self._kept) if kept.note_id == candidate.note_id}
        if any(self._scores[place] >= score for place in rivals):
            return
        same = [
            place
            for place, kept in enumerate(self._kept)
            if place not in rivals and kept.author_id is not None and kept.author_id == candidate.author_id
        ]
        if len(same) >= self._per_author:
            worst = min(same, key=self._scores.__getitem__)
            if self._scores[worst] >= score:
                return
            rivals.add(worst)
        if not rivals and len(self._kept) == self._size:
            rivals.add(min(range(self._size), key=self._scores.__getitem__))
        for place in sorted(rivals, reverse=True):
            self._remove(place)
        self._signatures[len(self._kept)] = candidate.signature
        self._kept.append(msgspec.structs.replace(candidate, question=question, detail=detail))
        self._scores.append(score)
        self._lowest = min(self._scores) if len(self._kept) == self._size else -np.inf

    def ranked(self) -> list[Candidate]:
        """Give what is kept, highest first."""
        order = sorted(range(len(self._kept)), key=lambda place: (-self._scores[place], self._kept[place].note_id))
        return [self._kept[place] for place in order]

    def _remove(self, place: int) -> None:
        last = len(self._kept) - 1
        self._signatures[place] = self._signatures[last]
        self._kept[place], self._scores[place] = self._kept[last], self._scores[last]
        self._kept.pop()
        self._scores.pop()
