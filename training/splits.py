"""Splits: which fold holds a note out, and which notes then may train."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time

import msgspec
import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.model_selection import GroupKFold

from data.dates import SHANGHAI
from data.errors import DataError
from training.config import FitConfig
from training.gold import LabeledNote
from training.near_duplicates import joined

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
_NOWHERE = -1


class Split(msgspec.Struct, frozen=True):
    """Folds of notes, and what ties notes together.

    Attributes
    ----------
    folds
        (n_notes,) the fold that holds each note out, from 0 up; -1: none does.
    groups, clusters
        (n_notes,) notes of one number, in either, never straddle: none trains where another is held out.
    measured
        (n_notes,) notes that never train.
    """

    folds: Ints
    groups: Ints
    clusters: Ints
    measured: Bools

    @property
    def n_folds(self) -> int:
        """Number of folds."""
        return int(self.folds.max(initial=_NOWHERE)) + 1

    @property
    def rows(self) -> Ints:
        """Rows that any fold holds out, in order."""
        return np.flatnonzero(self.folds >= 0)

    def held_out(self, fold: int) -> Ints:
        """Give the rows that a fold holds out, in order."""
        return np.flatnonzero(self.folds == fold)

    def training(self, fold: int) -> Bools:
        """Tell the notes that train where `fold` is held out: (n_notes,)."""
        rows = self.folds == fold
        tied = np.isin(self.groups, self.groups[rows]) | np.isin(self.clusters, self.clusters[rows])
        return ~self.measured & ~tied


def never_trains(notes: Sequence[LabeledNote], measured: Bools, clusters: Ints) -> Bools:
    """Tell the measured notes, what is of their sources and what nearly repeats them: (n_notes,)."""
    sources = _numbers([item.source for item in notes])
    return np.isin(sources, sources[measured]) | np.isin(clusters, clusters[measured])


def split_notes(
    notes: Sequence[LabeledNote], held_out: Bools, measured: Bools, clusters: Ints, config: FitConfig
) -> Split:
    """Split as the recipe says.

    Parameters
    ----------
    held_out
        (n_notes,) what may be held out; all others train in every fold that they are not tied to.
    measured
        (n_notes,) notes that never train, as they will not in the final fit either; those held out are one fold.
    clusters
        (n_notes,) one number for near-duplicates.

    Raises
    ------
    DataError
        If there are not enough notes, `measured` aside, on either side.
    """
    if config.held_out_since is not None:
        return by_time(notes, held_out, measured, clusters, since=config.held_out_since)
    by = {"source": by_source, "author": by_author}[config.split]
    return by(notes, held_out, measured, clusters, n_folds=config.n_folds)


def by_source(notes: Sequence[LabeledNote], held_out: Bools, measured: Bools, clusters: Ints, *, n_folds: int) -> Split:
    """Hold groups of sources out in turn."""
    groups = _numbers([item.source for item in notes])
    return _grouped(groups, held_out, measured, clusters, n_folds, "sources")


def by_author(notes: Sequence[LabeledNote], held_out: Bools, measured: Bools, clusters: Ints, *, n_folds: int) -> Split:
    """Hold groups of authors out in turn; authors of near-duplicates are one, a note without author is its own."""
    authors = _numbers(
        [f"author {item.note.author_id}" if item.note.author_id else str(at) for at, item in enumerate(notes)]
    )
    n_notes = len(notes)
    to_author, to_cluster = authors + n_notes, clusters + n_notes + authors.max(initial=0) + 1
    rows, columns = np.tile(np.arange(n_notes), 2), np.r_[to_author, to_cluster]
    size = int(columns.max(initial=0)) + 1
    graph = sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(size, size))
    return _grouped(joined(graph)[:n_notes], held_out, measured, clusters, n_folds, "authors")


def by_time(notes: Sequence[LabeledNote], held_out: Bools, measured: Bools, clusters: Ints, *, since: date) -> Split:
    """Hold out, in one fold, what was published on `since` (a day in Asia/Shanghai) or later.

    Nothing as late trains in it; an undated note is never held out, and trains.
    """
    start = datetime.combine(since, time(), tzinfo=SHANGHAI).astimezone(UTC)
    late = np.array([(at := item.note.published_at) is not None and at >= start for item in notes], dtype=np.bool_)
    if not (turning := late & held_out & ~measured).any() or not (~late & held_out & ~measured).any():
        raise DataError(
            f"a split by time needs notes with answers before {since} and from then on. Got {int(turning.sum())} from "
            f"then on, {int((~late & held_out & ~measured).sum())} before or undated."
        )
    return Split(np.where(late & held_out, 0, _NOWHERE), late.astype(np.int64), clusters, measured)


def _grouped(groups: Ints, held_out: Bools, measured: Bools, clusters: Ints, n_folds: int, named: str) -> Split:
    folds = np.full(len(groups), _NOWHERE, dtype=np.int64)
    turning = np.flatnonzero(held_out & ~measured)
    n_groups = len(set(groups[turning].tolist()))
    if n_groups < 2:
        raise DataError(f"cross-fitting needs gold notes of at least two {named}. Got {n_groups}.")
    for fold, (_, test) in enumerate(GroupKFold(min(n_folds, n_groups)).split(turning, groups=groups[turning])):
        folds[turning[test]] = fold
    if (apart := held_out & measured).any():
        folds[apart] = folds.max() + 1
    return Split(folds, groups, clusters, measured)


def _numbers(names: Sequence[str]) -> Ints:
    """Give each name its number among all, in their order: (n_names,)."""
    numbers: Ints = np.unique(np.array(names, dtype=np.str_), return_inverse=True)[1].astype(np.int64)
    return numbers
