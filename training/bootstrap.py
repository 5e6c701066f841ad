"""Bootstrap: resample notes within their source, as whole-number weights that every figure shares."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data.errors import DataError

FloatArray = npt.NDArray[np.float64]
CountArray = npt.NDArray[np.uint16]
Statistic = Callable[[FloatArray], FloatArray]  # weights (n_draws, n_notes) -> one value per draw (n_draws,)

DRAWS = 1000
SEED = 20250312
LEVEL = 0.95
USABLE_SHARE = 0.9  # with fewer draws in which a figure exists, no interval is given
_CHUNK_CELLS = 2_000_000  # weights turned into floats at once: 16 MB


@dataclass(frozen=True)
class Figure:
    """A measured figure with its two-sided interval; None where too few draws have the figure, or all have the same."""

    value: float
    ci_low: float | None
    ci_high: float | None
    level: float = LEVEL


def bootstrap_weights(sources: Sequence[str], *, draws: int = DRAWS, seed: int = SEED) -> CountArray:
    """Draw how often each note is taken when each source's notes are resampled with replacement.

    Sources keep their number of notes in every draw: intervals speak of other notes of these sources, never of
    new sources.

    Returns
    -------
    CountArray
        Shape (draws, n_notes).

    Raises
    ------
    DataError
        If there is no note or no draw.
    """
    if not len(sources) or draws < 1:
        raise DataError(f"a bootstrap must have notes and draws. Got {len(sources)} notes, {draws} draws instead.")
    rng = np.random.default_rng(seed)
    names = np.asarray(sources)
    weights = np.zeros((draws, len(names)), dtype=np.uint16)
    for name in np.unique(names):
        members = np.flatnonzero(names == name)
        n = len(members)
        taken = rng.integers(0, n, (draws, n)) + n * np.arange(draws)[:, None]  # each draw counts in cells of its own
        weights[:, members] = np.bincount(taken.ravel(), minlength=draws * n).reshape(draws, n)
    return weights


def resampled(statistic: Statistic, weights: CountArray) -> FloatArray:
    """Compute a statistic of every draw, in chunks of flat memory; shape (n_draws,), nan where it is undefined."""
    step = max(1, _CHUNK_CELLS // max(1, weights.shape[1]))
    parts = [statistic(weights[at : at + step].astype(np.float64)) for at in range(0, len(weights), step)]
    return np.concatenate(parts)


def point(statistic: Statistic, n_notes: int) -> float:
    """Compute a statistic of the notes themselves; nan where it is undefined."""
    return float(statistic(np.ones((1, n_notes)))[0])


def estimate(
    statistic: Statistic, weights: CountArray, *, level: float = LEVEL, centred: bool = False
) -> Figure | None:
    """Measure a figure with a percentile interval.

    Parameters
    ----------
    centred
        Move the draws to have the figure as their mean, not under 0: for figures that every resampling makes larger,
        such as the calibration error.

    Returns
    -------
    Figure or None
        None where the figure is undefined, such as an AUC without positives.
    """
    value = point(statistic, weights.shape[1])
    if not np.isfinite(value):
        return None
    values = resampled(statistic, weights)
    usable = values[np.isfinite(values)]
    if len(usable) < USABLE_SHARE * len(values) or usable.min() == usable.max():
        return Figure(value, None, None, level)
    if centred:
        usable = np.maximum(usable - usable.mean() + value, 0.0)
    low, high = np.quantile(usable, [0.5 - level / 2, 0.5 + level / 2])
    return Figure(value, float(low), float(high), level)


def probability_better(statistic: Statistic, baseline: Statistic, weights: CountArray) -> float | None:
    """Give the share of draws in which a statistic lies over a baseline's on the same notes; ties count half.

    Returns
    -------
    float or None
        None where no draw has both.
    """
    difference = resampled(statistic, weights) - resampled(baseline, weights)
    usable = difference[np.isfinite(difference)]
    if not len(usable):
        return None
    return float(np.mean((usable > 0) + 0.5 * (usable == 0)))
