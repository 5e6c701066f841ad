"""Steps in many series of shares at once, with the part of false ones held down across all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from data.errors import ModelError
from models.prevalence.step_scan import level_weights, scan

FloatArray = npt.NDArray[np.float64]


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
    Benjamini-Hochberg across all sides of that round, at the part of `fdr` that is the part of series with a step:
    series were selected to be scanned again.

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
    change-point; Benjamini & Hochberg (1995), Controlling the false discovery rate; Benjamini & Bogomolov (2014),
    Selective inference on multiple families of hypotheses.
    """
    if not 0 < fdr < 1:
        raise ModelError(f"'fdr' must lie between 0 and 1. Got {fdr} instead.")
    values, variances = _stacked(series)
    found: list[list[_Found]] = [[] for _ in values]
    segments = [_Segment(row, 0, values.shape[1]) for row in range(len(values))]
    selected: float | None = None  # part with a step of the series that could have one
    while segments:
        rows, places = np.array([segment.row for segment in segments]), np.arange(values.shape[1])
        inside = np.array([(segment.start <= places) & (places < segment.stop) for segment in segments])
        at, p_values = scan(values[rows], level_weights(values[rows], np.where(inside, variances[rows], np.inf)))
        q_values, testable = np.full(len(p_values), np.nan), ~np.isnan(p_values)
        q_values[testable] = np.minimum(1.0, adjust_p_values(p_values[testable]) / (selected or 1.0))
        if selected is None:
            selected = int(np.count_nonzero(q_values <= fdr)) / max(1, int(np.count_nonzero(testable)))
        halves: list[_Segment] = []
        for i in np.flatnonzero(q_values <= fdr):
            segment, k = segments[i], int(at[i])
            found[segment.row].append(_Found(k, float(p_values[i]), float(q_values[i])))
            halves += [_Segment(segment.row, segment.start, k), _Segment(segment.row, k, segment.stop)]
        segments = halves
    steps = (_steps(name, values[row], variances[row], found[row]) for row, name in enumerate(series))
    return [step for each in steps for step in each]


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


def _stacked(series: Mapping[str, Series]) -> tuple[FloatArray, FloatArray]:
    """Values and variances of all series, shape (n, longest); 0 with an infinite variance where one is missing."""
    longest = max((2, *(len(each.values) for each in series.values())))
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
