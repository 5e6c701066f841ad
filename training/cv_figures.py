"""Cross-validated figures of a fit: each note judged by weights that never saw its source."""

from typing import Any

from sklearn.metrics import average_precision_score, f1_score, roc_auc_score

from data.labels import QUESTIONS
from models.calibration import Calibration
from training.crossfit import CrossFit, diversion_of
from training.learn import answers


def cross_validation_figures(
    crossed: CrossFit, calibration: Calibration, thresholds: dict[str, float], floor: float
) -> dict[str, Any]:
    """Measure each question out of fold: AUC, average precision, and F1 at its threshold."""
    logits = crossed.logits.notes
    predicted = (
        calibration.commercial(logits[:, 0]),
        calibration.disclosed(logits[:, 1]),
        diversion_of(crossed, calibration, floor),
    )
    figures: dict[str, Any] = {"held_out": "groups of sources of gold train and dev", "explicit_floor": floor}
    for question, p in zip(QUESTIONS, predicted, strict=True):
        y = answers(crossed.notes, question)
        known = y >= 0
        truth, proba = y[known] == 1, p[known]
        figures[str(question)] = {
            "n": int(known.sum()),
            "positives": int(truth.sum()),
            "auc": round(float(roc_auc_score(truth, proba)), 4),
            "average_precision": round(float(average_precision_score(truth, proba)), 4),
            "f1": round(float(f1_score(truth, proba >= thresholds[question])), 4),
        }
    return figures
