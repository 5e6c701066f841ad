"""Strata of an audit: cuts of P(organic) by channel, and how many labels each gets."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from data.errors import ModelError
from models.prevalence.estimate import FloatArray

CUTS = (0.05, 0.3, 0.7, 0.95)
VARIANCE_FLOOR = 0.02  # added to f (1 - f): where the model is sure and wrong, labels must fall too
_SMALL_AUDIT = 100
IntArray = npt.NDArray[np.intp]


def min_per_stratum(n_labels: int) -> int:
    """Give the labels that a stratum gets at least."""
    return min(n_labels, 5 if n_labels < _SMALL_AUDIT else 8)


def expected_spread(p_organic: FloatArray) -> FloatArray:
    """Give the standard deviation of the residual that the model expects of each note, with a floor."""
    spread: FloatArray = np.sqrt(p_organic * (1 - p_organic) + VARIANCE_FLOOR)
    return spread


def audit_strata(
    p_organic: FloatArray, n_labels: int, *, channel: Sequence[str] | npt.NDArray[np.generic] | None = None
) -> IntArray:
    """Assign each note to a stratum, numbered from 0; shape (n_notes,).

    A channel stands apart where its labels by size would fill every cut; the others are taken together. Within each,
    cuts with too few notes, and the smallest ones while there are more than the labels can fill, are merged into
    the smaller neighbour.

    Raises
    ------
    ModelError
        If `channel` has another length.
    """
    at_least = min_per_stratum(n_labels)
    cut = np.searchsorted(CUTS, p_organic, side="right")
    stratum, n_strata = np.zeros(len(cut), dtype=np.intp), 0
    for members in _channels(channel, len(cut), n_labels, at_least):
        room = max(1, int(n_labels * len(members) / len(cut)) // at_least)
        group = _merged(cut[members], room, at_least)
        stratum[members] = group + n_strata
        n_strata += int(group.max()) + 1
    return stratum


def allocate(sizes: npt.NDArray[np.integer], spreads: FloatArray, n_labels: int, *, at_least: int) -> IntArray:
    """Give each stratum its labels: half by size, half by size times spread, within [at_least, size].

    Returns
    -------
    ndarray
        Shape (n_strata,); adds up to `n_labels`, or to all notes where there are fewer.
    """
    exact = allocate_exactly(sizes, spreads, n_labels, at_least=at_least)
    counts = np.floor(exact + 1e-9).astype(np.intp)
    short = round(float(exact.sum())) - int(counts.sum())
    counts[np.argsort(counts - exact, kind="stable")[:short]] += 1
    return counts


def allocate_exactly(
    sizes: npt.NDArray[np.integer], spreads: FloatArray, n_labels: float, *, at_least: int
) -> FloatArray:
    """Allocate fractions of labels; no stratum gets fewer when `n_labels` grows."""
    share = 0.5 * sizes / sizes.sum() + 0.5 * sizes * spreads / (sizes @ spreads)
    lowest, highest = np.minimum(at_least, sizes).astype(np.float64), sizes.astype(np.float64)
    if not lowest.sum() < n_labels < highest.sum():
        return highest if n_labels >= highest.sum() else lowest
    turns = np.sort(np.concatenate([lowest / share, highest / share]))  # where one starts or stops to grow
    totals = np.clip(turns[:, None] * share, lowest, highest).sum(axis=1)
    exact: FloatArray = np.clip(np.interp(n_labels, totals, turns) * share, lowest, highest)
    return exact


def _channels(
    channel: Sequence[str] | npt.NDArray[np.generic] | None, n_notes: int, n_labels: int, at_least: int
) -> list[IntArray]:
    """Rows of each channel that stands apart, and those of all others."""
    if channel is None:
        return [np.arange(n_notes)]
    if len(channel) != n_notes:
        raise ModelError(f"'channel' must name one for each of {n_notes} notes. Got {len(channel)} instead.")
    code = np.unique(np.asarray(channel), return_inverse=True)[1]
    labels_by_size = np.bincount(code) * n_labels / n_notes
    large = labels_by_size >= at_least * (len(CUTS) + 1)
    if large.any() and 0 < labels_by_size[~large].sum() < at_least:
        large[np.argmin(np.where(large, labels_by_size, np.inf))] = False
    code = np.where(large[code], code, -1)
    return [np.flatnonzero(code == each) for each in np.unique(code)]


def _merged(cut: IntArray, room: int, at_least: int) -> IntArray:
    """Merge neighbouring cuts until at most `room` are left, none of fewer than `at_least` notes; numbered from 0."""
    sizes = np.bincount(cut, minlength=len(CUTS) + 1).tolist()
    first = list(range(len(sizes)))  # the lowest cut of each stratum
    while len(sizes) > 1 and (len(sizes) > room or min(sizes) < at_least):
        smallest = sizes.index(min(sizes))
        if smallest == 0:
            left = 0
        elif smallest == len(sizes) - 1:
            left = smallest - 1
        else:
            left = smallest - (sizes[smallest - 1] <= sizes[smallest + 1])
        sizes[left] += sizes.pop(left + 1)
        first.pop(left + 1)
    return np.asarray(np.searchsorted(first, cut, side="right") - 1, dtype=np.intp)
