"""The precision-recall curve of a question, thinned to what a plot can show."""

import numpy as np

from training.bootstrap import FloatArray
from training.metrics import BoolArray

MAX_POINTS = 100


def precision_recall(scores: FloatArray, positive: BoolArray) -> list[dict[str, float]]:
    """Walk the thresholds from high to low, a point where recall rises; equal scores are one threshold.

    Parameters
    ----------
    scores, positive
        P(yes) and whether the answer is yes, shape (n_notes,); at least one yes.

    Returns
    -------
    list of dict
        `threshold, recall, precision` by rising recall; at most `MAX_POINTS`, the first and last among them.
    """
    thresholds = np.unique(scores)[::-1]
    taken = len(scores) - np.searchsorted(np.sort(scores), thresholds, side="left")
    found = positive.sum() - np.searchsorted(np.sort(scores[positive]), thresholds, side="left")
    rises = np.flatnonzero(np.diff(found, prepend=0) > 0)
    kept = rises[np.unique(np.linspace(0, len(rises) - 1, MAX_POINTS).round().astype(np.int64))]
    return [
        {
            "threshold": float(thresholds[at]),
            "recall": float(found[at] / positive.sum()),
            "precision": float(found[at] / taken[at]),
        }
        for at in kept
    ]
