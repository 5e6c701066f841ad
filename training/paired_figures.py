"""Figures of two models on the same notes: both values, the difference with its interval, P(the second is better)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from data.labels import LABELS, QUESTIONS, Label, Question
from training import metrics
from training.bootstrap import LEVEL, USABLE_SHARE, CountArray, FloatArray, Statistic, point, resampled
from training.judged import Judged
from training.metrics import BoolArray

COVERT_LABELS = (Label.UNDISCLOSED_AD, Label.DIVERSION)


class Measure(NamedTuple):
    """How a figure is taken of judged notes.

    Attributes
    ----------
    counted
        The notes that it is about, shape (n_notes,).
    support
        How many notes it rests on at its weakest: those of the rarer answer, or of the rarest label.
    statistic
        Takes the weights of the counted notes.
    """

    counted: BoolArray
    support: int
    statistic: Statistic


@dataclass(frozen=True, kw_only=True)
class PairedFigure:
    """A figure of A and of B on the same notes.

    The interval and the probability are None where too few draws have the figure; the interval too where all draws
    have the same difference. Draws without a difference count half in the probability.
    """

    notes: int
    support: int
    a: float
    b: float
    difference: float  # b - a
    ci_low: float | None
    ci_high: float | None
    level: float
    probability_b_better: float | None


def _answers(question: Question, make: Callable[[FloatArray, BoolArray], Statistic]) -> Callable[[Judged], Measure]:
    column = QUESTIONS.index(question)

    def measure(judged: Judged) -> Measure:
        asked = judged.answers[:, column] >= 0
        yes = judged.answers[asked, column] == 1
        return Measure(asked, int(min(yes.sum(), (~yes).sum())), make(judged.scores[asked, column], yes))

    return measure


def _diversions(make: Callable[[BoolArray, BoolArray], Statistic]) -> Callable[[Judged], Measure]:
    diversion = LABELS.index(Label.DIVERSION)

    def measure(judged: Judged) -> Measure:
        known = judged.gold >= 0
        gold = judged.gold[known] == diversion
        return Measure(known, int(gold.sum()), make(judged.predicted[known] == diversion, gold))

    return measure


def _macro_3(judged: Judged) -> Measure:
    known = judged.gold >= 0
    gold = judged.gold[known]
    rarest = min(int((gold == LABELS.index(label)).sum()) for label in metrics.MACRO_LABELS)
    return Measure(known, rarest, metrics.macro_3(judged.predicted[known], gold))


def _covert_ads(judged: Judged) -> Measure:
    column = QUESTIONS.index(Question.COMMERCIAL)
    asked = (judged.answers[:, column] >= 0) & judged.is_covert_set
    predicted = np.isin(judged.predicted[asked], [LABELS.index(label) for label in COVERT_LABELS])
    yes = judged.answers[asked, column] == 1
    return Measure(asked, int(yes.sum()), metrics.f1(predicted, yes))


FIGURES: Mapping[str, Callable[[Judged], Measure]] = {
    "commercial_auc": _answers(Question.COMMERCIAL, metrics.auc),
    "diversion_auc": _answers(Question.DIVERSION, metrics.auc),
    "diversion_f1": _diversions(metrics.f1),
    "diversion_recall": _diversions(metrics.share),
    "macro_3": _macro_3,
    "covert_ad_f1": _covert_ads,  # only where nobody was asked about diversion, as in CHASM
    "commercial_ece": _answers(Question.COMMERCIAL, metrics.calibration_error),
    "diversion_ece": _answers(Question.DIVERSION, metrics.calibration_error),
}
LOWER_IS_BETTER = frozenset({"commercial_ece", "diversion_ece"})


def figure_value(name: str, judged: Judged) -> float | None:
    """Give a figure of one model; None where it is undefined."""
    measure = FIGURES[name](judged)
    value = point(measure.statistic, int(measure.counted.sum())) if measure.counted.any() else np.nan
    return value if np.isfinite(value) else None


def paired_figures(
    a: Judged, b: Judged, weights: CountArray, names: Iterable[str] = FIGURES
) -> dict[str, PairedFigure | None]:
    """Compare two models on the same notes, figure by figure; None where a figure is undefined.

    Parameters
    ----------
    a, b
        What two models said of the same notes, in the same order.
    weights
        From `bootstrap_weights`, shape (n_draws, n_notes).
    """
    return {name: _paired(name, a, b, weights) for name in names}


def _paired(name: str, a: Judged, b: Judged, weights: CountArray) -> PairedFigure | None:
    value_a, value_b = figure_value(name, a), figure_value(name, b)
    if value_a is None or value_b is None:
        return None
    of_a, of_b = FIGURES[name](a), FIGURES[name](b)  # both count the same notes: the answers are the same
    drawn, difference = weights[:, of_a.counted], value_b - value_a
    differences = resampled(of_b.statistic, drawn) - resampled(of_a.statistic, drawn)
    usable = differences[np.isfinite(differences)]
    low = high = better = None
    if len(usable) >= USABLE_SHARE * len(differences):
        if name in LOWER_IS_BETTER:  # every resampling makes these larger, and not by the same for both models
            usable = usable - usable.mean() + difference
        gain = -usable if name in LOWER_IS_BETTER else usable
        better = float(np.mean((gain > 0) + 0.5 * (gain == 0)))
        if usable.min() != usable.max():
            low, high = (float(bound) for bound in np.quantile(usable, [0.5 - LEVEL / 2, 0.5 + LEVEL / 2]))
    return PairedFigure(
        notes=int(of_a.counted.sum()),
        support=of_a.support,
        a=value_a,
        b=value_b,
        difference=difference,
        ci_low=low,
        ci_high=high,
        level=LEVEL,
        probability_b_better=better,
    )
