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
Bools = npt.NDArray[np.bool_]


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
    told, is_ad = diversion >= _GRID[:, None], commercial >= _GRID[:, None]  # (n_thresholds, n_notes)
    predicted = {  # a note that diverts, or not, by its threshold, and is of the label by that of commercial
        Label.DIVERSION: (told, np.ones_like(is_ad)),
        Label.ORGANIC: (~told, ~is_ad),
        Label.UNDISCLOSED_AD: (~told, is_ad & (disclosed < 0.5)),
    }
    values = [
        _f1(truth[kept] == LABELS.index(label), *(each[:, kept] for each in both))
        for kept in (counted & (of_part == part) for part in np.unique(of_part))
        for label, both in predicted.items()
    ]
    best = np.unravel_index(np.argmax(np.mean(values, axis=0)), (len(_GRID), len(_GRID)))
    of_diversion, of_commercial = (float(_GRID[at]) for at in best)
    return {str(question): 0.5 for question in QUESTIONS} | {"commercial": of_commercial, "diversion": of_diversion}


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


def _f1(truth: Bools, by_row: Bools, by_column: Bools) -> npt.NDArray[np.float64]:
    """F1 of all that a row (n_rows, n_notes) and a column (n_columns, n_notes) both predict: (n_rows, n_columns)."""
    rows, columns = by_row.astype(np.float64), by_column.astype(np.float64)
    both, predicted = rows @ (columns * truth).T, rows @ columns.T
    shares: npt.NDArray[np.float64] = 2 * both / np.maximum(1, truth.sum() + predicted)
    return shares
