"""Sensitivity of an audited share to errors of the people who labelled it."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from data.errors import ModelError
from data.labels import Label

_ORGANIC = Label.ORGANIC.value


def label_error_band(
    share: float,
    first: Sequence[str | None],
    second: Sequence[str | None],
    inclusion: npt.NDArray[np.floating],
) -> tuple[float, float]:
    """Tell how far the share of organic moves if every disagreement on it is an error of the first label.

    Notes labelled twice stand for the feed, each for 1 / inclusion. With `a` the rate of notes that only the first
    person called organic and `b` of those that only the second did, the band is [share - a, share + b]: it is no
    confidence interval and comes on top of one.

    Parameters
    ----------
    share
        Audited share of organic; a ratio in [0, 1].
    first, second
        Labels of the drawn notes by two people who did not see each other's, shape (n_drawn,); None for no label.
    inclusion
        The probability with which each was drawn (times that of being labelled twice, where it differs), positive.

    Returns
    -------
    tuple of float
        Low and high, clipped to [0, 1]; both are `share` where no note was labelled twice.

    Raises
    ------
    ModelError
        If lengths differ or an inclusion probability is not positive.

    Examples
    --------
    >>> label_error_band(0.7, ["organic"] * 3 + ["diversion"], ["organic", None, "diversion", "diversion"], [0.1] * 4)
    (0.36666666666666664, 0.7)
    """
    probability = np.asarray(inclusion, dtype=np.float64)
    if not len(first) == len(second) == len(probability):
        lengths = f"{len(first)}, {len(second)} and {len(probability)}"
        raise ModelError(f"each drawn note must have a first label, a second and a probability. Got {lengths}.")
    if not np.all(np.isfinite(probability) & (probability > 0)):
        raise ModelError("inclusion probabilities must be finite and over 0. Got others.")
    twice = np.array([a is not None and b is not None for a, b in zip(first, second, strict=True)], dtype=bool)
    if not twice.any():
        return share, share
    stands_for = twice / probability
    first_organic = np.array([label == _ORGANIC for label in first])
    second_organic = np.array([label == _ORGANIC for label in second])
    only_first = float(stands_for @ (first_organic & ~second_organic) / stands_for.sum())
    only_second = float(stands_for @ (second_organic & ~first_organic) / stands_for.sum())
    return max(0.0, share - only_first), min(1.0, share + only_second)
