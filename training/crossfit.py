"""Predictions for notes that the weights never saw, nor their like: calibration and validation rest on them."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from data.errors import DataError
from data.labels import LABELS, QUESTIONS, Label, derive_label
from models.calibration import Calibration, Curve, compose
from models.linear import Logits
from models.platform_evidence import is_disclosed_by_platform
from models.prevalence import COMMERCIAL, TemperatureScaling, Validation, ValidationStatistics
from training.checkpoint import Keep, keep_nothing
from training.config import FitConfig
from training.gold import LabeledNote
from training.learn import Matrices, answers, fit_model, logits_of
from training.splits import Ints, Split

_NO_FOLDS = np.zeros(0, dtype=np.int64)
_FLAT = Curve(slope=1.0, offset=0.0)


class CrossFit(msgspec.Struct, frozen=True):
    """Out-of-fold logits of the held-out notes, in their order."""

    notes: Sequence[LabeledNote]
    logits: Logits
    explicit: npt.NDArray[np.bool_]  # a code or contact stands in full anywhere in the thread
    own_explicit: npt.NDArray[np.bool_]  # ... in the author's own content
    folds: Ints = _NO_FOLDS  # the fold that held each note out
    measured: npt.NDArray[np.bool_] = _NO_FOLDS.astype(np.bool_)  # notes that never train, in no fold


def cross_fit(
    matrices: Matrices,
    notes: Sequence[LabeledNote],
    split: Split,
    config: FitConfig,
    *,
    keep: Keep = keep_nothing,
    on_fold: Callable[[], None] = lambda: None,
) -> CrossFit:
    """Judge the notes that each fold holds out by weights of the notes that train then.

    Parameters
    ----------
    keep
        Keeps the logits of a finished fold, or gives those of an earlier run.

    Raises
    ------
    DataError
        If a held-out note is not `may_be_held_out`.
    """
    if (refused := int(((split.folds >= 0) & ~may_be_held_out(notes)).sum())) > 0:
        raise DataError(f"no held-out note may have been chosen by a model. Got {refused}; train on them only.")
    whole = np.zeros((len(notes), 3), dtype=np.float32)
    author = np.zeros((len(notes), 3), dtype=np.float32)
    for fold in range(split.n_folds):
        test, training = split.held_out(fold), split.training(fold)

        def judge(test: Ints = test, training: npt.NDArray[np.bool_] = training) -> dict[str, npt.NDArray[Any]]:
            logits = logits_of(fit_model(matrices, notes, training, config), matrices)
            return {"notes": logits.notes[test], "author": logits.author[test]}

        kept = keep(f"fold-{fold}", (test, training), judge)
        whole[test], author[test] = kept["notes"], kept["author"]
        on_fold()
    rows = split.rows
    return CrossFit(
        notes=[notes[row] for row in rows.tolist()],
        logits=Logits(notes=whole[rows], author=author[rows], comments=np.zeros(0, dtype=np.float32)),
        explicit=matrices.design.explicit[rows],
        own_explicit=matrices.design.own_explicit[rows],
        folds=split.folds[rows],
        measured=split.measured[rows],
    )


def may_be_held_out(notes: Sequence[LabeledNote]) -> npt.NDArray[np.bool_]:
    """Tell the notes that thresholds, calibration and validation may rest on: (n_notes,).

    A note that a model chose to have read (near a threshold, say) stands for no others: counted, it would make the
    model look worse than it is and the shares of labels wrong. It may train.
    """
    return np.array([item.chosen_by != "model" for item in notes], dtype=np.bool_)


def calibrate(fitted: CrossFit) -> Calibration:
    """Fit one logistic curve a question on out-of-fold logits.

    Raises
    ------
    DataError
        If a question has not both answers among the held-out notes.
    """
    commercial, disclosed, diversion = (answers(fitted.notes, question) for question in QUESTIONS)
    logits = fitted.logits.notes
    return Calibration(
        commercial=_curve(logits[:, 0], commercial),
        commercial_otherwise=_curve(logits[:, 0], np.where(diversion == 0, commercial, -1)),
        disclosed=_curve(logits[:, 1], disclosed),
        diversion=_curve(logits[:, 2], diversion),
        comment=_FLAT,  # its own training mix is the only one with answers for single comments
    )


def flat_calibration() -> Calibration:
    """Leave logits as the fit gave them, where nothing was held out."""
    return Calibration(_FLAT, _FLAT, _FLAT, _FLAT, _FLAT)


def explicit_floor(fitted: CrossFit) -> float:
    """P(diversion) given a written-out code or contact by the author: its share in gold notes, with one doubt added."""
    y = answers(fitted.notes, "diversion")
    hits = fitted.own_explicit & (y >= 0)
    return round(float((y[hits].sum() + 1) / (hits.sum() + 2)), 3)


def diversion_of(fitted: CrossFit, calibration: Calibration, floor: float) -> npt.NDArray[np.float64]:
    """Give P(diversion) of each note with its whole thread, put together as the classifier does: (n_notes,)."""
    logits = fitted.logits
    likelier = np.maximum(calibration.diversion(logits.notes[:, 2]), calibration.diversion(logits.author[:, 2]))
    whole: npt.NDArray[np.float64] = np.maximum(likelier, np.where(fitted.explicit, floor, 0.0))
    return whole


def validate(fitted: CrossFit, calibration: Calibration, floor: float) -> Validation:
    """Summarise out-of-fold predictions: of the authors' labels, and of whether a note is commercial.

    The scaling is None where a label has no note to learn it from.
    """
    labels = [author_label(item) for item in fitted.notes]
    known = [row for row, label in enumerate(labels) if label is not None]
    gold = np.array([LABELS.index(label) for label in labels if label is not None], dtype=np.int64)
    proba = author_proba(fitted, calibration, floor)[known]
    has_all = np.all(np.bincount(gold, minlength=len(LABELS)) > 0)
    return Validation(
        author=ValidationStatistics.from_predictions(gold, proba, [fitted.notes[row].source for row in known]),
        commercial=_commercial_statistics(fitted, calibration),
        scaling=TemperatureScaling.fit(proba, gold) if has_all else None,
    )


def author_proba(fitted: CrossFit, calibration: Calibration, floor: float) -> npt.NDArray[np.float64]:
    """Give label scores of the authors' own content, which is what the ratio counts: (n_notes, 4)."""
    author = fitted.logits.author
    diversion = np.maximum(calibration.diversion(author[:, 2]), np.where(fitted.own_explicit, floor, 0.0))
    shown = _shown_as_ads(fitted)
    commercial = np.where(shown, 1.0, calibration.commercial_otherwise(author[:, 0]))  # as a verdict takes it
    disclosed = np.where(shown, 1.0, calibration.disclosed(author[:, 1]))
    return compose(commercial, disclosed, diversion)


def commercial_of(fitted: CrossFit, calibration: Calibration) -> npt.NDArray[np.float64]:
    """Give P(commercial) of each note with its whole thread, as a verdict's `questions` do: (n_notes,)."""
    told: npt.NDArray[np.float64] = calibration.commercial(fitted.logits.notes[:, 0])
    return np.where(_shown_as_ads(fitted), 1.0, told)


def _commercial_statistics(fitted: CrossFit, calibration: Calibration) -> ValidationStatistics:
    y, proba = answers(fitted.notes, "commercial"), commercial_of(fitted, calibration)
    known = np.flatnonzero(y >= 0)
    return ValidationStatistics.from_predictions(
        1 - y[known],
        np.stack([proba, 1 - proba], axis=1)[known],
        [fitted.notes[row].source for row in known.tolist()],
        classes=COMMERCIAL,
    )


def _shown_as_ads(fitted: CrossFit) -> npt.NDArray[np.bool_]:
    return np.array([is_disclosed_by_platform(item.note.platform) for item in fitted.notes], dtype=np.bool_)


def author_label(item: LabeledNote) -> Label | None:
    """Derive the label that a note has without other people's comments: a diversion by others alone is taken away."""
    diversion = "no" if item.diversion == "yes" and item.by in ("other", "unknown") else item.diversion
    return derive_label(item.commercial, item.disclosed, diversion)


def _curve(logits: npt.NDArray[np.float32], y: npt.NDArray[np.int64]) -> Curve:
    known = y >= 0
    if len(set(y[known].tolist())) < 2:
        raise DataError("held-out notes must answer every question with yes and with no. Got only one answer to one.")
    model = LogisticRegression(C=1e6, solver="lbfgs").fit(logits[known, None], y[known])
    return Curve(slope=float(model.coef_[0, 0]), offset=float(model.intercept_[0]))
