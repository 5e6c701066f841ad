"""Reliability: what share of notes are a yes, among notes that were given about the same P(yes)."""

from typing import Any

import numpy as np

from models.prevalence import wilson_interval
from training.bootstrap import LEVEL, FloatArray
from training.metrics import BoolArray

BINS = 10
NOTES_PER_BIN = 10  # fewer say nothing of a share


def reliability_bins(scores: FloatArray, positive: BoolArray, *, bins: int = BINS) -> list[dict[str, Any]]:
    """Cut notes into bins of about equal count by score; equal scores share a bin.

    Parameters
    ----------
    scores, positive
        P(yes) and whether the answer is yes; shape (n_notes,), at least one note.
    bins
        Bins wanted; fewer where a bin would hold less than `NOTES_PER_BIN` notes or scores are equal.

    Returns
    -------
    list of dict
        By rising score: `rows, positives, mean_score`, and `share` of yes with its Wilson interval.

    References
    ----------
    Bröcker & Smith (2007), Increasing the reliability of reliability diagrams.
    """
    order = np.argsort(scores, kind="stable")
    ranked, y = scores[order], positive[order]
    wanted = max(1, min(bins, len(ranked) // NOTES_PER_BIN))
    cuts = np.arange(1, wanted) * len(ranked) // wanted
    edges = np.unique(np.r_[0, np.searchsorted(ranked, ranked[cuts], side="left"), len(ranked)])
    return [_bin(ranked[low:high], y[low:high]) for low, high in zip(edges[:-1], edges[1:], strict=True)]


def _bin(scores: FloatArray, positive: BoolArray) -> dict[str, Any]:
    n, found = len(scores), int(positive.sum())
    interval = wilson_interval(found, n, level=LEVEL)
    return {
        "rows": n,
        "positives": found,
        "mean_score": float(scores.mean()),
        "share": found / n,
        "ci_low": interval.ci_low,
        "ci_high": interval.ci_high,
    }
