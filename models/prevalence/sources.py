"""Between-source variance: how far a new source's class means lie from those we validated on."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from models.prevalence.validation import ValidationStatistics

MIN_SOURCE_ROWS = 10  # fewer notes of a class say too little of that source's mean
MIN_SOURCES = 5  # fewer sources say too little of how sources differ
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@lru_cache(maxsize=16)
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
    if statistics.source_means is None or statistics.source_counts is None:
        return None
    return _between(statistics.source_means, statistics.source_counts, statistics.covariances)


@lru_cache(maxsize=16)
def between_source_bins(statistics: ValidationStatistics) -> FloatArray | None:
    """Estimate the covariance over sources of the share that each bin has of a class, as of class means.

    Returns
    -------
    ndarray or None
        Shape (C, B, C, B); None where a class has fewer than `MIN_SOURCES` sources, or bins by source are not known.
    """
    if statistics.source_bins is None or statistics.source_counts is None:
        return None
    shares = statistics.source_bins / np.maximum(statistics.source_counts, 1)[:, None, :]
    pooled = statistics.bins / np.maximum(statistics.counts, 1)
    spread = np.stack([np.diag(column) - np.outer(column, column) for column in pooled.T])
    return _between(shares, statistics.source_counts, spread)


def _between(means: FloatArray, counts: IntArray, covariances: Sequence[FloatArray] | FloatArray) -> FloatArray | None:
    """Give the covariance (C, D, C, D) of sources' means (S, D, C), from counts (S, C) and pooled (C, D, D)."""
    _, width, size = means.shape
    seen = counts >= MIN_SOURCE_ROWS
    if np.any(seen.sum(axis=0) < MIN_SOURCES):
        return None
    weights = counts / np.maximum(counts.sum(axis=0), 1)
    blocks = np.zeros((size, width, size, width))
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
                within = _within(means[:, :, j], counts[:, j], covariances[j])
                block = block - within * np.mean(1.0 / counts[both, j])
            in_pooled = float(weights[:, j] @ weights[:, k])
            blocks[j, :, k, :] = block * (1 + np.sqrt(2 / (n_sources - 1))) * (1 + in_pooled)
    return _nearest_covariance(blocks)


def _within(means: FloatArray, counts: IntArray, pooled: FloatArray) -> FloatArray:
    """Covariance within a class inside one source (law of total covariance), from that of all sources together."""
    n, n_sources = int(counts.sum()), int(np.count_nonzero(counts))
    apart = means - counts @ means / max(1, n)
    between = (apart * counts[:, None]).T @ apart
    return np.asarray(((n - 1) * pooled - between) / max(1, n - n_sources), dtype=np.float64)


def _nearest_covariance(blocks: FloatArray) -> FloatArray:
    """Clip negative eigenvalues: moments of few sources need not be a covariance."""
    size = blocks.shape[0] * blocks.shape[1]
    matrix = blocks.reshape(size, size)
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    clipped: FloatArray = ((vectors * np.maximum(values, 0.0)) @ vectors.T).reshape(blocks.shape)
    return clipped
