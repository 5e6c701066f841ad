"""The likeliest step of each of many series, and the chance of one as clear where there is none."""

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
MIN_SEGMENT = 2  # periods on either side of a step
MAX_RESCALE = 20.0  # of a variance, to the level of its series
_TINY = 1e-12


def level_weights(values: FloatArray, variances: FloatArray) -> FloatArray:
    """Weigh values by the variance they would have if each row had one level.

    A share's stated variance follows the share itself, so that a value that is high by chance would weigh more or
    less than a low one; with few notes that alone makes steps.

    Parameters
    ----------
    values
        Shape (n, T).
    variances
        Shape (n, T), infinite where a value is missing.

    Returns
    -------
    ndarray
        1 / variance, shape (n, T); 0 where a value is missing.
    """
    known = np.isfinite(variances)
    is_share = np.all((values >= 0) & (values <= 1) | ~known, axis=1, keepdims=True)
    mean = np.sum(values, axis=1, keepdims=True, where=known) / np.maximum(known.sum(axis=1, keepdims=True), 1)
    own, common = np.maximum(values * (1 - values), _TINY), np.maximum(mean * (1 - mean), _TINY)
    rescale = np.where(is_share & known, common / own, 1.0)
    at_level = variances * np.maximum(rescale, 1 / MAX_RESCALE)
    # The variance stated of a share of 0 or 1 says nothing: take what is usual in the series.
    unsaid = rescale > MAX_RESCALE
    usual = np.where(known & ~unsaid, at_level, np.nan)
    rows = np.flatnonzero(unsaid.any(axis=1) & ~np.isnan(usual).all(axis=1))
    at_level[rows] = np.where(unsaid[rows], np.nanmedian(usual[rows], axis=1, keepdims=True), at_level[rows])
    weights: FloatArray = 1 / at_level
    return weights


def scan(values: FloatArray, weights: FloatArray) -> tuple[npt.NDArray[np.intp], FloatArray]:
    """Find the likeliest step of each row, and the chance of one as clear where there is none.

    The statistics of neighbouring places are a normal Markov chain with correlation
    `sqrt(t_j (1 - t_k) / (t_k (1 - t_j)))`, where t is the part of the weight before the place; the tail of its
    maximum is Siegmund's, with his correction for a chain in place of a continuous path.

    Parameters
    ----------
    values
        Shape (n, T), T >= 2.
    weights
        1 / variance, shape (n, T); 0 where a value is missing.

    Returns
    -------
    tuple
        The index of the first period after the step, shape (n,), and the p-value of the largest statistic, shape
        (n,); NaN where a row has under 4 values, too few for a step.

    References
    ----------
    Siegmund (1985), Sequential Analysis, ch. 4 and 10; Siegmund & Yakir (2007), The Statistics of Gene Mapping.
    """
    total = weights.sum(axis=1, keepdims=True)
    safe = np.where(total > 0, total, 1.0)
    present = weights > 0
    level = np.sum(weights * values, axis=1, keepdims=True, where=present) / safe
    centred = np.where(present, values - level, 0.0)
    # Column k - 1 of each is what lies before place k.
    before, sums = np.cumsum(weights, axis=1)[:, :-1], np.cumsum(weights * centred, axis=1)[:, :-1]
    periods = np.cumsum(present, axis=1)
    possible = (
        present[:, 1:] & (periods[:, :-1] >= MIN_SEGMENT) & (periods[:, -1:] - periods[:, :-1] >= MIN_SEGMENT)
    )  # fmt: skip
    part = np.where(possible, before / safe, 0.5)
    statistic = np.where(possible, np.abs(sums) / np.sqrt(safe * part * (1 - part)), 0.0)
    at = statistic.argmax(axis=1)
    return at + 1, _tail(statistic[np.arange(len(at)), at], part, possible)


def _tail(highest: FloatArray, part: FloatArray, possible: npt.NDArray[np.bool_]) -> FloatArray:
    """Chance that the largest |statistic| of a row without a step reaches `highest`."""
    from scipy.special import ndtr  # here: who only names shares, as the service does, need not wait for scipy

    clock = 0.5 * np.log(part / (1 - part))
    # The time from each possible place to the one before it; the first has none.
    last = np.maximum.accumulate(np.where(possible, clock, -np.inf), axis=1)
    gap = np.zeros_like(clock)
    gap[:, 1:] = np.where(possible[:, 1:] & np.isfinite(last[:, :-1]), clock[:, 1:] - last[:, :-1], 0.0)
    b = highest[:, None]
    density = np.exp(-0.5 * highest**2) / np.sqrt(2 * np.pi)
    crossings = highest * density * (gap * _overshoot(b * np.sqrt(2 * gap))).sum(axis=1)
    tail = np.minimum(1.0, 2 * ndtr(-highest) + 2 * crossings)
    return np.where(possible.any(axis=1), tail, np.nan)


def _overshoot(x: FloatArray) -> FloatArray:
    """Siegmund's correction for looking only now and then; 1 for looking always."""
    from scipy.special import ndtr

    y = np.maximum(x, 1e-9) / 2
    density = np.exp(-0.5 * y**2) / np.sqrt(2 * np.pi)
    corrected: FloatArray = (ndtr(y) - 0.5) / y / (y * ndtr(y) + density)
    return corrected
