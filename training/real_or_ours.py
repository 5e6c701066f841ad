"""How well a classifier tells the notes that we wrote from real ones: an AUC near .5 is what good imitation looks like.

Characters and pairs of characters of title and body, TF-IDF, logistic regression. Real notes weigh as much as makes
their labels as frequent as ours, so that it is not the labels that tell them apart; a label with few real notes, which
stand in a source or two, cannot be weighed so and is left out. It is judged on topics of ours and sources of real notes
that it never saw. Real notes told from real notes the same way give the figure its measure.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from data.errors import DataError
from data.labels import Label
from training import metrics
from training.bootstrap import FloatArray, Statistic, bootstrap_weights, estimate, point
from training.gold import LabeledNote
from training.near_duplicates import Ints, near_duplicate_clusters, note_text
from training.splits import by_author

GOAL = 0.85
FEWEST_REAL = 50  # notes of a label
FOLDS = 5
SEEDS = (0, 1, 2)
HALVES = 5  # draws of half the real sources
SMALLEST_SOURCE = 60  # labelled notes of a real source that is told from the others alone
FEWEST_AUTHORS = 20  # of such a source
_BUCKETS = 2**19
_RAREST = 3  # notes that a pair of characters must stand in
_STRENGTH = 4.0
Strings = npt.NDArray[np.str_]
Bools = npt.NDArray[np.bool_]


class Side(msgspec.Struct, frozen=True):
    """Notes to tell from others; what a split must not tear apart has one number in `groups`."""

    counts: sparse.csr_matrix  # (n_notes, n_buckets) characters and pairs of characters
    labels: Strings  # (n_notes,)
    groups: Ints  # (n_notes,)

    def __len__(self) -> int:
        """Count notes."""
        return len(self.labels)

    def take(self, mask: Bools) -> "Side":
        """Keep the notes of a mask."""
        return Side(self.counts[mask], self.labels[mask], self.groups[mask])


def side_of(rows: Sequence[LabeledNote], groups: Ints) -> Side:
    """Count the characters of notes whose label is known."""
    kept = [at for at, row in enumerate(rows) if row.label is not None]
    hashing = HashingVectorizer(
        analyzer="char", ngram_range=(1, 2), n_features=_BUCKETS, alternate_sign=False, norm=None, dtype=np.float32
    )
    counts = hashing.transform([note_text(rows[at].note) for at in kept])
    return Side(counts, np.array([str(rows[at].label) for at in kept], dtype=np.str_), groups[kept])


def real_side(rows: Sequence[LabeledNote]) -> Side:
    """Count the characters of real notes, of which a split holds whole sources out."""
    return side_of(rows, _numbers([row.source for row in rows]))


def told_apart(
    ours: Side, real: Side, *, seeds: Sequence[int] = SEEDS, folds: int = FOLDS, interval: bool = True
) -> dict[str, Any]:
    """Measure how well `ours` is told from `real`: 0.5 is chance, 1.0 is always.

    Parameters
    ----------
    seeds
        Each draws folds of its own; AUCs are averaged over them.
    interval
        Whether to bootstrap groups: the interval speaks of other topics of ours and other real sources.

    Returns
    -------
    dict
        `ours` and `real` (notes taken), `auc` (`value` and, if asked for, an interval) and the same three in
        `per_label` {label: ...}, whose scores are those of the one classifier. Labels with fewer than `FEWEST_REAL`
        real notes are not among them.

    Raises
    ------
    DataError
        If no label of ours has real notes enough, or a side has fewer groups than folds.
    """
    named, n_real = np.unique(real.labels, return_counts=True)
    enough = named[n_real >= FEWEST_REAL]
    shared = np.intersect1d(enough, ours.labels)
    ours, real = (side.take(np.isin(side.labels, shared)) for side in (ours, real))
    if not len(ours):
        raise DataError(f"a label of ours must have at least {FEWEST_REAL} real notes. Got none that has.")
    for name, side in (("ours", ours), ("real", real)):
        if (n_groups := len(np.unique(side.groups))) < folds:
            raise DataError(f"{name} must hold at least {folds} groups of notes, one a fold. Got {n_groups}.")
    is_ours = np.arange(len(ours) + len(real)) < len(ours)
    labels = np.concatenate([ours.labels, real.labels])
    groups = np.concatenate([ours.groups, real.groups + ours.groups.max() + 1])
    weights = _label_weights(labels, is_ours)
    counts = sparse.vstack([ours.counts, real.counts], format="csr")
    counts = counts[:, _in_use(counts)]
    scores = [_scores(counts, is_ours, labels, _folds(is_ours, groups, seed=seed, folds=folds)) for seed in seeds]
    names, of_group = np.unique(groups, return_inverse=True)
    drawn = bootstrap_weights(["ours" if name <= ours.groups.max() else "real" for name in names.tolist()])[:, of_group]

    def figures(mask: Bools) -> dict[str, Any]:
        statistic = _mean_auc([each[mask] for each in scores], is_ours[mask], weights[mask])
        head = {"ours": int((mask & is_ours).sum()), "real": int((mask & ~is_ours).sum())}
        if not interval:
            return head | {"auc": {"value": point(statistic, int(mask.sum()))}}
        figure = estimate(statistic, drawn[:, mask])
        return head | {"auc": None if figure is None else asdict(figure)}

    whole = figures(np.ones(len(labels), dtype=np.bool_))
    return whole | {"per_label": {label: figures(labels == label) for label in np.unique(labels).tolist()}}


def disclosed_ads_apart(ours: Side, real: Side, *, seeds: Sequence[int] = SEEDS) -> dict[str, Any] | None:
    """Measure how well our disclosed ads are told from real ads of either kind: too high a figure, never too low.

    Real disclosed ads are too few to weigh, so the words of disclosure tell the sides apart besides. None where ours
    hold no disclosed ad.
    """
    if Label.DISCLOSED_AD not in ours.labels:
        return None
    ads = (Label.DISCLOSED_AD, Label.UNDISCLOSED_AD)
    ours, real = ours.take(ours.labels == Label.DISCLOSED_AD), real.take(np.isin(real.labels, ads))
    alike = (msgspec.structs.replace(side, labels=np.full(len(side), "ad")) for side in (ours, real))
    told = told_apart(*alike, seeds=seeds)
    return {name: told[name] for name in ("ours", "real", "auc")}


def real_references(rows: Sequence[LabeledNote], *, halves: int = HALVES) -> dict[str, Any]:
    """Tell real notes from real notes as ours are told from them, sources in the place of our corpus.

    What plays our part is split by author, as ours is by topic, so the classifier knows its sources when it is judged;
    the other real sources it never saw.

    Returns
    -------
    dict
        `half` of the sources against the others, and each larger `source` against all others: the AUCs, rising.
    """
    rows = [row for row in rows if row.label is not None]
    sources = np.array([row.source for row in rows], dtype=np.str_)
    clusters = near_duplicate_clusters([note_text(row.note) for row in rows])
    every = np.ones(len(rows), dtype=np.bool_)
    authors = by_author(rows, every, ~every, clusters, n_folds=FOLDS).groups

    one = side_of(rows, authors)
    others = msgspec.structs.replace(one, groups=_numbers(sources))

    def auc(inside: Bools) -> float:
        told = told_apart(one.take(inside), others.take(~inside), seeds=SEEDS[:1], interval=False)
        return float(told["auc"]["value"])

    named, draw = np.unique(sources), np.random.default_rng(0)
    some = [np.isin(sources, draw.permutation(named)[: len(named) // 2]) for _ in range(halves)]
    single = [
        inside
        for inside in (sources == name for name in named)
        if inside.sum() >= SMALLEST_SOURCE and len(np.unique(authors[inside])) >= FEWEST_AUTHORS
    ]
    return {"half": sorted(map(auc, some)), "source": sorted(map(auc, single))}


def _numbers(names: Sequence[str] | Strings) -> Ints:
    numbers: Ints = np.unique(names, return_inverse=True)[1].astype(np.int64)
    return numbers


def _label_weights(labels: Strings, is_ours: Bools) -> FloatArray:
    """Weigh real notes so that each label weighs what ours of it do, and a label of one side alone nothing; mean 1."""
    weights = np.ones(len(labels))
    for label in np.unique(labels):
        inside = labels == label
        n_ours, n_real = int((inside & is_ours).sum()), int((inside & ~is_ours).sum())
        weights[inside & ~is_ours] = n_ours / max(1, n_real)
        weights[inside & is_ours] = float(n_real > 0)
    scaled: FloatArray = weights / weights.mean()
    return scaled


def _folds(is_ours: Bools, groups: Ints, *, seed: int, folds: int) -> Ints:
    """Give each fold its part of our groups, and of the real ones: (n_notes,)."""
    fold = np.zeros(len(groups), dtype=np.int64)
    for side in (is_ours, ~is_ours):
        rows = np.flatnonzero(side)
        split = GroupKFold(folds, shuffle=True, random_state=seed).split(rows, groups=groups[rows])
        for number, (_, test) in enumerate(split):
            fold[rows[test]] = number
    return fold


def _scores(counts: sparse.csr_matrix, is_ours: Bools, labels: Strings, fold: Ints) -> FloatArray:
    """Score each note by a classifier that saw none of its fold: (n_notes,).

    Labels are weighed among the notes that train: if the one source that holds most real notes of a label is held out,
    the words of that label must not come to mean ours.
    """
    scores = np.zeros(len(fold))
    for number in range(int(fold.max()) + 1):
        test, train = fold == number, fold != number
        columns = _in_use(counts[train])
        weigh, model = TfidfTransformer(sublinear_tf=True), LogisticRegression(C=_STRENGTH, solver="liblinear")
        x = weigh.fit_transform(counts[train][:, columns])
        model.fit(x, is_ours[train], sample_weight=_label_weights(labels[train], is_ours[train]))
        scores[test] = model.decision_function(weigh.transform(counts[test][:, columns]))
    return scores


def _in_use(counts: sparse.csr_matrix) -> Ints:
    """Find the columns that stand in notes enough."""
    return np.flatnonzero(np.bincount(counts.indices, minlength=counts.shape[1]) >= _RAREST)


def _mean_auc(scores: Sequence[FloatArray], is_ours: Bools, weights: FloatArray) -> Statistic:
    parts = [metrics.auc(each, is_ours) for each in scores]
    return lambda drawn: np.clip(np.mean([part(drawn * weights) for part in parts], axis=0), 0.0, 1.0)
