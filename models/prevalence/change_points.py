"""Steps in many series of shares at once, with the part of false ones held down across all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from data.errors import ModelError

FloatArray = npt.NDArray[np.float64]
MIN_SEGMENT = 2  # periods on either side of a step
MAX_RESCALE = 20.0  # of a variance, to the level of its series
_TINY = 1e-12


@dataclass(frozen=True, eq=False)
class Series:
    """Values of one series by period, shape (T,), NaN where a period is missing.

    `variances` (T,) are of each value's own noise and must include the process variance share (1 - share) / n_eff:
    then a series around one level is exactly normal. Noise that all periods have in common has no place in it. Values
    that all lie in [0, 1] are taken for shares, whose variances follow share (1 - share); others' are taken as given.
    """

    values: FloatArray
    variances: FloatArray


@dataclass(frozen=True)
class Step:
    """A change of level: `at` is the index of the first period after it, `size` the level after minus before.

    Levels and `variance` (of `size`) reach to the neighbouring steps. `q_value` is the smallest `fdr` at which it
    would still be found.
    """

    series: str
    at: int
    size: float
    variance: float
    p_value: float
    q_value: float


@dataclass(frozen=True)
class _Segment:
    row: int
    start: int
    stop: int


@dataclass(frozen=True)
class _Found:
    at: int
    p_value: float
    q_value: float


def find_change_points(series: Mapping[str, Series], *, fdr: float = 0.05) -> list[Step]:
    """Scan series for steps; a slow drift is found as one step or more.

    Each series is scanned by its largest generalised likelihood ratio of one step against none; Benjamini-Hochberg
    decides across series. Where a step is found, both sides of it are scanned in turn (binary segmentation), by
    Benjamini-Hochberg across all sides of that round.

    Parameters
    ----------
    series
        Series by name; lengths may differ. A series of fewer than 4 periods with a value has no steps.
    fdr
        Expected share of false ones among the steps found, at most; in (0, 1).

    Returns
    -------
    list of Step
        In the order of `series`, then of time.

    Raises
    ------
    ModelError
        If `fdr` lies outside (0, 1), lengths within a series differ, or a value stands without a positive variance.

    References
    ----------
    Siegmund & Venkatraman (1995), Using the generalized likelihood ratio statistic for sequential detection of a
    change-point; Benjamini & Hochberg (1995), Controlling the false discovery rate.
    """
    if not 0 < fdr < 1:
        raise ModelError(f"'fdr' must lie between 0 and 1. Got {fdr} instead.")
    values, variances = _stacked(series)
    found: list[list[_Found]] = [[] for _ in values]
    segments = [_Segment(row, 0, values.shape[1]) for row in range(len(values))]
    while segments:
        rows, places = np.array([segment.row for segment in segments]), np.arange(values.shape[1])
        inside = np.array([(segment.start <= places) & (places < segment.stop) for segment in segments])
        at, p_values = scan(values[rows], level_weights(values[rows], np.where(inside, variances[rows], np.inf)))
        q_values = adjust_p_values(p_values)
        halves: list[_Segment] = []
        for i in np.flatnonzero(q_values <= fdr):
            segment, k = segments[i], int(at[i])
            found[segment.row].append(_Found(k, float(p_values[i]), float(q_values[i])))
            halves += [_Segment(segment.row, segment.start, k), _Segment(segment.row, k, segment.stop)]
        segments = halves
    steps = (_steps(name, values[row], variances[row], found[row]) for row, name in enumerate(series))
    return [step for each in steps for step in each]


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
        Shape (n, T).
    weights
        1 / variance, shape (n, T); 0 where a value is missing.

    Returns
    -------
    tuple
        The index of the first period after the step, shape (n,), and the p-value of the largest statistic, shape
        (n,); 1 where a row is too short.

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


def adjust_p_values(p_values: FloatArray) -> FloatArray:
    """Give the q-values of Benjamini and Hochberg, shape (n,): the smallest rate at which each is still found.

    Examples
    --------
    >>> adjust_p_values(np.array([0.01, 0.04, 0.03])).round(3).tolist()
    [0.03, 0.04, 0.04]
    """
    order = np.argsort(p_values)[::-1]
    raised = p_values[order] * len(p_values) / np.arange(len(p_values), 0, -1)
    adjusted = np.empty_like(p_values)
    adjusted[order] = np.minimum.accumulate(np.minimum(raised, 1.0))
    return adjusted


def _tail(highest: FloatArray, part: FloatArray, possible: npt.NDArray[np.bool_]) -> FloatArray:
    """Chance that the largest |statistic| of a row without a step reaches `highest`."""
    clock = 0.5 * np.log(part / (1 - part))
    # The time from each possible place to the one before it; the first has none.
    last = np.maximum.accumulate(np.where(possible, clock, -np.inf), axis=1)
    gap = np.zeros_like(clock)
    gap[:, 1:] = np.where(possible[:, 1:] & np.isfinite(last[:, :-1]), clock[:, 1:] - last[:, :-1], 0.0)
    b = highest[:, None]
    density = np.exp(-0.5 * highest**2) / np.sqrt(2 * np.pi)
    crossings = highest * density * (gap * _overshoot(b * np.sqrt(2 * gap))).sum(axis=1)
    tail = np.minimum(1.0, 2 * ndtr(-highest) + 2 * crossings)
    return np.where(possible.any(axis=1), tail, 1.0)


def _overshoot(x: FloatArray) -> FloatArray:
    """Siegmund's correction for looking only now and then; 1 for looking always."""
    y = np.maximum(x, 1e-9) / 2
    density = np.exp(-0.5 * y**2) / np.sqrt(2 * np.pi)
    corrected: FloatArray = (ndtr(y) - 0.5) / y / (y * ndtr(y) + density)
    return corrected


def _stacked(series: Mapping[str, Series]) -> tuple[FloatArray, FloatArray]:
    """Values and variances of all series, shape (n, longest); 0 with an infinite variance where one is missing."""
    longest = max((len(each.values) for each in series.values()), default=0)
    values, variances = np.zeros((len(series), longest)), np.full((len(series), longest), np.inf)
    for row, (name, each) in enumerate(series.items()):
        given, noise = np.asarray(each.values, dtype=np.float64), np.asarray(each.variances, dtype=np.float64)
        if given.ndim != 1 or given.shape != noise.shape:
            raise ModelError(f"series {name!r}: values and variances must have one shape (T,). Got others.")
        known = ~np.isnan(given)
        if not (np.all(np.isfinite(given[known])) and np.all((noise[known] > 0) & np.isfinite(noise[known]))):
            raise ModelError(f"series {name!r}: every value must be finite, with a positive variance. Got others.")
        values[row, : len(given)][known], variances[row, : len(given)][known] = given[known], noise[known]
    return values, variances


def _steps(name: str, values: FloatArray, variances: FloatArray, found: Sequence[_Found]) -> list[Step]:
    """Sizes of the steps of one series, from the levels between them."""
    ordered = sorted(found, key=lambda each: each.at)
    bounds = [0, *(each.at for each in ordered), len(values)]
    levels = [_level(values[low:high], variances[low:high]) for low, high in pairwise(bounds)] if ordered else []
    return [
        Step(name, each.at, after[0] - before[0], before[1] + after[1], each.p_value, each.q_value)
        for each, (before, after) in zip(ordered, pairwise(levels), strict=True)
    ]


def _level(values: FloatArray, variances: FloatArray) -> tuple[float, float]:
    """Weighted mean of the values, and its variance."""
    weights = level_weights(values[None], variances[None])[0]
    return float(weights @ values / weights.sum()), float(1 / weights.sum())
