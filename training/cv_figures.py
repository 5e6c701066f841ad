"""Cross-validated figures of a fit: each note judged by weights that never saw its source."""

from typing import Any

import numpy as np
from sklearn.metrics import average_precision_score, f1_score, roc_auc_score

from data.labels import QUESTIONS
from models.calibration import Calibration
from training.crossfit import CrossFit
from training.learn import answers


def cross_validation_figures(
    crossed: CrossFit, calibration: Calibration, thresholds: dict[str, float], floor: float
) -> dict[str, Any]:
    """Measure each question out of fold: AUC, average precision, and F1 at its threshold."""
    logits = crossed.logits.notes
    curves = {"commercial": calibration.commercial, "disclosed": calibration.disclosed, "diversion": calibration.diversion}
    figures: dict[str, Any] = {"held_out": "groups of sources of gold train and dev", "explicit_floor": floor}
    for column, question in enumerate(QUESTIONS):
        y, p = answers(crossed.notes, question), curves[question](logits[:, column])
        if question == "diversion":
            p = np.maximum(p, np.where(crossed.explicit, floor, 0.0))
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
