"""Audited shares: a labelled probability sample corrects the classifier, stratum by stratum."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from data.errors import ModelError
from data.labels import LABELS
from models.prevalence.estimate import FloatArray, SharesEstimate, Status

MIN_LABELS = 30
MAX_NONRESPONSE = 0.10
SIZE_TOLERANCE = 0.02  # of the feed: probabilities in a file are rounded
PSEUDO_OBSERVATIONS = 2.0  # at the model's own f (1 - f): a stratum without errors must not get zero width
_CLASSES = tuple(label.value for label in LABELS)


def estimate_audited(
    proba: npt.NDArray[np.floating],
    sampled: npt.NDArray[np.integer],
    y_true: Sequence[str | None],
    strata: Sequence[str],
    inclusion: npt.NDArray[np.floating],
    *,
    clusters: Sequence[str | None] | None = None,
) -> SharesEstimate:
    """Estimate the shares of the four labels by the stratified difference estimator.

    Valid for any classifier that was not trained on these labels: it needs only true inclusion probabilities and
    correct labels. `theta = mean(f) + sum_h W_h mean_h(y - f)` with `W_h` the stratum's share of the feed.

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

    Returns
    -------
    SharesEstimate
        `audited`; `audit_broken` where the sample is not what it says (unequal probabilities in a stratum, a note
        drawn twice, strata that do not add up to the feed, over 10 % non-response); `insufficient` below 30 labels
        or 2 in a stratum.

    Raises
    ------
    ModelError
        If lengths differ, a label is unknown or a probability lies outside (0, 1].

    References
    ----------
    Angelopoulos et al. (2023), Prediction-powered inference; Fisch et al. (2024), Stratified PPI (arXiv 2406.04291).
    """
    posteriors = np.asarray(proba, dtype=np.float64)
    rows, probability = np.asarray(sampled, dtype=np.int64), np.asarray(inclusion, dtype=np.float64)
    _check(posteriors, rows, y_true, strata, probability, clusters)
    n_notes = len(posteriors)
    names, stratum = np.unique(np.asarray(strata, dtype=str), return_inverse=True)
    answered = np.array([label is not None for label in y_true], dtype=bool)
    drawn = np.bincount(stratum, minlength=len(names))
    labelled = np.bincount(stratum[answered], minlength=len(names))
    n_labels = int(labelled.sum())

    def refuse(status: Status, reasons: Sequence[str]) -> SharesEstimate:
        return SharesEstimate(status, _CLASSES, n_labels, float(n_notes), reasons=tuple(reasons))

    sizes = drawn / np.array([probability[stratum == h].mean() for h in range(len(names))])
    if broken := _broken(rows, answered, stratum, probability, sizes, n_notes):
        return refuse(Status.AUDIT_BROKEN, broken)
    if n_labels < MIN_LABELS:
        return refuse(Status.INSUFFICIENT, [f"an audit needs {MIN_LABELS} labels, got {n_labels}"])
    if np.any(labelled < 2):
        return refuse(Status.INSUFFICIENT, ["every stratum of an audit needs 2 labels"])

    truth = np.array([[float(label == name) for name in _CLASSES] for label in y_true])
    residuals = truth - posteriors[rows]
    shares, covariance = posteriors.mean(axis=0), np.zeros((len(_CLASSES), len(_CLASSES)))
    weights = sizes / sizes.sum()
    for h in range(len(names)):
        inside = (stratum == h) & answered
        shares = shares + weights[h] * residuals[inside].mean(axis=0)
        authors = None if clusters is None else [clusters[int(i)] for i in np.flatnonzero(inside)]
        spread = _residual_covariance(residuals[inside], posteriors[rows[inside]], authors)
        unseen = max(0.0, 1 - labelled[h] / sizes[h])
        covariance += weights[h] ** 2 * unseen * spread / labelled[h]
    return SharesEstimate(Status.AUDITED, _CLASSES, n_labels, float(n_notes), np.clip(shares, 0.0, 1.0), covariance)


def _residual_covariance(residuals: FloatArray, f: FloatArray, authors: Sequence[str | None] | None) -> FloatArray:
    """Covariance of residuals, shrunk towards what the model itself expects; never below that of single notes."""
    n = len(residuals)
    apart = residuals - residuals.mean(axis=0)
    scatter = apart.T @ apart
    if authors is not None:
        keys = [f"note {i}" if author is None else f"author {author}" for i, author in enumerate(authors)]
        _, cluster = np.unique(keys, return_inverse=True)
        sums = np.zeros((cluster.max() + 1, apart.shape[1]))
        np.add.at(sums, cluster, apart)
        grouped = sums.T @ sums
        scatter = grouped if np.trace(grouped) > np.trace(scatter) else scatter
    expected = np.diag(f.mean(axis=0)) - f.T @ f / n
    shrunk: FloatArray = (scatter + PSEUDO_OBSERVATIONS * expected) / (n - 1 + PSEUDO_OBSERVATIONS)
    return shrunk


def _broken(
    rows: npt.NDArray[np.int64],
    answered: npt.NDArray[np.bool_],
    stratum: npt.NDArray[np.intp],
    probability: FloatArray,
    sizes: FloatArray,
    n_notes: int,
) -> list[str]:
    reasons = []
    if len(np.unique(rows)) != len(rows):
        reasons.append("a note was drawn more than once")
    if any(np.ptp(probability[stratum == h]) > 1e-3 * probability[stratum == h].max() for h in range(len(sizes))):
        reasons.append("inclusion probabilities differ within a stratum")
    if abs(sizes.sum() - n_notes) > max(1.0, SIZE_TOLERANCE * n_notes):
        reasons.append(f"strata must add up to the {n_notes} notes of the feed, got {sizes.sum():.0f}")
    if len(answered) and 1 - answered.mean() > MAX_NONRESPONSE:
        reasons.append(f"non-response must stay within {MAX_NONRESPONSE:.0%}, got {1 - answered.mean():.0%}")
    return reasons


def _check(
    posteriors: FloatArray,
    rows: npt.NDArray[np.int64],
    y_true: Sequence[str | None],
    strata: Sequence[str],
    probability: FloatArray,
    clusters: Sequence[str | None] | None,
) -> None:
    if posteriors.ndim != 2 or posteriors.shape[1] != len(_CLASSES):
        raise ModelError(f"'proba' must have shape (n_notes, {len(_CLASSES)}). Got {posteriors.shape} instead.")
    lengths = {len(rows), len(y_true), len(strata), len(probability), len(rows if clusters is None else clusters)}
    if len(lengths) != 1:
        raise ModelError(f"drawn notes need a row, label, stratum and probability each. Got lengths {sorted(lengths)}.")
    if unknown := sorted({str(label) for label in y_true if label is not None} - set(_CLASSES)):
        raise ModelError(f"audit labels must be among {', '.join(_CLASSES)}. Got {unknown[0]!r} instead.")
    if len(rows) and not (rows.min() >= 0 and rows.max() < len(posteriors)):
        raise ModelError(f"'sampled' must hold rows of 'proba', 0..{len(posteriors) - 1}. Got others.")
    if np.any(~((probability > 0) & (probability <= 1))):
        raise ModelError("inclusion probabilities must lie in (0, 1]. Got others.")
