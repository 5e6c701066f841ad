"""How many notes people must label for an interval of a wanted width."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from data.errors import ModelError
from models.prevalence.audit_design import checked_probabilities, pps_inclusion
from models.prevalence.audit_sample import MIN_LABELS
from models.prevalence.audit_strata import CUTS, allocate_exactly, expected_spread, min_per_stratum
from models.prevalence.audit_variance import MIN_DEGREES
from models.prevalence.estimate import FloatArray
from models.prevalence.intervals import normal_quantile
from models.prevalence.student import variance_stretch


def labels_needed(
    p_organic: npt.NDArray[np.floating],
    *,
    half_width: float = 0.02,
    level: float = 0.95,
    weights: npt.NDArray[np.floating] | None = None,
    design: str = "stratified",
    residual_ratio: float = 1.0,
) -> int:
    """Plan an audit from what the model expects of its own errors.

    Parameters
    ----------
    p_organic
        Calibrated P(organic) of every note of the feed and period, shape (n_notes,).
    half_width
        Half the width of the interval wanted; a ratio (0.02: two points either way).
    level
        Level of the interval.
    weights
        What each note weighs, shape (n_notes,); 1 each without it.
    design
        `stratified` (as `draw_stratified`) or `pps` (as `draw_pps`).
    residual_ratio
        Squared residuals of an earlier audit over what the model expected of them (`learn_residual_ratio`); over 1
        for a model that is worse than it thinks.

    Returns
    -------
    int
        Labels, at least 30, at most all notes; more for a narrower interval.

    Raises
    ------
    ModelError
        If the width, level, ratio or design cannot be, or arrays do not fit.
    """
    f = checked_probabilities(p_organic)
    if not 0.0 < half_width < 1.0:
        raise ModelError(f"'half_width' must lie between 0 and 1. Got {half_width} instead.")
    if not residual_ratio > 0.0:
        raise ModelError(f"'residual_ratio' must be over 0. Got {residual_ratio} instead.")
    size = np.ones(len(f)) if weights is None else np.asarray(weights, dtype=np.float64)
    if size.shape != f.shape or not np.all(np.isfinite(size) & (size >= 0)) or not size.any():
        raise ModelError("'weights' must be finite, not negative, one for each note and not all 0. Got others.")
    variance = _designs(f, size, residual_ratio, level).get(design)
    if variance is None:
        raise ModelError(f"'design' must be stratified or pps. Got {design!r} instead.")
    wanted = (half_width / normal_quantile(level)) ** 2
    low, high = 0, int(np.count_nonzero(size)) if design == "pps" else len(f)
    cap = high
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if variance(middle) <= wanted else (middle + 1, high)
    return min(max(low, MIN_LABELS), cap)


def learn_residual_ratio(
    p_organic: npt.NDArray[np.floating],
    is_organic: npt.NDArray[np.bool_],
    inclusion: npt.NDArray[np.floating],
) -> float:
    """Compare an earlier audit's residuals with what the model expected, drawn notes only, shape (n_drawn,) each.

    Two pseudo-observations say that the model is right, so that few labels cannot promise narrow intervals.

    Raises
    ------
    ModelError
        If there is no note, or a probability is not positive.
    """
    f, probability = np.asarray(p_organic, dtype=np.float64), np.asarray(inclusion, dtype=np.float64)
    if not len(f) or not np.all(probability > 0):
        raise ModelError("an earlier audit must have notes, each with a probability over 0. Got others.")
    stands_for = 1 / probability
    expected = float(stands_for @ (f * (1 - f)) / stands_for.sum())
    seen = float(stands_for @ (np.asarray(is_organic, dtype=np.float64) - f) ** 2 / stands_for.sum())
    return (len(f) * seen + 2 * expected) / ((len(f) + 2) * expected) if expected > 0 else 1.0


def _designs(f: FloatArray, size: FloatArray, residual_ratio: float, level: float) -> dict[str, Callable[[int], float]]:
    """Variance of the estimate by number of labels, at least that of one error (see `correction_variance`).

    It does not grow with more labels.
    """
    stretch = variance_stretch(MIN_DEGREES, level=level)
    cut = np.unique(np.searchsorted(CUTS, f, side="right"), return_inverse=True)[1]
    notes, at_least = np.bincount(cut), min_per_stratum(MIN_LABELS)
    weight2, doubt = (size / size.sum()) ** 2, f * (1 - f)
    spreads = np.sqrt(np.bincount(cut, expected_spread(f) ** 2) / notes)
    expected, single = np.bincount(cut, weight2 * doubt) / notes, np.bincount(cut, weight2) / len(f)

    def stratified(n_labels: int) -> float:
        if n_labels < at_least * len(notes):
            return float("inf")
        labels = allocate_exactly(notes, spreads, n_labels, at_least=at_least)
        each = notes * (notes / labels - 1)
        one = each / (labels + 1) @ single
        return max(residual_ratio * float(each @ expected), stretch * float(one))

    def pps(n_labels: int) -> float:
        if n_labels < 1:
            return float("inf")
        inclusion = pps_inclusion(f, size, n_labels)
        drawn = inclusion > 0
        each = ((1 - inclusion[drawn]) / inclusion[drawn]) * weight2[drawn]
        one = n_labels / (n_labels + 1) * float(np.mean(each / inclusion[drawn]))
        return max(residual_ratio * float(each @ doubt[drawn]), stretch * one)

    return {"stratified": stratified, "pps": pps}
