"""Thresholds of labels and of review, chosen on held-out notes."""

import numpy as np
import numpy.typing as npt

from data.errors import DataError
from data.labels import LABELS, QUESTIONS, Label, Question, derive_label
from models.calibration import Calibration, compose
from training.config import ThresholdRecipe
from training.crossfit import CrossFit, author_label, diversion_of
from training.learn import answers
from training.operating_points import Target, operating_point

FALSE_REVIEWS = 0.02  # share of organic notes that each score may send to a reader
_GRID = np.round(np.arange(0.05, 0.96, 0.01), 2)


def choose_thresholds(
    recipe: ThresholdRecipe,
    fitted: CrossFit,
    calibration: Calibration,
    floor: float,
    parts: npt.NDArray[np.int64] | None = None,
) -> dict[str, float]:
    """Choose the threshold of each question as the recipe says; `parts` as in `macro_f1_thresholds`.

    Raises
    ------
    DataError
        If the recipe states a precision that no threshold reaches.
    """
    if recipe.rule == "precision":
        return precision_thresholds(recipe, fitted, calibration, floor)
    return macro_f1_thresholds(fitted, calibration, floor, parts)


def precision_thresholds(
    recipe: ThresholdRecipe, fitted: CrossFit, calibration: Calibration, floor: float
) -> dict[str, float]:
    """Choose the lowest threshold of each question that keeps the stated precision at the stated prevalence."""
    scores = question_scores(fitted, calibration, floor)
    chosen = {str(question): 0.5 for question in QUESTIONS}
    for question in QUESTIONS:
        prevalence = recipe.disclosed_prevalence if question is Question.DISCLOSED else recipe.prevalence
        if prevalence is None or recipe.precision is None:
            continue
        y = answers(fitted.notes, question)
        known = y >= 0
        point = operating_point(scores[question][known], y[known] == 1, Target(recipe.precision, prevalence))
        if point["threshold"] is None:
            raise DataError(f"[thresholds]: {str(question)!r} must reach the stated precision. Got {point['reason']}")
        chosen[str(question)] = float(point["threshold"])
    return chosen


def question_scores(
    fitted: CrossFit, calibration: Calibration, floor: float
) -> dict[Question, npt.NDArray[np.float64]]:
    """Give P(yes) of each question out of fold, as thresholds see it: (n_notes,) each."""
    logits = fitted.logits.notes
    return {
        Question.COMMERCIAL: calibration.commercial(logits[:, 0]),
        Question.DISCLOSED: calibration.disclosed(logits[:, 1]),
        Question.DIVERSION: diversion_of(fitted, calibration, floor),
    }


def macro_f1_thresholds(
    fitted: CrossFit, calibration: Calibration, floor: float, parts: npt.NDArray[np.int64] | None = None
) -> dict[str, float]:
    """Choose the thresholds of commercial and diversion by macro-F1 over diversion, organic and undisclosed_ad.

    Parameters
    ----------
    parts
        (n_notes,) the set that each note is of; macro-F1 is taken in each and averaged, so that a large set does not
        decide alone. None: one set.
    """
    logits = fitted.logits
    diversion = diversion_of(fitted, calibration, floor)
    commercial, disclosed = calibration.commercial(logits.notes[:, 0]), calibration.disclosed(logits.notes[:, 1])
    labels = [derive_label(item.commercial, item.disclosed, item.diversion) for item in fitted.notes]
    truth = np.array([LABELS.index(label) if label else -1 for label in labels])
    of_part = np.zeros(len(truth), dtype=np.int64) if parts is None else parts
    counted = truth > LABELS.index(Label.DISCLOSED_AD)
    kept = [counted & (of_part == part) for part in np.unique(of_part)]
    best, chosen = -1.0, {str(question): 0.5 for question in QUESTIONS}
    for of_diversion in _GRID:
        for of_commercial in _GRID:
            ad = np.where(disclosed >= 0.5, LABELS.index(Label.DISCLOSED_AD), LABELS.index(Label.UNDISCLOSED_AD))
            otherwise = np.where(commercial >= of_commercial, ad, LABELS.index(Label.ORGANIC))
            predicted = np.where(diversion >= of_diversion, LABELS.index(Label.DIVERSION), otherwise)
            value = float(np.mean([_f1(truth[k] == code, predicted[k] == code) for k in kept for code in (1, 2, 3)]))
            if value > best:
                best = value
                chosen |= {"commercial": float(of_commercial), "diversion": float(of_diversion)}
    return chosen


def review_thresholds(fitted: CrossFit, calibration: Calibration, floor: float) -> dict[str, float]:
    """Choose the policy's review thresholds: each sends `FALSE_REVIEWS` of the organic notes to a reader for nothing.

    Labels balance precision and recall; a reader's time asks for more precision, so these lie higher.
    """
    organic = np.array([author_label(item) is Label.ORGANIC for item in fitted.notes])
    diversion = diversion_of(fitted, calibration, floor)
    otherwise = calibration.commercial_otherwise(fitted.logits.notes[:, 0])
    proba = compose(otherwise, calibration.disclosed(fitted.logits.notes[:, 1]), diversion)
    scores = {"diversion": diversion, "undisclosed_ad": proba[:, LABELS.index(Label.UNDISCLOSED_AD)]}
    return {name: round(float(np.quantile(of_note[organic], 1 - FALSE_REVIEWS)), 3) for name, of_note in scores.items()}


def _f1(truth: npt.NDArray[np.bool_], predicted: npt.NDArray[np.bool_]) -> float:
    both = int((truth & predicted).sum())
    return 2 * both / max(1, int(truth.sum()) + int(predicted.sum()))
