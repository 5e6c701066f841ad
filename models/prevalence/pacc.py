"""PACC: shares of a feed from calibrated posteriors, corrected by what validation says of the classifier's errors."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data.errors import ModelError
from models.prevalence.effective import cluster_design_effect, normalise_weights
from models.prevalence.estimate import FloatArray, SharesEstimate, Status
from models.prevalence.simplex import project_simplex
from models.prevalence.sources import between_source_covariance
from models.prevalence.validation import ValidationStatistics

MIN_NOTES = 50  # effective notes in a feed and period
MIN_VALIDATION = 50  # labelled notes of each class
MAX_CONDITION = 10.0  # of M: past it, errors of M blow up
SUM_TOLERANCE = 1e-3  # of a mean posterior, in single precision


@dataclass(frozen=True, eq=False)
class Measured:
    """What a feed's posteriors say before their correction."""

    posteriors: FloatArray  # (n, C)
    weights: FloatArray  # (n,), summing to 1
    mean: FloatArray  # (C,), weighted mean posterior
    squares: FloatArray  # (n,), the weights' squares, summing to 1: what each note adds to the variance
    n_eff: float  # of equal, independent notes
    condition: float  # of M
    refusals: tuple[str, ...]


def estimate_shares(
    proba: npt.NDArray[np.floating],
    statistics: ValidationStatistics,
    *,
    weights: npt.NDArray[np.floating] | None = None,
    clusters: npt.NDArray[np.integer] | None = None,
    design_effect: float | None = None,
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
    clusters
        Numbers of the clusters of notes that go together, shape (n_notes,); they lower the effective number of notes.
    design_effect
        In place of `clusters`, by how much they do: at least 1, as `cluster_design_effect` gives it.

    Returns
    -------
    SharesEstimate
        `model_based`; `screening` where too few sources are known to add between-source variance; or
        `insufficient` with reasons: fewer than 50 effective notes, fewer than 50 labelled notes of a class, or
        classes the classifier hardly tells apart (condition number of M over 10).

    Raises
    ------
    ModelError
        If shapes differ, posteriors are no distributions, or a weight or cluster is negative.

    References
    ----------
    Bella et al. (2010), Quantification via probability estimators.
    """
    feed = measure(proba, statistics, weights=weights, clusters=clusters, design_effect=design_effect)
    if feed.refusals:
        return refused(feed, statistics)
    inverse = statistics.inverse
    shares = project_simplex(inverse @ feed.mean)
    noisy = shares  # the mix of what weighs on the variance
    if feed.squares is not feed.weights:
        noisy = project_simplex(inverse @ (feed.squares @ feed.posteriors))
    own = inverse @ statistics.mean_covariance(noisy / feed.n_eff) @ inverse.T
    return answered(feed, statistics, shares, own)


def measure(
    proba: npt.NDArray[np.floating],
    statistics: ValidationStatistics,
    *,
    weights: npt.NDArray[np.floating] | None,
    clusters: npt.NDArray[np.integer] | None,
    design_effect: float | None,
) -> Measured:
    """Check a feed's posteriors and tell why no share can be estimated from them, if so.

    Raises
    ------
    ModelError
        If shapes differ, posteriors are no distributions, or a weight or cluster is negative.
    """
    posteriors = np.asarray(proba, dtype=np.float64)
    size = len(statistics.classes)
    if posteriors.ndim != 2 or posteriors.shape[1] != size:
        raise ModelError(f"'proba' must have shape (n_notes, {size}). Got {posteriors.shape} instead.")
    normalised, n_eff = normalise_weights(weights, len(posteriors))
    mean: FloatArray = normalised @ posteriors
    if n_eff > 0 and not (np.all(mean >= 0) and abs(float(mean.sum()) - 1) <= SUM_TOLERANCE):
        raise ModelError("rows of 'proba' must be probabilities that sum to 1. Got others.")
    if design_effect is None:
        design_effect = cluster_design_effect(posteriors, normalised, clusters)
    n_eff /= design_effect
    squares = normalised if weights is None else normalise_weights(normalised**2, len(posteriors))[0]
    refusals = _refusals(statistics, n_eff, statistics.condition)
    return Measured(posteriors, normalised, mean, squares, n_eff, statistics.condition, refusals)


def refused(feed: Measured, statistics: ValidationStatistics) -> SharesEstimate:
    """Say that there is no number, and why."""
    return SharesEstimate(
        Status.INSUFFICIENT,
        statistics.classes,
        len(feed.posteriors),
        feed.n_eff,
        condition=feed.condition,
        reasons=feed.refusals,
    )


def answered(feed: Measured, statistics: ValidationStatistics, shares: FloatArray, own: FloatArray) -> SharesEstimate:
    """Add what validation leaves open to a feed's own noise: errors of M and S, and the step to a new source."""
    open_to_doubt, is_known = validation_covariance(statistics, shares)
    missing = ("between-source variance is not known: the step to a new source is not in the interval",)
    return SharesEstimate(
        Status.MODEL_BASED if is_known else Status.SCREENING,
        statistics.classes,
        len(feed.posteriors),
        feed.n_eff,
        shares,
        own + open_to_doubt,
        feed.condition,
        () if is_known else missing,
        own,
    )


def validation_covariance(
    statistics: ValidationStatistics, shares: FloatArray, between_shares: tuple[FloatArray, ...] | None = None
) -> tuple[FloatArray, bool]:
    """Give the covariance of M^-1 times the error that validation statistics leave in a mean posterior.

    Parameters
    ----------
    shares
        What multiplies the errors of M: shares, or the difference of two feeds' shares, shape (n_classes,).
    between_shares
        What multiplies the step to a new source, once for each source that is new; `shares` by default.

    Returns
    -------
    tuple of ndarray and bool
        Shape (n_classes, n_classes), and whether the step to a new source is in it.
    """
    inner = statistics.mean_covariance(shares**2 / statistics.counts)
    between = between_source_covariance(statistics)
    if between is not None:
        for each in (shares,) if between_shares is None else between_shares:
            inner = inner + np.einsum("j,k,jakb->ab", each, each, between)
    inverse = statistics.inverse
    covariance: FloatArray = inverse @ inner @ inverse.T
    return covariance, between is not None


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
