"""What to label next: an archive streamed once through short lists of notes that teach and a random sample."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice

import msgspec
import numpy as np
import numpy.typing as npt

from data.notes import Note
from training.judged import Judge
from training.selection_copies import N_HASHES, signature
from training.selection_list import SHARES, choose, in_turn, mixed
from training.selection_novelty import Novelty
from training.selection_reasons import disagreement, uncertainty
from training.selection_sample import RandomSample
from training.selection_shortlist import Candidate, JudgedNote, Shortlist

RANDOM = "random"
_RARE = 0.05  # a kind of evidence in more of the archive's notes than this is not rare
_LEAST_LISTED = 20
_BATCH = 256


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """How many notes to propose; `random_share` of them are drawn at random, `per_author` caps the others."""

    n: int = 200
    random_share: float = 0.25
    per_author: int = 2
    seed: int = 0

    @property
    def n_random(self) -> int:
        """How many to draw at random."""
        return round(self.n * self.random_share)


class Labelled(msgspec.Struct, frozen=True):
    """Notes that are labelled already: by id, and by wording, (n, N_HASHES)."""

    ids: frozenset[str] = frozenset()
    signatures: npt.NDArray[np.uint32] = np.zeros((0, N_HASHES), dtype=np.uint32)

    @classmethod
    def of(cls, notes: Iterable[Note]) -> "Labelled":
        """Take in labelled notes; one without text bars its id alone."""
        ids, signatures = set(), []
        for note in notes:
            ids.add(note.note_id)
            if note.title or note.body or note.comments:
                signatures.append(signature(note))
        return cls(frozenset(ids), np.array(signatures, dtype=np.uint32).reshape(-1, N_HASHES))


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the list: why this note, and what the model says of it; never its text.

    `inclusion_probability` is null unless the note was drawn at random; only such rows may enter validation.
    """

    note_id: str
    feed_id: str
    reason: str
    question: str | None
    detail: str | None
    chosen_by: str
    inclusion_probability: float | None
    model_version: str
    scores: Mapping[str, float]


class Selection(msgspec.Struct, frozen=True):
    """A list of proposals, and of how many notes it was taken: distinct ones, labelled ones aside."""

    proposals: list[Proposal]
    n_notes: int
    n_labelled: int  # rows left out because their ids are labelled

    def counts(self) -> dict[str, int]:
        """How many notes each reason chose."""
        chosen = Counter(proposal.reason for proposal in self.proposals)
        return {reason: chosen[reason] for reason in (*SHARES, RANDOM)}


def select_notes(
    notes: Iterable[Note],
    judge: Judge,
    novelty: Novelty,
    plan: Plan,
    *,
    labelled: Labelled | None = None,
    on_batch: Callable[[int], None] = lambda n_notes: None,
) -> Selection:
    """Stream an archive once and propose notes: what teaches most first, random ones evenly among them.

    Random notes are drawn from all that are not labelled by id, and are proposed as such even where they would teach.
    What the model chooses is capped by author, and is no near copy of a labelled note or of another on the list.
    """
    labelled = labelled or Labelled()
    lists, sample = _Lists(plan, judge.label_thresholds), RandomSample(plan.n_random, plan.seed)
    n_labelled, version, source = 0, "", iter(notes)
    while batch := list(islice(source, _BATCH)):
        fresh = [note for note in batch if note.note_id not in labelled.ids]
        n_labelled += len(batch) - len(fresh)
        judgements = judge.judge_many(fresh) if fresh else []
        unlike = novelty(fresh) if fresh else ()
        for note, judgement, how_unlike in zip(fresh, judgements, unlike, strict=True):
            judged, priority = JudgedNote(note, judgement.verdict, labelled.signatures), sample.priority(note.note_id)
            version = judgement.verdict.model_version
            sample.offer(priority, judged)
            lists.offer(judged, float(how_unlike), priority)
        on_batch(len(batch))
    drawn = sample.drawn()
    chosen = choose(lists.ranked(sample.n_notes), drawn, plan.n - plan.n_random, plan.per_author)
    probability = sample.inclusion_probability
    rows = [_proposal(candidate, reason, version, None) for reason, candidate in chosen]
    random_rows = [_proposal(candidate, RANDOM, version, probability) for candidate in drawn]
    return Selection(mixed(rows, random_rows), sample.n_notes, n_labelled)


class _Lists:
    """The short lists of all reasons, one for each thing that a reason is about."""

    def __init__(self, plan: Plan, thresholds: Mapping[str, float]) -> None:
        self._thresholds = thresholds
        n_chosen = plan.n - plan.n_random

        def lists(reason: str) -> dict[str, Shortlist]:
            size = max(_LEAST_LISTED, 2 * round(n_chosen * SHARES[reason]))  # twice: some will be near copies
            return defaultdict(lambda: Shortlist(size, plan.per_author))

        self._of = {reason: lists(reason) for reason in SHARES}
        self._n_with: Counter[str] = Counter()

    def offer(self, judged: JudgedNote, how_unlike: float, priority: int) -> None:
        for name, find in (("uncertain", uncertainty), ("disagreement", disagreement)):
            for question, detail, strength in find(judged.verdict, self._thresholds):
                self._of[name][f"{question} {detail}"].offer(strength, judged, question=question, detail=detail)
        for kind in {item.kind for item in judged.verdict.evidence}:
            self._n_with[kind] += 1
            self._of["rare_signal"][kind].offer(-priority, judged, detail=kind)  # any note with it, at random
        if not np.isnan(how_unlike):
            self._of["unlike_training"][""].offer(how_unlike, judged)

    def ranked(self, n_notes: int) -> dict[str, Iterator[Candidate]]:
        """Give each reason's candidates, best first, its lists in turn; the rarest kind of evidence first."""
        rare = [kind for kind, n_with in sorted(self._n_with.items(), key=_by_count) if n_with <= _RARE * n_notes]
        order = {reason: sorted(lists) for reason, lists in self._of.items()} | {"rare_signal": rare}
        return {reason: in_turn([self._of[reason][name].ranked() for name in names]) for reason, names in order.items()}


def _by_count(item: tuple[str, int]) -> tuple[int, str]:
    return item[1], item[0]


def _proposal(candidate: Candidate, reason: str, version: str, probability: float | None) -> Proposal:
    is_random = reason == RANDOM
    return Proposal(
        note_id=candidate.note_id,
        feed_id=candidate.feed_id,
        reason=reason,
        question=None if is_random else candidate.question,
        detail=None if is_random else candidate.detail,
        chosen_by="random" if is_random else "model",
        inclusion_probability=probability,
        model_version=version,
        scores=candidate.scores,
    )
