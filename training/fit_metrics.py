"""The metrics folder of a fit: figures by fold and source, reliability, predictions out of fold, recipe and times."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
from sklearn.metrics import average_precision_score, roc_auc_score

from data.labels import LABELS, QUESTIONS, Question
from training.config import FitConfig
from training.crossfit import CrossFit, author_label, author_proba
from training.fitted import Fitted
from training.learn import answers
from training.recipe import RECIPE, recipe_text
from training.reliability import reliability_bins
from training.thresholds import question_scores

_SHOWN = 4  # decimals
Scores = Mapping[Question, npt.NDArray[np.float64]]
Row = dict[str, Any]


def write_metrics(folder: Path, config: FitConfig, fitted: Fitted, seconds: Mapping[str, float]) -> None:
    """Write the folder; without held-out notes it is the recipe and the times alone. No file holds a note's text."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / RECIPE).write_text(recipe_text(config), encoding="utf-8")
    _write_json(folder / "timings.json", {"seconds": dict(seconds), "total": round(sum(seconds.values()), 3)})
    if (crossed := fitted.crossed) is None:
        return
    scores = question_scores(crossed, fitted.calibration, fitted.floor)
    rows = list(_figures(crossed, scores, fitted.thresholds))
    reliability = list(_reliability(crossed, scores))
    whole = {"overall": fitted.figures, "thresholds": fitted.thresholds, "parts": rows, "reliability": reliability}
    _write_json(folder / "cross_validation.json", whole)
    _write_csv(folder / "cross_validation.csv", rows)
    _write_csv(folder / "reliability.csv", reliability)
    own = author_proba(crossed, fitted.calibration, fitted.floor)
    _write_csv(folder / "predictions.csv", _predictions(crossed, scores, own))


def _figures(crossed: CrossFit, scores: Scores, thresholds: Mapping[str, float]) -> Iterator[Row]:
    """Measure each question in each fold and source; an empty figure needs the answer that the part lacks."""
    sources = np.array([item.source for item in crossed.notes])
    parts = [("all", "all", np.ones(len(sources), dtype=np.bool_))]
    parts += [("fold", str(fold), crossed.folds == fold) for fold in np.unique(crossed.folds).tolist()]
    parts += [("source", name, sources == name) for name in np.unique(sources).tolist()]
    for part, name, inside in parts:
        for question in QUESTIONS:
            y = answers(crossed.notes, question)
            known = inside & (y >= 0)
            truth, proba = y[known] == 1, scores[question][known]
            found = proba >= thresholds[question]
            both, yes, taken = int((truth & found).sum()), int(truth.sum()), int(found.sum())
            is_mixed = 0 < yes < len(truth)
            yield {
                "part": part,
                "name": name,
                "question": str(question),
                "n": len(truth),
                "positives": yes,
                "auc": round(float(roc_auc_score(truth, proba)), _SHOWN) if is_mixed else None,
                "average_precision": round(float(average_precision_score(truth, proba)), _SHOWN) if is_mixed else None,
                "precision": round(both / taken, _SHOWN) if taken else None,
                "recall": round(both / yes, _SHOWN) if yes else None,
                "f1": round(2 * both / (yes + taken), _SHOWN) if yes else None,
            }


def _reliability(crossed: CrossFit, scores: Scores) -> Iterator[Row]:
    for question in QUESTIONS:
        y = answers(crossed.notes, question)
        known = y >= 0
        for each in reliability_bins(scores[question][known], y[known] == 1):
            yield {"question": str(question), **each}


def _predictions(crossed: CrossFit, scores: Scores, own: npt.NDArray[np.float64]) -> Iterator[Row]:
    """Tell of each note the questions, of its whole thread, and the label and its scores, of the author's own part."""
    for at, item in enumerate(crossed.notes):
        yield {
            "note_id": item.note.note_id,
            "source": item.source,
            "fold": int(crossed.folds[at]),
            **{f"p_{question}": round(float(scores[question][at]), 6) for question in QUESTIONS},
            **{str(question): getattr(item, question) for question in QUESTIONS},
            **{f"pa_{label}": round(float(p), 6) for label, p in zip(LABELS, own[at], strict=True)},
            "author_label": author_label(item) or "",
        }


def _write_json(path: Path, value: Any) -> None:
    path.write_bytes(msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n")


def _write_csv(path: Path, rows: Iterable[Row]) -> None:
    rows = list(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
