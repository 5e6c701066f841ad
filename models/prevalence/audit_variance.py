"""Variance of an audit's correction, and how well so few labels know it."""

import numpy as np
import numpy.typing as npt

from models.prevalence.audit_sample import MIN_LABELS, N_LABELS, AuditSample
from models.prevalence.estimate import FloatArray

PSEUDO_OBSERVATIONS = 2.0  # at the model's own f (1 - f): a stratum without errors must not get zero width
MIN_DEGREES = 5.0  # moments of a handful of labels would say less: an interval that says nothing helps nobody
MAX_DEGREES = 1e6


def correction_variance(
    sample: AuditSample, single: FloatArray, scale: FloatArray, group: npt.NDArray[np.intp]
) -> tuple[FloatArray, FloatArray]:
    """Sum up what each labelled note adds to the variance.

    Each group (stratum) is shrunk by 2 pseudo-observations towards what the model itself expects, and clusters
    stretch the variance of a class where they raise it. From 30 labels up (fewer are for shrinking, which pools
    variances), a variance is at least that of one error in the sample: a model that is sure and sometimes wrong
    expects no error, and a sample without one cannot tell that there is none.

    Parameters
    ----------
    sample
        The labelled sample.
    single
        Scaled deviations whose squares add up to the variance, shape (n_drawn, C).
    scale
        The scale by which the square of a weighted residual enters it, shape (n_drawn,).
    group
        Group of each note from 0, shape (n_drawn,); -1 without a label.

    Returns
    -------
    tuple of ndarray
        Covariance (C, C), and degrees of freedom (C,) from fourth moments: where errors are rare, a variance from few
        labels is known badly, and the interval must be that much wider.

    References
    ----------
    Satterthwaite (1946), An approximate distribution of estimates of variance components.
    """
    size = len(sample.classes)
    stretch = np.sqrt(design_effect(single, sample.cluster))
    covariance = stretch[:, None] * (single.T @ single) * stretch
    uncertainty = np.zeros(size)
    weighted = scale * sample.weights[sample.rows] ** 2
    for g in range(int(group.max(initial=-1)) + 1):
        inside = group == g
        f = sample.posteriors[sample.rows[inside]]
        expected = np.einsum("i,iab->ab", weighted[inside] / inside.sum(), _expected_scatter(f))
        covariance += PSEUDO_OBSERVATIONS * expected
        squares = single[inside] ** 2
        fourth = weighted[inside] ** 2 @ (f * (1 - f) * (1 - 3 * f + 3 * f**2)) / inside.sum()
        uncertainty += np.sum((squares - squares.mean(axis=0)) ** 2, axis=0)
        uncertainty += PSEUDO_OBSERVATIONS * np.maximum(0.0, fourth - np.diag(expected) ** 2)
    if sample.n_labels >= MIN_LABELS:
        one = _one_error(sample, weighted)
        lacking = np.maximum(0.0, one - np.diag(covariance))
        covariance += np.diag(lacking)
        uncertainty = np.where(lacking > 0, np.maximum(uncertainty, one**2), uncertainty)
    variance = np.diag(covariance)
    known = 2 * variance**2 / np.maximum(uncertainty, 2 * variance**2 / MAX_DEGREES + np.finfo(np.float64).tiny)
    return covariance, np.where(variance > 0, np.maximum(known, MIN_DEGREES), MAX_DEGREES)


def design_effect(single: FloatArray, cluster: npt.NDArray[np.intp] | None) -> FloatArray:
    """Give by how much clusters raise the variance (C,) of a sum of the rows of `single` (n, C); at least 1."""
    if cluster is None:
        return np.ones(single.shape[1])
    sums = np.zeros((int(cluster.max(initial=0)) + 1, single.shape[1]))
    np.add.at(sums, cluster, single)
    apart, together = np.sum(single**2, axis=0), np.sum(sums**2, axis=0)
    effect: FloatArray = np.where(apart > 0, together / np.where(apart > 0, apart, 1.0), 1.0)
    return np.maximum(effect, 1.0)


def _one_error(sample: AuditSample, weighted: FloatArray) -> float:
    """Variance that one error of a note of the feed, whichever it is, would add."""
    stands_for = sample.answered / sample.inclusion
    return float(stands_for @ weighted / stands_for.sum())


def _expected_scatter(f: FloatArray) -> FloatArray:
    """Squares (n, C, C) of residuals that the model expects; `commercial` is taken as independent of the labels."""
    scatter = np.zeros((*f.shape, f.shape[1]))
    four = f[:, :N_LABELS]
    scatter[:, :N_LABELS, :N_LABELS] = -four[:, :, None] * four[:, None, :]
    at = np.arange(f.shape[1])
    scatter[:, at, at] = f * (1 - f)
    return scatter
