"""Goodness of fit: whether any mix of validated classes explains a feed, and whether audit and model agree."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt

from data.errors import ModelError
from models.prevalence.estimate import FloatArray, SharesEstimate
from models.prevalence.sources import between_source_bins
from models.prevalence.student import sum_degrees
from models.prevalence.validation import ValidationStatistics

MIN_EXPECTED = 15.0  # notes in a bin, in the feed and behind its rates: below, chi-squared is no good approximation
_PSEUDO_COUNT = 1.0  # of each class, over all bins: a bin that validation never saw is not impossible
_ROUNDS = 5  # of fitting the mix and the weights that follow from it, at most
_SETTLED = 1e-4  # a change of shares that moves no p-value a reader would see


@dataclass(frozen=True)
class FitTest:
    """A chi-squared test; a small `p_value` says that no mix of the validated classes explains the feed."""

    statistic: float
    degrees_of_freedom: int
    p_value: float


def label_shift_fit(
    bins: npt.NDArray[np.floating], n_eff: float, statistics: ValidationStatistics, *, between_sources: bool = True
) -> FitTest:
    """Test whether a feed differs from validation by its mix of classes alone.

    The mix is fitted by generalised least squares; noise of the feed, of the validation labels and, where sources are
    known, of the step to a new source are in the weights. Bins of few expected notes are merged. A passed test is no
    proof: notes of one class that look just like another's are seen by audits only.

    Parameters
    ----------
    bins
        Share of the feed in each bin, as `bin_posteriors` gives it, shape (n_bins,).
    n_eff
        Effective notes of the feed.
    statistics
        Validation statistics of the same classes, or collapsed from them: pooled classes keep the bins. Pool what few
        sources have, or no step to a new source is known.
    between_sources
        Allow for a style of the feed's own, as far as validated sources differ among themselves.

    Raises
    ------
    ModelError
        If `bins` has another shape, or a class has no validation label.
    """
    seen, counts = np.asarray(bins, dtype=np.float64), statistics.counts
    if seen.shape != (len(statistics.bins),):
        raise ModelError(f"'bins' must have shape {(len(statistics.bins),)}. Got {seen.shape} instead.")
    if np.any(counts == 0):
        raise ModelError("a test of label shift needs validation labels of every class. Got a class without.")
    rates = (statistics.bins + _PSEUDO_COUNT / len(seen)) / (counts + _PSEUDO_COUNT)
    between = between_source_bins(statistics) if between_sources else None
    mix = _fit_mix(seen, rates, np.eye(len(seen)))
    merge = _merge_weak(rates @ mix, rates @ (mix**2 / counts), n_eff)
    seen, rates = merge @ seen, merge @ rates
    if between is not None:
        between = np.tensordot(between, merge, axes=(3, 1))  # jaky
        between = np.tensordot(between, merge, axes=(1, 1))  # jkyx
        between = between.reshape(len(counts) ** 2, len(merge) ** 2)
    for _ in range(_ROUNDS):
        weights = _weights(_covariance(mix, rates, counts, n_eff, between))
        last, mix = mix, _fit_mix(seen, rates, weights)
        if np.abs(mix - last).max() < _SETTLED:
            break
    apart = seen - rates @ mix
    statistic = float(apart @ weights @ apart)
    freedom = len(seen) - int(np.count_nonzero(mix))
    if freedom <= 0:
        return FitTest(statistic, 0, 1.0)
    from scipy.special import chdtrc  # here: who only names shares, as the service does, need not wait for scipy

    return FitTest(statistic, freedom, float(chdtrc(freedom, statistic)))


def compare_audit_with_model(audited: SharesEstimate, model: SharesEstimate, name: str) -> tuple[float, float] | None:
    """Compare an audited share with a model-based one of the same notes.

    The p-value is Student's, as far as few labels stand behind the audit's variance.

    Returns
    -------
    tuple of float, or None
        (audited - model) over its standard error and its two-sided p-value; None where either has no number or both
        have no width.
    """
    from scipy.special import erfc, stdtr  # here: who only names shares, as the service does, need not wait for scipy

    a, b = audited.share(name), model.share(name)
    if a is None or b is None or audited.covariance is None or model.covariance is None:
        return None
    at, there = audited.classes.index(name), model.classes.index(name)
    variance = float(audited.covariance[at, at] + model.covariance[there, there])
    if variance <= 0:
        return None
    z = (a - b) / sqrt(variance)
    own = audited.covariance[at, at]
    freedom = None if audited.degrees_of_freedom is None else audited.degrees_of_freedom[at]
    degrees = sum_degrees(np.array(variance), (own, freedom))
    if degrees is None or not np.isfinite(degrees):
        return z, float(erfc(abs(z) / sqrt(2)))
    return z, float(2 * stdtr(float(degrees), -abs(z)))


def _covariance(
    mix: FloatArray, rates: FloatArray, counts: npt.NDArray[np.int64], n_eff: float, between: FloatArray | None
) -> FloatArray:
    """Covariance of (the feed's bins - rates @ mix); `between` (C^2, B^2) by pairs of classes and of bins."""
    expected, parts = rates @ mix, mix**2 / counts
    n_eff = max(n_eff, 1.0)
    covariance: FloatArray = np.diag(expected / n_eff + rates @ parts) - (rates * parts) @ rates.T
    covariance -= expected[:, None] * expected / n_eff
    if between is not None:
        covariance += (np.outer(mix, mix).ravel() @ between).reshape(covariance.shape)
    return covariance


def _weights(covariance: FloatArray) -> FloatArray:
    """Invert the covariance of shares that sum to 1: the last follows from the others, and has no weight of its own."""
    weights = np.zeros_like(covariance)
    weights[:-1, :-1] = np.linalg.inv(covariance[:-1, :-1])
    return weights


def _fit_mix(seen: FloatArray, rates: FloatArray, weights: FloatArray) -> FloatArray:
    """Fit shares that sum to 1 by generalised least squares; a class whose share would be negative is left out."""
    inside = np.ones(rates.shape[1], dtype=np.bool_)
    while True:
        columns, size = rates[:, inside], int(inside.sum())
        system = np.ones((size + 1, size + 1))
        weighted = columns.T @ weights
        system[:size, :size], system[size, size] = weighted @ columns, 0.0
        right = np.append(weighted @ seen, 1.0)
        try:
            shares = np.linalg.solve(system, right)[:size]
        except np.linalg.LinAlgError:  # as many classes as bins: of the mixes that fit alike, the smallest
            shares = np.linalg.lstsq(system, right, rcond=None)[0][:size]
        if shares.min() >= 0:
            mix = np.zeros(len(inside))
            mix[inside] = shares
            return mix
        inside[np.flatnonzero(inside)[shares.argmin()]] = False


def _merge_weak(expected: FloatArray, variances: FloatArray, n_eff: float) -> FloatArray:
    """Give the 0/1 matrix (n_merged, n_bins) that adds bins of few notes up, the weakest two first.

    How many notes stand behind a bin's rate is what its variance over validations says: expected^2 / variance.
    """
    merge = np.eye(len(expected))
    while len(merge) > 1:
        shares = merge @ expected
        strength = np.minimum(n_eff * shares, shares**2 / np.maximum(merge @ variances, 1e-300))
        first, second = np.argsort(strength, kind="stable")[:2]
        if strength[first] >= MIN_EXPECTED:
            break
        merge[second] += merge[first]
        merge = np.delete(merge, first, axis=0)
    return merge
