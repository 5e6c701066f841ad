"""Between-source variance: how far a new source's class means lie from those we validated on."""

import numpy as np
import numpy.typing as npt

from models.prevalence.validation import ValidationStatistics

MIN_SOURCE_ROWS = 10  # fewer notes of a class say too little of that source's mean
MIN_SOURCES = 5  # fewer sources say too little of how sources differ
FloatArray = npt.NDArray[np.float64]


def between_source_covariance(statistics: ValidationStatistics) -> FloatArray | None:
    """Estimate the covariance of class means over sources, by moments.

    Sampling error within sources is taken out; one standard error is added, because sources are few; and the
    share of it that stands in the pooled means M themselves is put on top, so that the answer is the variance
    of (a new source's means - M).

    Returns
    -------
    ndarray or None
        Shape (C, C, C, C), `[j, :, k, :]` between the means of classes j and k: one source's style moves all its
        classes, so cross terms count. None where a class has fewer than `MIN_SOURCES` sources.
    """
    means, counts = statistics.source_means, statistics.source_counts
    if means is None or counts is None:
        return None
    size = len(statistics.classes)
    seen = counts >= MIN_SOURCE_ROWS
    if np.any(seen.sum(axis=0) < MIN_SOURCES):
        return None
    weights = counts / np.maximum(statistics.counts, 1)
    blocks = np.zeros((size, size, size, size))
    for j in range(size):
        for k in range(size):
            both = seen[:, j] & seen[:, k]
            n_sources = int(both.sum())
            if n_sources < MIN_SOURCES:
                continue  # too few to see how the two move together: taken as independent
            apart_j = means[both, :, j] - means[both, :, j].mean(axis=0)
            apart_k = means[both, :, k] - means[both, :, k].mean(axis=0)
            block = apart_j.T @ apart_k / (n_sources - 1)
            if j == k:
                block = block - _within(statistics, j) * np.mean(1.0 / counts[both, j])
            in_pooled = float(weights[:, j] @ weights[:, k])
            blocks[j, :, k, :] = block * (1 + np.sqrt(2 / (n_sources - 1))) * (1 + in_pooled)
    return _nearest_covariance(blocks)


def _within(statistics: ValidationStatistics, j: int) -> FloatArray:
    """Covariance of posteriors within class j inside one source (law of total covariance)."""
    means, counts = statistics.source_means, statistics.source_counts
    if means is None or counts is None:
        return np.asarray(statistics.covariances[j], dtype=np.float64)
    apart = means[:, :, j] - statistics.means[:, j]
    between = (apart * counts[:, j, None]).T @ apart
    n, n_sources = int(statistics.counts[j]), int(np.count_nonzero(counts[:, j]))
    return np.asarray(((n - 1) * statistics.covariances[j] - between) / max(1, n - n_sources), dtype=np.float64)


def _nearest_covariance(blocks: FloatArray) -> FloatArray:
    """Clip negative eigenvalues: moments of few sources need not be a covariance."""
    size = len(blocks)
    matrix = blocks.reshape(size * size, size * size)
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    clipped: FloatArray = ((vectors * np.maximum(values, 0.0)) @ vectors.T).reshape(blocks.shape)
    return clipped
