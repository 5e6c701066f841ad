"""Draws of notes for people to label, with the probability with which each was drawn."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data.errors import ModelError
from models.prevalence.audit_strata import allocate, audit_strata, expected_spread, min_per_stratum
from models.prevalence.estimate import FloatArray

UNIFORM_PART = 0.2  # of the size measure goes by weight alone, so that no note's chance rests on the model's word
STRATIFIED, PPS, PPS_CERTAIN = "s", "pps", "pps:certain"


@dataclass(frozen=True, eq=False)
class Draw:
    """Notes to label, in random order.

    Strata of a stratified draw are `s1`, `s2`, ... in random order, so that a name does not tell a labeller what the
    model thinks; those of a draw by size are `pps` and, for notes drawn for certain, `pps:certain`.
    """

    rows: npt.NDArray[np.int64]  # (n_drawn,)
    strata: tuple[str, ...]
    inclusion: FloatArray  # (n_drawn,) in (0, 1]


def draw_stratified(
    p_organic: npt.NDArray[np.floating],
    n_labels: int,
    *,
    channel: Sequence[str] | npt.NDArray[np.generic] | None = None,
    seed: int,
) -> Draw:
    """Draw notes at random within strata of the model's P(organic), and of the channel where there is room.

    Half of the labels are allocated by size, half to where the model is unsure (Neyman), at least 8 a stratum (5 for
    fewer than 100 labels). All notes are drawn where `n_labels` reaches their number.

    Parameters
    ----------
    p_organic
        Calibrated P(organic) of every note of the feed and period, shape (n_notes,), frozen before drawing.
    n_labels
        How many notes to draw, at least 2.
    channel
        The channel (say, keyword) of each note, shape (n_notes,).
    seed
        Equal seeds give equal draws.

    Raises
    ------
    ModelError
        If fewer than 2 labels are asked for, a probability lies outside [0, 1] or lengths differ.

    References
    ----------
    Neyman (1934), On the two different aspects of the representative method.
    """
    f = checked_probabilities(p_organic)
    wanted = _checked_count(n_labels, len(f))
    random = np.random.default_rng(seed)
    stratum = audit_strata(f, wanted, channel=channel)
    sizes = np.bincount(stratum)
    spreads = np.sqrt(np.bincount(stratum, expected_spread(f) ** 2) / sizes)
    counts = allocate(sizes, spreads, wanted, at_least=min_per_stratum(wanted))
    names = random.permutation(len(sizes)) + 1
    drawn = [random.choice(np.flatnonzero(stratum == h), counts[h], replace=False) for h in range(len(sizes))]
    rows = random.permutation(np.concatenate(drawn))
    at = stratum[rows]
    return Draw(rows, tuple(f"{STRATIFIED}{names[h]}" for h in at), (counts / sizes)[at])


def draw_pps(
    p_organic: npt.NDArray[np.floating], weights: npt.NDArray[np.floating], n_labels: int, *, seed: int
) -> Draw:
    """Draw notes with probability proportional to their weight and to how unsure the model is of them.

    Systematic, in random order, without replacement. A note without weight is never drawn; notes whose share of the
    labels would exceed one are drawn for certain.

    Parameters
    ----------
    p_organic, n_labels, seed
        As for `draw_stratified`.
    weights
        What each note weighs (its impressions), shape (n_notes,), not negative.

    Raises
    ------
    ModelError
        If fewer than 2 labels are asked for, no note carries weight, or shapes and ranges do not hold.

    References
    ----------
    Hartley & Rao (1962), Sampling with unequal probabilities and without replacement.
    """
    f = checked_probabilities(p_organic)
    inclusion = pps_inclusion(f, weights, _checked_count(n_labels, len(f)))
    random = np.random.default_rng(seed)
    certain = np.flatnonzero(inclusion >= 1)
    rest = random.permutation(np.flatnonzero((inclusion > 0) & (inclusion < 1)))
    ends = np.cumsum(inclusion[rest])
    n_rest = round(float(ends[-1])) if len(rest) else 0
    picked = np.searchsorted(ends, random.random() + np.arange(n_rest), side="right")
    rows = random.permutation(np.concatenate([certain, rest[np.minimum(picked, len(rest) - 1)]])).astype(np.int64)
    return Draw(rows, tuple(PPS_CERTAIN if inclusion[row] >= 1 else PPS for row in rows), inclusion[rows])


def pps_inclusion(p_organic: FloatArray, weights: npt.NDArray[np.floating], n_labels: int) -> FloatArray:
    """Give the probability (n_notes,) with which each note is drawn; they add up to `n_labels` where weights allow.

    Raises
    ------
    ModelError
        If no note carries weight, or a weight is negative.
    """
    size = np.asarray(weights, dtype=np.float64)
    if size.shape != p_organic.shape or not np.all(np.isfinite(size) & (size >= 0)) or not size.any():
        raise ModelError("'weights' must be finite, not negative, one for each note and not all 0. Got others.")
    unsure = size * expected_spread(p_organic)
    measure = UNIFORM_PART * size / size.sum() + (1 - UNIFORM_PART) * unsure / unsure.sum()
    inclusion = np.zeros(len(size))
    open_rows = measure > 0
    while open_rows.any():
        left = n_labels - int(np.count_nonzero(inclusion == 1))
        share = left * measure / measure[open_rows].sum()
        if not (certain := open_rows & (share >= 1)).any():
            inclusion[open_rows] = share[open_rows]
            break
        inclusion[certain] = 1.0
        open_rows &= ~certain
    return inclusion


def checked_probabilities(p_organic: npt.NDArray[np.floating]) -> FloatArray:
    """Refuse anything but probabilities of at least one note."""
    f = np.asarray(p_organic, dtype=np.float64)
    if f.ndim != 1 or not len(f) or not np.all((f >= 0) & (f <= 1)):
        raise ModelError("'p_organic' must hold a probability in [0, 1] for each of at least one note. Got others.")
    return f


def _checked_count(n_labels: int, n_notes: int) -> int:
    if n_labels < 2:
        raise ModelError(f"'n_labels' must be at least 2. Got {n_labels} instead.")
    return min(n_labels, n_notes)
