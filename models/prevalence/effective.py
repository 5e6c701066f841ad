"""How many equal, independent notes would say as much: weights and clusters both lower it."""

import numpy as np
import numpy.typing as npt

from data.errors import ModelError
from models.prevalence.estimate import FloatArray


def normalise_weights(weights: npt.NDArray[np.floating] | None, n: int) -> tuple[FloatArray, float]:
    """Give weights that sum to 1 and their effective number (1 / sum of squares); zeros and 0 without any weight.

    Raises
    ------
    ModelError
        If `weights` has not shape (n,), or holds one that is negative or not finite.

    References
    ----------
    Kish (1965), Survey sampling.
    """
    if weights is None:
        return np.full(n, 1.0 / max(n, 1)), float(n)
    given = np.asarray(weights, dtype=np.float64)
    if given.shape != (n,):
        raise ModelError(f"'weights' must have shape {(n,)}. Got {given.shape} instead.")
    if not np.all(np.isfinite(given)) or np.any(given < 0):
        raise ModelError("'weights' must be finite and not negative. Got others.")
    total = float(given.sum())
    if total == 0:
        return np.zeros(n), 0.0
    normalised = given / total
    return normalised, float(1.0 / np.sum(normalised**2))


def cluster_design_effect(
    posteriors: FloatArray, weights: FloatArray, clusters: npt.NDArray[np.integer] | None
) -> float:
    """Give by how much clusters spread the weighted mean more than single notes would: at least 1.

    Parameters
    ----------
    posteriors
        Shape (n_notes, n_classes); their variances are added up over the classes.
    weights
        Shape (n_notes,), summing to 1.
    clusters
        Numbers of the clusters, shape (n_notes,), not negative; notes of one author, or copies of one text.

    Raises
    ------
    ModelError
        If `clusters` has not shape (n_notes,) or holds a negative number.
    """
    if clusters is None:
        return 1.0
    codes = np.asarray(clusters)
    if codes.shape != weights.shape:
        raise ModelError(f"'clusters' must have shape {weights.shape}. Got {codes.shape} instead.")
    if len(codes) == 0:
        return 1.0
    if codes.min() < 0:
        raise ModelError(f"'clusters' must not be negative. Got {codes.min()}.")
    if codes.max() > 8 * len(codes):  # numbers of a whole archive: few of them stand here
        codes = np.unique(codes, return_inverse=True)[1]
    shared = np.flatnonzero(np.bincount(codes)[codes] > 1)
    if len(shared) == 0:
        return 1.0
    columns = posteriors[:, :1] if posteriors.shape[1] == 2 else posteriors  # of two classes each mirrors the other
    apart = (np.ascontiguousarray(columns.T) - (weights @ columns)[:, None]) * weights
    single, added = float(np.vdot(apart, apart)), 0.0
    for column in apart[:, shared]:
        together = np.bincount(codes[shared], column)
        added += float(together @ together - column @ column)
    return max(1.0, 1 + added / single) if single > 0 else 1.0
