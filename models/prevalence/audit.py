"""Audited shares: a labelled probability sample corrects the classifier, stratum by stratum."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from data.errors import ModelError
from models.prevalence.audit_sample import MIN_LABELS, AuditSample, audit_sample
from models.prevalence.audit_variance import PSEUDO_OBSERVATIONS, correction_variance
from models.prevalence.estimate import FloatArray, SharesEstimate, Status

SIZE_TOLERANCE = 0.02  # of the feed: probabilities in a file are rounded


def estimate_audited(
    proba: npt.NDArray[np.floating],
    sampled: npt.NDArray[np.integer],
    y_true: Sequence[str | None],
    strata: Sequence[str],
    inclusion: npt.NDArray[np.floating],
    *,
    clusters: Sequence[str | None] | None = None,
    weights: npt.NDArray[np.floating] | None = None,
    commercial: npt.NDArray[np.floating] | None = None,
    min_labels: int = MIN_LABELS,
) -> SharesEstimate:
    """Estimate the shares of the four labels by the stratified difference estimator.

    Valid for any classifier that was not trained on these labels: it needs only true inclusion probabilities and
    correct labels. `theta = sum w f + sum_h (N_h / n_h) sum_{S_h} w (y - f)` with `w` summing to 1 over the feed.

    Parameters
    ----------
    proba
        Posteriors of every note of the feed and period, shape (n_notes, 4), columns in `LABELS` order.
    sampled
        Rows of `proba` that were drawn, shape (n_drawn,).
    y_true
        Their labels; None where nobody could say (non-response).
    strata
        The stratum each was drawn in.
    inclusion
        The probability with which each was drawn, in (0, 1], equal within a stratum.
    clusters
        Their authors, where residuals of one author go together; None for an unknown author.
    weights
        What each note of the feed weighs, shape (n_notes,), not negative; 1 each without it. Where few notes carry
        most of the weight, intervals from strata cover about 90 % (simulated): draw those by size instead
        (`draw_pps`, `estimate_audited_pps`).
    commercial
        P(commercial) of every note of the feed, shape (n_notes,). With it a fifth class, `commercial`, is answered:
        ads are, organic notes are not, and of a diversion the model's own P(commercial) is kept, for its label does
        not say.
    min_labels
        Labels below which there is no number. Shares from fewer than 30 labels are for shrinking only: so that they
        have no bias, they may lie outside [0, 1].

    Returns
    -------
    SharesEstimate
        `audited`; `audit_broken` where the sample is not what it says (unequal probabilities in a stratum, a note
        drawn twice, strata that do not add up to the feed, over 10 % non-response); `insufficient` below
        `min_labels` or 2 in a stratum.

    Raises
    ------
    ModelError
        If lengths differ, a label is unknown, a weight is negative or a probability lies outside (0, 1].

    References
    ----------
    Angelopoulos et al. (2023), Prediction-powered inference; Fisch et al. (2024), Stratified PPI (arXiv 2406.04291).
    """
    probability = np.asarray(inclusion, dtype=np.float64)
    if not np.all((probability > 0) & (probability <= 1)):
        raise ModelError("inclusion probabilities must lie in (0, 1]. Got others.")
    sample = audit_sample(proba, sampled, y_true, inclusion, clusters=clusters, weights=weights, commercial=commercial)
    if len(strata) != len(sample.rows):
        raise ModelError(f"drawn notes need a stratum each: {len(sample.rows)} notes. Got {len(strata)} strata.")
    names, stratum = np.unique(np.asarray(strata, dtype=str), return_inverse=True)
    drawn = np.bincount(stratum, minlength=len(names))
    sizes = drawn / np.array([sample.inclusion[stratum == h].mean() for h in range(len(names))])
    labelled = np.bincount(stratum[sample.answered], minlength=len(names))
    if broken := _broken(sample, stratum, sizes):
        return sample.refuse(Status.AUDIT_BROKEN, broken)
    if missing := sample.missing(min_labels):
        return sample.refuse(Status.INSUFFICIENT, missing)
    if np.any(labelled < np.minimum(2, np.rint(sizes))):
        return sample.refuse(Status.INSUFFICIENT, ["every stratum of an audit needs 2 labels"])
    sizes = sizes * (len(sample.weights) / sizes.sum())
    return sample.answer(*_correction(sample, stratum, sizes, labelled))


def _correction(
    sample: AuditSample, stratum: npt.NDArray[np.intp], sizes: FloatArray, labelled: npt.NDArray[np.intp]
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Sum of residuals over the feed, its covariance and degrees of freedom."""
    values = sample.weighted(sample.residuals)
    group = np.where(sample.answered, stratum, -1)
    total, single, scale = np.zeros(len(sample.classes)), np.zeros_like(values), np.zeros(len(values))
    for h in range(len(sizes)):
        inside, n = group == h, labelled[h]
        mean = values[inside].mean(axis=0)
        total += sizes[h] * mean
        unseen = max(0.0, 1 - n / sizes[h])
        scale[inside] = (sizes[h] / n) ** 2 * unseen * n / (n - 1 + PSEUDO_OBSERVATIONS)
        single[inside] = np.sqrt(scale[inside, None]) * (values[inside] - mean)
    return total, *correction_variance(sample, single, scale, group)


def _broken(sample: AuditSample, stratum: npt.NDArray[np.intp], sizes: FloatArray) -> list[str]:
    reasons = []
    probability, n_notes = sample.inclusion, len(sample.weights)
    if len(np.unique(sample.rows)) != len(sample.rows):
        reasons.append("a note was drawn more than once")
    if any(np.ptp(probability[stratum == h]) > 1e-3 * probability[stratum == h].max() for h in range(len(sizes))):
        reasons.append("inclusion probabilities differ within a stratum")
    if abs(sizes.sum() - n_notes) > max(1.0, SIZE_TOLERANCE * n_notes):
        reasons.append(f"strata must add up to the {n_notes} notes of the feed, got {sizes.sum():.0f}")
    return reasons + sample.broken()
