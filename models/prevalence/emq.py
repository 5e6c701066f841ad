"""EMQ: shares of a feed by maximum likelihood, and posteriors adapted to them; the cross-check of PACC."""

import numpy as np
import numpy.typing as npt

from data.errors import ModelError
from models.prevalence.estimate import FloatArray, SharesEstimate
from models.prevalence.pacc import answered, measure, refused
from models.prevalence.temperature import TemperatureScaling
from models.prevalence.validation import ValidationStatistics

MAX_STEPS = 1_000
TOLERANCE = 1e-6  # the largest change of a share in a step, times the distance that is still to go
MANY_NOTES = 2_000
_NEWTON_TOLERANCE = 1e-9  # of a share
_BINS = 8_192
_TINY = 1e-12


def estimate_shares_em(
    proba: npt.NDArray[np.floating],
    statistics: ValidationStatistics,
    *,
    weights: npt.NDArray[np.floating] | None = None,
    scaling: TemperatureScaling | None = None,
    clusters: npt.NDArray[np.integer] | None = None,
    design_effect: float | None = None,
) -> SharesEstimate:
    """Estimate the shares of classes in a feed without labels from it.

    Uses all of a posterior and not only the feed's mean, so it varies a little less than PACC, but holds only for
    posteriors that are calibrated at the validation mix. Its own noise is that of the likelihood's influence function
    within classes; what validation leaves open is taken to be PACC's, which rests on the same labels.

    Parameters
    ----------
    proba
        Posteriors of the classifier that `statistics` describe, shape (n_notes, n_classes), columns in the order
        of `statistics.classes`.
    statistics
        Validation statistics, collapsed to the classes wanted; their counts are the mix at which posteriors hold.
    weights
        What each note weighs, shape (n_notes,), not negative; 1 each without it.
    scaling
        Applied to `proba` first. For pooled classes scale the four labels before they are collapsed, and pass None.
    clusters
        Numbers of the clusters of notes that go together, shape (n_notes,); they lower the effective number of notes.
    design_effect
        In place of `clusters`, by how much they do.

    Returns
    -------
    SharesEstimate
        With the statuses of `estimate_shares`.

    Raises
    ------
    ModelError
        If shapes differ, posteriors are no distributions, or a weight or cluster is negative.

    References
    ----------
    Saerens, Latinne and Decaestecker (2002), Adjusting the outputs of a classifier to new a priori probabilities.
    """
    feed = measure(proba, statistics, weights=weights, clusters=clusters, design_effect=design_effect)
    if feed.refusals:
        return refused(feed, statistics)
    posteriors = feed.posteriors if scaling is None else scaling.apply(feed.posteriors)
    train = statistics.counts / statistics.counts.sum()
    likelihoods = np.ascontiguousarray((posteriors / train).T)
    climb = _maximise_two if len(train) == 2 else _maximise
    shares = climb(likelihoods, feed.weights, train)
    own = _own_covariance(likelihoods, feed.weights, feed.squares, shares) / feed.n_eff
    return answered(feed, statistics, shares, own)


def adapt_posteriors(
    proba: npt.NDArray[np.floating], train_shares: npt.ArrayLike, shares: npt.ArrayLike
) -> npt.NDArray[np.float64]:
    """Carry posteriors over from the mix where they hold to another.

    Parameters
    ----------
    proba
        Posteriors that hold at `train_shares`, shape (n_notes, n_classes).
    train_shares, shares
        Shares of the classes there and here, shape (n_classes,).

    Returns
    -------
    ndarray
        Shape (n_notes, n_classes), rows summing to 1.

    Raises
    ------
    ModelError
        If a train share is not over 0.

    Examples
    --------
    >>> adapt_posteriors(np.array([[0.5, 0.5]]), [0.5, 0.5], [0.8, 0.2]).tolist()
    [[0.8, 0.2]]
    """
    train = np.asarray(train_shares, dtype=np.float64)
    if np.any(train <= 0):
        raise ModelError("posteriors adapt from shares over 0 alone. Got a class without a share.")
    joint = np.asarray(proba, dtype=np.float64) * (np.asarray(shares, dtype=np.float64) / train)
    adapted: npt.NDArray[np.float64] = joint / np.maximum(joint.sum(axis=1, keepdims=True), _TINY)
    return adapted


def _maximise(likelihoods: FloatArray, weights: FloatArray, start: FloatArray) -> FloatArray:
    """Climb by EM to the shares under which the notes are likeliest: likelihoods (C, n), weights (n,) -> (C,).

    EM slows down as it nears the top; a step is taken to be the last once the sum of all that would follow, were
    they to shrink as they do now, is within the tolerance.
    """
    shares, last = start, 1.0
    for _ in range(MAX_STEPS):
        density = np.maximum(shares @ likelihoods, _TINY)
        climbed: FloatArray = shares * (likelihoods @ (weights / density))
        climbed /= climbed.sum()
        step = float(np.abs(climbed - shares).max())
        shares = climbed
        if step <= TOLERANCE * max(0.0, 1 - step / last) or step == 0:
            break
        last = step
    return shares


def _maximise_two(likelihoods: FloatArray, weights: FloatArray, start: FloatArray) -> FloatArray:
    """Find the same shares for two classes by Newton's steps, kept between bounds: the likelihood has one top."""
    if len(weights) > MANY_NOTES:
        likelihoods, weights = _binned(likelihoods, weights)
    apart = likelihoods[1] - likelihoods[0]

    def slope(share: float) -> tuple[float, float]:
        ratio = apart / np.maximum(likelihoods[0] + share * apart, _TINY)
        return float(weights @ ratio), -float(weights @ ratio**2)

    low, high, share = 0.0, 1.0, float(start[1])
    for _ in range(MAX_STEPS):
        first, second = slope(share)
        low, high = (share, high) if first > 0 else (low, share)
        step = -first / second if second < 0 else 0.0
        if not low < share + step < high and abs(step) > _NEWTON_TOLERANCE:
            step = (low + high) / 2 - share
        if abs(step) <= _NEWTON_TOLERANCE:
            break
        share += step
    return np.array([1.0 - share, share])


def _binned(likelihoods: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Put notes whose likelihoods hardly differ together: that moves a share by far less than its tolerance."""
    part = likelihoods[1] / np.maximum(likelihoods.sum(axis=0), _TINY)
    codes = (part * _BINS).astype(np.int64)
    total = np.bincount(codes, weights).astype(np.float64)
    seen = total > 0
    means = [np.bincount(codes, weights * each)[seen] / total[seen] for each in likelihoods]
    return np.array(means), total[seen]


def _own_covariance(
    likelihoods: FloatArray, weights: FloatArray, squares: FloatArray, shares: FloatArray
) -> FloatArray:
    """Covariance of one note's influence on the shares within its class: over n_eff, that of realised shares."""
    scores = likelihoods / np.maximum(shares @ likelihoods, _TINY)
    size = len(shares)
    tangent = np.eye(size)[:, :-1] - np.eye(size)[:, 1:]  # directions in which shares still sum to 1
    information = (scores * weights) @ scores.T
    influence = tangent @ np.linalg.pinv(tangent.T @ information @ tangent) @ tangent.T @ scores
    covariance = np.zeros((size, size))
    for j in range(size):
        member = squares * shares[j] * scores[j]  # adapted posteriors of class j
        apart = influence - (influence @ member / max(float(member.sum()), _TINY))[:, None]
        covariance += (apart * member) @ apart.T
    return covariance
