"""Operating points: the threshold that keeps a stated precision at a stated prevalence, and what it costs.

Labelled notes hold more yes than a feed does, so precision counted among them says nothing of a feed. What carries
over are the rates: of yes notes found (TPR) and of other notes taken for one (FPR).
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from data.errors import ConfigError
from models.prevalence import Interval, wilson_interval
from training.bootstrap import LEVEL, Figure, FloatArray
from training.figures import PER_NOTES, PREVALENCES
from training.metrics import BoolArray

Block = dict[str, Any]
FPR_FLOOR = "one-sided 95 % Wilson bound of no false positive among the notes without a yes"


@dataclass(frozen=True)
class Target:
    """What a threshold must keep; both are shares in (0, 1)."""

    precision: float
    prevalence: float


def target_of(precision: float | None, prevalence: float | None) -> Target | None:
    """Pair the two options; None where neither is given.

    Raises
    ------
    ConfigError
        If one comes without the other, or lies outside (0, 1).
    """
    if precision is None and prevalence is None:
        return None
    if precision is None or prevalence is None:
        missing = "--precision" if precision is None else "--prevalence"
        raise ConfigError(f"--precision and --prevalence must come together. Got no {missing}.")
    for option, share in (("--precision", precision), ("--prevalence", prevalence)):
        if not 0.0 < share < 1.0:
            raise ConfigError(f"{option} must be a share between 0 and 1. Got {share} instead.")
    return Target(precision, prevalence)


def precision_at(prevalence: float, tpr: FloatArray, fpr: FloatArray) -> FloatArray:
    """Give the precision of a classifier with these rates where `prevalence` of the notes are a yes.

    Examples
    --------
    >>> precision_at(0.01, np.array([0.8]), np.array([0.002])).round(3)
    array([0.802])
    """
    found = prevalence * tpr
    precision: FloatArray = found / (found + (1 - prevalence) * fpr)
    return precision


def operating_point(scores: FloatArray, positive: BoolArray, target: Target) -> Block:
    """Choose the lowest threshold whose precision at the target's prevalence reaches the target.

    A false positive rate that the notes are too few to show is not claimed: below `FPR_FLOOR` that bound stands in its
    place, also where one or two false positives are seen, so that seeing one never looks better than seeing none.
    Choosing and measuring on the same notes flatters the figures a little.

    Parameters
    ----------
    scores, positive
        P(yes) and whether the answer is yes, of labelled notes; shape (n_notes,).

    Returns
    -------
    Block
        `threshold` (None where none reaches the target, or there is no yes or no other note: then `reason` says why)
        and, at the threshold, counts, `recall` and `precision` with intervals, and per 10,000 notes `found` and
        `false_reviews` at the target's prevalence and at those of the report. An interval of precision takes the ends
        of both rates' Wilson intervals at once, so it is wide rather than narrow.
    """
    yes, other = int(positive.sum()), int((~positive).sum())
    head: Block = {"rows": len(scores), "positives": yes, "threshold": None, "reason": None}
    if not yes or not other:
        return head | {"reason": f"needs notes with a yes and without. Got {yes} and {other}."}
    thresholds = np.unique(scores)
    tp = yes - np.searchsorted(np.sort(scores[positive]), thresholds, side="left")
    fp = other - np.searchsorted(np.sort(scores[~positive]), thresholds, side="left")
    floor = wilson_interval(0, other, level=2 * LEVEL - 1).ci_high
    precision = precision_at(target.prevalence, tp / yes, np.maximum(fp / other, floor))
    reached = np.flatnonzero(precision >= target.precision)
    if not len(reached):
        best = int(precision.argmax())
        reason = (
            f"no threshold reaches {target.precision:g} at a prevalence of {target.prevalence:g}; the best is "
            f"{precision[best]:.3f} at {thresholds[best]:.4f}. {other} notes without a yes show no false positive "
            f"rate below {floor:.4f}."
        )
        return head | {"reason": reason}
    at = int(reached[0])
    return head | {"threshold": float(thresholds[at])} | _costs(int(tp[at]), yes, int(fp[at]), other, floor, target)


def _costs(tp: int, yes: int, fp: int, other: int, floor: float, target: Target) -> Block:
    tpr, fpr = wilson_interval(tp, yes, level=LEVEL), wilson_interval(fp, other, level=LEVEL)
    shown = max(fp / other, floor)  # the bound lies inside the Wilson interval of any rate that it replaces

    def at(prevalence: float) -> Block:
        found = np.array([tp / yes, tpr.ci_low, tpr.ci_high])
        value, low, high = precision_at(prevalence, found, np.array([shown, fpr.ci_high, fpr.ci_low]))
        return {
            "prevalence": prevalence,
            "precision": asdict(Figure(float(value), float(low), float(high))),
            f"found_per_{PER_NOTES}": _scaled(PER_NOTES * prevalence, tp / yes, tpr),
            f"false_reviews_per_{PER_NOTES}": _scaled(PER_NOTES * (1 - prevalence), shown, fpr),
        }

    return {
        "true_positives": tp,
        "false_positives": fp,
        "false_positive_rate_is_a_bound": fp / other < floor,
        "recall": _scaled(1.0, tp / yes, tpr),
        **at(target.prevalence),
        "at_prevalence": [at(prevalence) for prevalence in PREVALENCES],
    }


def _scaled(scale: float, value: float, interval: Interval) -> Block:
    return asdict(Figure(scale * value, scale * interval.ci_low, scale * interval.ci_high))
