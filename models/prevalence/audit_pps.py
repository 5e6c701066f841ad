"""Audited shares from notes drawn with probability proportional to size, where few notes carry most of the weight."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from models.prevalence.audit_sample import MIN_LABELS, AuditSample, audit_sample
from models.prevalence.audit_variance import PSEUDO_OBSERVATIONS, correction_variance
from models.prevalence.estimate import FloatArray, SharesEstimate, Status

WEIGHT_TOLERANCE = 0.05  # of the feed's weight: probabilities in a file are rounded
STANDARD_ERRORS = 5.0  # by which drawn weights may miss the feed's
LEAST_SPREAD = 0.3  # of weight over inclusion, relative: few labels that happen to be alike say nothing of it


def estimate_audited_pps(
    proba: npt.NDArray[np.floating],
    sampled: npt.NDArray[np.integer],
    y_true: Sequence[str | None],
    inclusion: npt.NDArray[np.floating],
    *,
    weights: npt.NDArray[np.floating],
    clusters: Sequence[str | None] | None = None,
    commercial: npt.NDArray[np.floating] | None = None,
    min_labels: int = MIN_LABELS,
) -> SharesEstimate:
    """Estimate weighted shares of the four labels by the difference estimator, each residual over its inclusion.

    `theta = sum w f + sum_S (w / inclusion) (y - f)`. Drawn without replacement, the variance is that of fixed-size
    sampling with (1 - inclusion) as finite correction, so notes drawn for certain add none. A note drawn twice means
    drawing with replacement, and the variance is that of Hansen and Hurwitz.

    Parameters
    ----------
    proba, sampled, y_true, clusters, commercial, min_labels
        As for `estimate_audited`.
    inclusion
        Expected number of draws of each drawn note, n q, shape (n_drawn,); at most 1 without replacement.
    weights
        What each note of the feed weighs (its impressions), shape (n_notes,), not negative.

    Returns
    -------
    SharesEstimate
        `audited`; `audit_broken` where inclusions over 1 were drawn once, the drawn weights do not add up to the
        feed's, or over 10 % of notes have no label; `insufficient` below `min_labels`, or where no note drawn for
        certain (or none drawn by chance) has a label.

    Raises
    ------
    ModelError
        If lengths differ, a label is unknown, a weight is negative or an inclusion is not positive.

    References
    ----------
    Hansen & Hurwitz (1943), On the theory of sampling from finite populations; Deville (1999), Variance estimation
    for complex statistics (the form with (1 - inclusion)).
    """
    sample = audit_sample(proba, sampled, y_true, inclusion, clusters=clusters, weights=weights, commercial=commercial)
    if missing := sample.missing(min_labels):
        broken = sample.broken()
        return sample.refuse(Status.AUDIT_BROKEN if broken else Status.INSUFFICIENT, broken or missing)
    repeats = len(np.unique(sample.rows)) != len(sample.rows)
    if broken := _broken(sample, repeats=repeats):
        return sample.refuse(Status.AUDIT_BROKEN, broken)
    if any(members.any() and not np.any(members & sample.answered) for members in _groups(sample, repeats=repeats)):
        return sample.refuse(Status.INSUFFICIENT, ["no note that was drawn for certain, or by chance, has a label"])
    return sample.answer(*_correction(sample, repeats=repeats))


def _correction(sample: AuditSample, *, repeats: bool) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Sum of residuals over the feed, its covariance and degrees of freedom."""
    residuals = sample.weighted(sample.residuals)
    total, single, scale = np.zeros(len(sample.classes)), np.zeros_like(residuals), np.zeros(len(residuals))
    group = np.full(len(residuals), -1)
    for g, members in enumerate(_groups(sample, repeats=repeats)):
        inside = members & sample.answered
        if not (n := int(inside.sum())):
            continue  # nothing was drawn so
        group[inside] = g
        inclusion = sample.inclusion[inside] * n / members.sum()
        values = residuals[inside] / inclusion[:, None]
        total += values.sum(axis=0)
        unseen = np.ones(n) if repeats else np.maximum(0.0, 1 - inclusion)
        if not unseen.any():
            continue
        shrunk = unseen * n / (n - 1 + PSEUDO_OBSERVATIONS)
        single[inside] = np.sqrt(shrunk)[:, None] * (values - unseen @ values / unseen.sum())
        scale[inside] = shrunk / inclusion**2
    group = np.unique(group, return_inverse=True)[1] - int(np.any(group < 0))
    return total, *correction_variance(sample, single, scale, group)


def _groups(sample: AuditSample, *, repeats: bool) -> tuple[npt.NDArray[np.bool_], ...]:
    """Part drawn notes into those of chance and, without replacement, those drawn for certain."""
    certain = np.zeros(len(sample.rows), dtype=bool) if repeats else sample.inclusion >= 1 - 1e-9
    return ~certain, certain


def _broken(sample: AuditSample, *, repeats: bool) -> list[str]:
    reasons = []
    if not repeats and np.any(sample.inclusion > 1 + 1e-9):
        reasons.append("inclusion over 1 needs drawing with replacement, but no note was drawn twice")
    chance, _ = _groups(sample, repeats=repeats)
    each = sample.weights[sample.rows] / sample.inclusion
    unseen = np.ones(int(chance.sum())) if repeats else 1 - sample.inclusion[chance]
    mean = each[chance].mean() if chance.any() else 0.0
    error = np.sqrt(np.sum(unseen * np.maximum((each[chance] - mean) ** 2, (LEAST_SPREAD * mean) ** 2)))
    if abs(each.sum() - 1) > max(WEIGHT_TOLERANCE, STANDARD_ERRORS * error):
        reasons.append(f"drawn notes must stand for the whole weight of the feed, got {each.sum():.2f} of it")
    return reasons + sample.broken()
