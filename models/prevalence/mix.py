"""Split a change of a share into what mix did and what changed within segments."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data.errors import ModelError

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class MixChange:
    """The two parts of a change, after minus before; they add up to it.

    `mix` is due to segments weighing more or less, `within` to the share inside segments.
    """

    mix: float
    within: float

    @property
    def total(self) -> float:
        """The whole change."""
        return self.mix + self.within


def decompose_change(
    shares_before: npt.NDArray[np.floating],
    weights_before: npt.NDArray[np.floating],
    shares_after: npt.NDArray[np.floating],
    weights_after: npt.NDArray[np.floating],
) -> MixChange:
    """Decompose the change of a weighted mean of segments' shares, the same way read forwards and backwards.

    Parameters
    ----------
    shares_before, shares_after
        Share in each segment, shape (n_segments,); NaN where the segment had no note then.
    weights_before, weights_after
        Size of each segment in any unit, shape (n_segments,), not negative; 0 where it had no note.

    Returns
    -------
    MixChange
        A segment that came or went changes the mix only.

    Raises
    ------
    ModelError
        If shapes differ, a weight is negative, a period has no weight, or a segment with weight has no share.

    References
    ----------
    Kitagawa (1955), Components of a difference between two rates.

    Examples
    --------
    >>> change = decompose_change(np.array([0.9, 0.5]), np.array([1, 1]), np.array([0.9, 0.4]), np.array([1, 3]))
    >>> round(change.mix, 4), round(change.within, 4)
    (-0.1125, -0.0625)
    """
    before, after = _shares(shares_before, weights_before), _shares(shares_after, weights_after)
    if before.shape != after.shape:
        raise ModelError(f"both periods must have the same segments. Got {len(before)} and {len(after)} instead.")
    size_before, size_after = _parts(weights_before), _parts(weights_after)
    before, after = np.where(size_before > 0, before, after), np.where(size_after > 0, after, before)
    seen = (size_before > 0) | (size_after > 0)
    mean, change = ((before + after) / 2)[seen], (after - before)[seen]
    return MixChange(
        mix=float((size_after - size_before)[seen] @ mean),
        within=float(((size_before + size_after) / 2)[seen] @ change),
    )


def _shares(shares: npt.NDArray[np.floating], weights: npt.NDArray[np.floating]) -> FloatArray:
    given, sizes = np.asarray(shares, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    if given.ndim != 1 or given.shape != sizes.shape:
        raise ModelError(f"shares and weights must have one shape (n_segments,). Got {given.shape} and {sizes.shape}.")
    if np.any(~np.isfinite(given[sizes > 0])):
        raise ModelError("a segment with weight must have a share. Got one without.")
    return given


def _parts(weights: npt.NDArray[np.floating]) -> FloatArray:
    sizes = np.asarray(weights, dtype=np.float64)
    if np.any(~np.isfinite(sizes)) or np.any(sizes < 0) or sizes.sum() == 0:
        raise ModelError("segments' weights must be finite, not negative, and not all 0. Got others.")
    parts: FloatArray = sizes / sizes.sum()
    return parts
