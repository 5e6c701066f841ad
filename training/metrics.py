"""Figures of predictions under many weightings of the notes at once: ranking, counts, calibration.

Every function makes a `Statistic`: weights of shape (n_draws, n_notes) in, one value per draw out, nan where undefined.
"""

import numpy as np
import numpy.typing as npt

from data.labels import LABELS, Label
from training.bootstrap import FloatArray, Statistic

BoolArray = npt.NDArray[np.bool_]
LabelArray = npt.NDArray[np.int64]  # positions in LABELS; -1 where open
MACRO_LABELS = (Label.DIVERSION, Label.ORGANIC, Label.UNDISCLOSED_AD)


def auc(scores: FloatArray, positive: BoolArray) -> Statistic:
    """Give the area under the ROC curve: the chance that a positive outscores a negative; ties count half."""
    order, starts = _tie_groups(scores)
    y = positive[order]

    def statistic(weights: FloatArray) -> FloatArray:
        positives, negatives = _group_sums(weights[:, order], y, starts)
        below = np.cumsum(negatives, axis=1) - negatives
        wins = (positives * (below + negatives / 2)).sum(axis=1)
        return _ratio(wins, positives.sum(axis=1) * negatives.sum(axis=1))

    return statistic


def average_precision(scores: FloatArray, positive: BoolArray) -> Statistic:
    """Average precision over the steps of recall, as scikit-learn defines it; equal scores are one step."""
    order, starts = _tie_groups(-scores)
    y = positive[order]

    def statistic(weights: FloatArray) -> FloatArray:
        positives, negatives = _group_sums(weights[:, order], y, starts)
        found = np.cumsum(positives, axis=1)
        precision = np.nan_to_num(_ratio(found, found + np.cumsum(negatives, axis=1)))
        return _ratio((positives * precision).sum(axis=1), positives.sum(axis=1))

    return statistic


def share(taken: BoolArray, among: BoolArray) -> Statistic:
    """Give the share of some notes that is taken: recall among positive notes, precision among those predicted."""
    return lambda weights: _ratio(weights @ (taken & among), weights @ among)


def f1(predicted: BoolArray, positive: BoolArray) -> Statistic:
    """Give the harmonic mean of precision and recall; undefined without a positive note, 0 where none is found."""

    def statistic(weights: FloatArray) -> FloatArray:
        positives = weights @ positive
        score = _ratio(2 * (weights @ (predicted & positive)), weights @ predicted + positives)
        return np.where(positives > 0, score, np.nan)

    return statistic


def macro_3(predicted: LabelArray, gold: LabelArray) -> Statistic:
    """Average the F1 of diversion, organic and undisclosed_ad on notes whose gold label is one of these.

    A note predicted disclosed_ad is a miss of its gold label. Undefined where one of the three has no note.
    """
    wanted = [LABELS.index(label) for label in MACRO_LABELS]
    inside = np.isin(gold, wanted)
    parts = [f1((predicted == label) & inside, (gold == label) & inside) for label in wanted]
    return lambda weights: np.mean([part(weights) for part in parts], axis=0)


def calibration_error(scores: FloatArray, positive: BoolArray, *, bins: int = 10) -> Statistic:
    """Average the gap between score and share of positives over `bins` equal widths of [0, 1] (ECE).

    References
    ----------
    Naeini, Cooper & Hauskrecht (2015), Obtaining well calibrated probabilities using Bayesian binning.
    """
    cell = np.minimum((scores * bins).astype(np.int64), bins - 1)
    gaps = np.zeros((len(scores), bins))
    gaps[np.arange(len(scores)), cell] = scores - positive
    return lambda weights: _ratio(np.abs(weights @ gaps).sum(axis=1), weights.sum(axis=1))


def confusion(predicted: LabelArray, gold: LabelArray) -> list[list[int]]:
    """Count notes by gold label (rows) and predicted label (columns), both in `LABELS` order; open gold is left out."""
    counts = np.zeros((len(LABELS), len(LABELS)), dtype=np.int64)
    known = gold >= 0
    np.add.at(counts, (gold[known], predicted[known]), 1)
    return [[int(count) for count in row] for row in counts]


def _tie_groups(keys: FloatArray) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Give the order of rising keys, and where in that order each group of equal keys starts."""
    order = np.argsort(keys, kind="stable")
    ranked = keys[order]
    return order, np.flatnonzero(np.r_[np.ones(min(1, len(keys)), dtype=bool), ranked[1:] != ranked[:-1]])


def _group_sums(
    weights: FloatArray, positive: BoolArray, starts: npt.NDArray[np.intp]
) -> tuple[FloatArray, FloatArray]:
    if not len(starts):
        return np.zeros((len(weights), 1)), np.zeros((len(weights), 1))
    positives = weights * positive
    return np.add.reduceat(positives, starts, axis=1), np.add.reduceat(weights - positives, starts, axis=1)


def _ratio(above: FloatArray, below: FloatArray) -> FloatArray:
    """Divide; nan where there is nothing to divide by."""
    ratio: FloatArray = np.full(np.shape(above), np.nan)
    np.divide(above, below, out=ratio, where=below > 0)
    return ratio
