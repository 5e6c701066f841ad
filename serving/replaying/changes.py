"""Counts of what a replay changed, and the shape of its JSON."""

from collections import Counter, defaultdict
from collections.abc import Iterable

import msgspec

from data.labels import LABELS, Label
from serving.replaying.judged import Judged

_DECISIONS = ("pass", "review", "block")
Matrix = dict[str, dict[str, int]]  # before -> after -> notes


class Side(msgspec.Struct, frozen=True):
    """Who judged."""

    model_versions: list[str]
    policy_versions: list[str]


class FeedChanges(msgspec.Struct, frozen=True, kw_only=True):
    """One feed; `organic_*` count the notes whose author's own content is organic, uncorrected."""

    feed: str
    notes: int
    labels_changed: int
    decisions_changed: int
    organic_before: int
    organic_after: int


class Replay(msgspec.Struct, frozen=True, kw_only=True):
    """Verdicts on the same notes, before and after; a note in several feeds counts in each.

    `only_before` verdicts have no note in the replay, `only_after` notes no verdict before: neither is in the matrices.
    """

    schema_version: int = 1
    before: Side
    after: Side
    notes: int
    changed: int  # by label or decision
    labels_changed: int
    decisions_changed: int
    only_before: int
    only_after: int
    rejected: int
    labels: Matrix
    decisions: Matrix
    feeds: list[FeedChanges]


class Change(msgspec.Struct, frozen=True):
    """One note whose label or decision changed: its id, never what it says."""

    note_id: str
    feed: str
    label_before: str
    label_after: str
    author_label_before: str
    author_label_after: str
    decision_before: str
    decision_after: str


class ChangeCounter:
    """Counts verdicts before and after as they come; memory grows with the number of feeds alone."""

    def __init__(self) -> None:
        self._labels: Counter[tuple[str, str]] = Counter()
        self._decisions: Counter[tuple[str, str]] = Counter()
        self._feeds: dict[str, Counter[str]] = defaultdict(Counter)
        self._judges: dict[str, set[str]] = defaultdict(set)
        self._changed = self._only_after = 0

    def add(self, before: Judged | None, after: Judged) -> Change | None:
        """Count one note, and say what changed of it, if anything did."""
        self._note_judge("after", after)
        if before is None:
            self._only_after += 1
            return None
        self._note_judge("before", before)
        self._labels[before.label, after.label] += 1
        self._decisions[before.decision, after.decision] += 1
        feed = self._feeds[after.feed]
        feed["notes"] += 1
        feed["labels_changed"] += before.label != after.label
        feed["decisions_changed"] += before.decision != after.decision
        feed["organic_before"] += before.author_label == Label.ORGANIC
        feed["organic_after"] += after.author_label == Label.ORGANIC
        if (before.label, before.decision) == (after.label, after.decision):
            return None
        self._changed += 1
        return Change(
            after.note_id,
            after.feed,
            before.label,
            after.label,
            before.author_label,
            after.author_label,
            before.decision,
            after.decision,
        )

    def sum_up(self, *, only_before: int, rejected: int) -> Replay:
        """Give all counts."""
        return Replay(
            before=self._side("before"),
            after=self._side("after"),
            notes=self._labels.total(),
            changed=self._changed,
            labels_changed=sum(n for (old, new), n in self._labels.items() if old != new),
            decisions_changed=sum(n for (old, new), n in self._decisions.items() if old != new),
            only_before=only_before,
            only_after=self._only_after,
            rejected=rejected,
            labels=_matrix(self._labels, [label.value for label in LABELS]),
            decisions=_matrix(self._decisions, _DECISIONS),
            feeds=[_feed(name, counts) for name, counts in sorted(self._feeds.items())],
        )

    def _note_judge(self, side: str, judged: Judged) -> None:
        self._judges[f"{side} model"].add(judged.model_version)
        self._judges[f"{side} policy"].add(judged.policy_version)

    def _side(self, side: str) -> Side:
        return Side(sorted(self._judges[f"{side} model"]), sorted(self._judges[f"{side} policy"]))


def _matrix(counts: Counter[tuple[str, str]], names: Iterable[str]) -> Matrix:
    ordered = list(dict.fromkeys([*names, *sorted({name for pair in counts for name in pair})]))
    return {old: {new: counts[old, new] for new in ordered} for old in ordered}


def _feed(name: str, counts: Counter[str]) -> FeedChanges:
    return FeedChanges(
        feed=name,
        notes=counts["notes"],
        labels_changed=counts["labels_changed"],
        decisions_changed=counts["decisions_changed"],
        organic_before=counts["organic_before"],
        organic_after=counts["organic_after"],
    )
