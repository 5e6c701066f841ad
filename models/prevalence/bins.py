"""Bins of posteriors by likeliest class and how likely it is: what the test of label shift counts."""

import numpy as np
import numpy.typing as npt

CONFIDENCE_EDGES = (0.6, 0.85)  # with 4 labels: 12 bins


def n_bins(n_classes: int) -> int:
    """Count the bins of so many classes."""
    return n_classes * (len(CONFIDENCE_EDGES) + 1)


def bin_of(proba: npt.NDArray[np.floating]) -> npt.NDArray[np.int64]:
    """Give each note's bin: (n_notes, n_classes) -> (n_notes,), classes in order, least confident first."""
    highest = np.ascontiguousarray(proba.T).max(axis=0)  # over long rows numpy compares far faster
    confidence = np.searchsorted(CONFIDENCE_EDGES, highest, side="right")
    binned: npt.NDArray[np.int64] = proba.argmax(axis=1) * (len(CONFIDENCE_EDGES) + 1) + confidence
    return binned


def bin_posteriors(
    proba: npt.NDArray[np.floating], weights: npt.NDArray[np.floating] | None = None
) -> npt.NDArray[np.float64]:
    """Give the share of a feed's weight in each bin.

    Parameters
    ----------
    proba
        Posteriors, shape (n_notes, n_classes).
    weights
        What each note weighs, shape (n_notes,); 1 each without it.

    Returns
    -------
    ndarray
        Shape (3 n_classes,), so (12,) for the four labels; sums to 1 (to 0 without notes).
    """
    posteriors = np.asarray(proba)
    counted = np.bincount(bin_of(posteriors), weights, minlength=n_bins(posteriors.shape[1])).astype(np.float64)
    return counted / max(float(counted.sum()), 1e-300)
