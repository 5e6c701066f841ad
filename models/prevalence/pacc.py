"""PACC: shares of a feed from calibrated posteriors, corrected by what validation says of the classifier's errors."""

import numpy as np
import numpy.typing as npt

from data.errors import ModelError
from models.prevalence.estimate import FloatArray, SharesEstimate, Status
from models.prevalence.simplex import project_simplex
from models.prevalence.sources import between_source_covariance
from models.prevalence.validation import ValidationStatistics

MIN_NOTES = 50  # effective notes in a feed and period
MIN_VALIDATION = 50  # labelled notes of each class
MAX_CONDITION = 10.0  # of M: past it, errors of M blow up


def estimate_shares(
    proba: npt.NDArray[np.floating],
    statistics: ValidationStatistics,
    *,
    weights: npt.NDArray[np.floating] | None = None,
) -> SharesEstimate:
    """Estimate the shares of classes in a feed without labels from it.

    Parameters
    ----------
    proba
        Posteriors of the classifier that `statistics` describe, shape (n_notes, n_classes), columns in the order
        of `statistics.classes`.
    statistics
        Validation statistics, collapsed to the classes wanted.
    weights
        What each note weighs, shape (n_notes,), not negative; 1 each without it.

    Returns
    -------
    SharesEstimate
        `model_based`; `screening` where too few sources are known to add between-source variance; or
        `insufficient` with reasons: fewer than 50 effective notes, fewer than 50 labelled notes of a class, or
        classes the classifier hardly tells apart (condition number of M over 10).

    Raises
    ------
    ModelError
        If shapes differ or a weight is negative.

    References
    ----------
    Bella et al. (2010), Quantification via probability estimators.
    """
    posteriors = np.asarray(proba, dtype=np.float64)
    size = len(statistics.classes)
    if posteriors.ndim != 2 or posteriors.shape[1] != size:
        raise ModelError(f"'proba' must have shape (n_notes, {size}). Got {posteriors.shape} instead.")
    shares_of_weight, n_eff = _normalised(weights, len(posteriors))
    condition = float(np.linalg.cond(statistics.means)) if np.all(statistics.counts > 0) else float("inf")
    reasons = _refusals(statistics, n_eff, condition)
    if reasons:
        return SharesEstimate(
            Status.INSUFFICIENT, statistics.classes, len(posteriors), n_eff, condition=condition, reasons=reasons
        )
    inverse = np.linalg.inv(statistics.means)
    shares = project_simplex(inverse @ (shares_of_weight @ posteriors))
    between = between_source_covariance(statistics)
    inner = np.einsum("j,jab->ab", shares / n_eff + shares**2 / statistics.counts, statistics.covariances)
    if between is not None:
        inner = inner + np.einsum("j,k,jakb->ab", shares, shares, between)
    covariance: FloatArray = inverse @ inner @ inverse.T
    missing = ("between-source variance is not known: the step to a new source is not in the interval",)
    return SharesEstimate(
        Status.SCREENING if between is None else Status.MODEL_BASED,
        statistics.classes,
        len(posteriors),
        n_eff,
        shares,
        covariance,
        condition,
        missing if between is None else (),
    )


def _normalised(weights: npt.NDArray[np.floating] | None, n: int) -> tuple[FloatArray, float]:
    """Weights that sum to 1, and the number of equal weights that would say as much (1 / sum of squares)."""
    if weights is None:
        return np.full(n, 1.0 / max(n, 1)), float(n)
    given = np.asarray(weights, dtype=np.float64)
    if given.shape != (n,):
        raise ModelError(f"'weights' must have shape {(n,)}. Got {given.shape} instead.")
    if not np.all(np.isfinite(given)) or np.any(given < 0):
        raise ModelError("'weights' must be finite and not negative. Got others.")
    total = float(given.sum())
    if total == 0:
        return np.zeros(n), 0.0
    normalised = given / total
    return normalised, float(1.0 / np.sum(normalised**2))


def _refusals(statistics: ValidationStatistics, n_eff: float, condition: float) -> tuple[str, ...]:
    reasons = []
    if n_eff < MIN_NOTES:
        reasons.append(f"needs {MIN_NOTES} effective notes, got {n_eff:.0f}")
    for name, count in zip(statistics.classes, statistics.counts, strict=True):
        if count < MIN_VALIDATION:
            reasons.append(f"needs {MIN_VALIDATION} validation labels of {name}, got {count}")
    if condition > MAX_CONDITION:
        reasons.append(f"the classes are hardly told apart: condition {condition:.1f}, at most {MAX_CONDITION:.0f}")
    return tuple(reasons)
