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

    The larger of two: what these clusters' own sums show, and what their sizes let expect of notes that are as alike
    within clusters as all of them together say. The first rests on the largest clusters alone: one author with a
    tenth of the notes, who happens to be like everybody else, would hide what another such author would do.

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

    References
    ----------
    Kish (1965), Survey sampling (the design effect of clusters by their intraclass correlation).
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
    apart = np.ascontiguousarray(columns.T) - (weights @ columns)[:, None]
    weighted = apart * weights
    if (single := float(np.vdot(weighted, weighted))) == 0:
        return 1.0
    inside, own = codes[shared], weights[shared]
    sizes = np.bincount(inside)
    pairs = 1 / np.maximum(sizes - 1, 1)
    pairs_of_note, is_even = pairs[inside], bool(own.min() == own.max() > 0)
    added = alike = spread = 0.0
    for column, plain in zip(weighted[:, shared], apart[:, shared], strict=True):
        together, squares = np.bincount(inside, column), plain * plain
        sums = together / own[0] if is_even else np.bincount(inside, plain)
        added += float(together @ together - column @ column)
        alike += float((sums * sums) @ pairs - squares @ pairs_of_note)
        spread += float(squares.sum())
    within = max(0.0, alike / spread) if spread > 0 else 0.0
    authors = sizes * own[0] if is_even else np.bincount(inside, own)
    expected = within * float(authors @ authors - own @ own) / float(weights @ weights)
    return max(1.0, 1 + added / single, 1 + expected)
