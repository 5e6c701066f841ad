"""Projection onto the simplex: the nearest shares that are not negative and sum to 1."""

import numpy as np
import numpy.typing as npt


def project_simplex(shares: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Project each row onto the probability simplex (nearest in Euclidean distance).

    Parameters
    ----------
    shares
        Any finite numbers, shape (..., n_classes).

    Returns
    -------
    ndarray
        Same shape; every row is >= 0 and sums to 1. A row that already is a distribution stays as it is.

    References
    ----------
    Duchi et al. (2008), Efficient projections onto the l1-ball for learning in high dimensions.

    Examples
    --------
    >>> project_simplex([1.1, -0.1]).tolist()
    [1.0, 0.0]
    """
    rows = np.asarray(shares, dtype=np.float64)
    descending = -np.sort(-rows, axis=-1)
    excess = (np.cumsum(descending, axis=-1) - 1.0) / np.arange(1, rows.shape[-1] + 1)
    last = np.count_nonzero(descending > excess, axis=-1, keepdims=True) - 1
    projected: npt.NDArray[np.float64] = np.maximum(rows - np.take_along_axis(excess, last, axis=-1), 0.0)
    return projected
