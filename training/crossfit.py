"""Predictions for notes of sources that the weights never saw: thresholds, calibration and validation rest on them."""

from collections.abc import Callable, Sequence

import msgspec
import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from data.errors import DataError
from data.labels import LABELS, QUESTIONS, Label, derive_label
from models.calibration import Calibration, Curve, compose
from models.linear import Logits
from models.platform_evidence import is_disclosed_by_platform
from models.prevalence import ValidationStatistics
from training.config import FitConfig
from training.gold import LabeledNote
from training.learn import Matrices, answers, fit_model, logits_of

_FLAT = Curve(slope=1.0, offset=0.0)
FALSE_REVIEWS = 0.02  # share of organic notes that each score may send to a reader
_GRID = np.round(np.arange(0.05, 0.96, 0.01), 2)


class CrossFit(msgspec.Struct, frozen=True):
    """Out-of-fold logits of the held-out notes, in their order."""

    notes: Sequence[LabeledNote]
    logits: Logits
    explicit: npt.NDArray[np.bool_]  # a code or contact stands in full anywhere in the thread
    own_explicit: npt.NDArray[np.bool_]  # ... in the author's own content


def cross_fit(
    matrices: Matrices,
    notes: Sequence[LabeledNote],
    held_out: npt.NDArray[np.bool_],
    explicit: tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]],
    config: FitConfig,
    *,
    measured: npt.NDArray[np.bool_] | None = None,
    on_fold: Callable[[], None] = lambda: None,
) -> CrossFit:
    """Hold groups of sources out in turn, `measured` as one: whatever bears a source that is held out does not train.

    Parameters
    ----------
    held_out
        (n_notes,) the real notes with answers; all others train in every turn.
    explicit
        Masks over all notes: anywhere in the thread, and in the author's own content.
    measured
        (n_notes,) held-out notes that never train, as they will not in the final fit either: they are one fold.

    Raises
    ------
    DataError
        If fewer than two sources, `measured` aside, can be held out, or a held-out note is not `may_be_held_out`.
    """
    if (refused := int((held_out & ~may_be_held_out(notes)).sum())) > 0:
        raise DataError(f"no held-out note may have been chosen by a model. Got {refused}; train on them only.")
    rows = np.flatnonzero(held_out)
    sources = np.array([item.source for item in notes])
    apart = np.zeros(len(notes), dtype=np.bool_) if measured is None else measured
    turning = rows[~apart[rows]]
    n_sources = len(set(sources[turning].tolist()))
    if n_sources < 2:
        raise DataError(f"cross-fitting needs gold notes of at least two sources. Got {n_sources}.")
    folds = GroupKFold(min(config.n_folds, n_sources))
    held = [turning[test] for _, test in folds.split(turning, groups=sources[turning])]
    if apart.any():
        held.append(np.flatnonzero(apart))
    whole = np.zeros((len(notes), 3), dtype=np.float32)
    author = np.zeros((len(notes), 3), dtype=np.float32)
    for test in held:
        training = ~apart & ~np.isin(sources, sources[test])
        logits = logits_of(fit_model(matrices, notes, training, config), matrices)
        whole[test], author[test] = logits.notes[test], logits.author[test]
        on_fold()
    return CrossFit(
        notes=[notes[row] for row in rows.tolist()],
        logits=Logits(notes=whole[rows], author=author[rows], comments=np.zeros(0, dtype=np.float32)),
        explicit=explicit[0][rows],
        own_explicit=explicit[1][rows],
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


def choose_thresholds(
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


def validation_statistics(fitted: CrossFit, calibration: Calibration, floor: float) -> ValidationStatistics:
    """Summarise out-of-fold label scores of the authors' own content, which is what the ratio counts."""
    author = fitted.logits.author
    diversion = np.maximum(calibration.diversion(author[:, 2]), np.where(fitted.own_explicit, floor, 0.0))
    shown = np.array([is_disclosed_by_platform(item.note.platform) for item in fitted.notes], dtype=np.bool_)
    commercial = np.where(shown, 1.0, calibration.commercial_otherwise(author[:, 0]))  # as a verdict takes it
    disclosed = np.where(shown, 1.0, calibration.disclosed(author[:, 1]))
    proba = compose(commercial, disclosed, diversion)
    labels = [author_label(item) for item in fitted.notes]
    known = [row for row, label in enumerate(labels) if label is not None]
    return ValidationStatistics.from_predictions(
        [str(labels[row]) for row in known], proba[known], [fitted.notes[row].source for row in known]
    )


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


def _f1(truth: npt.NDArray[np.bool_], predicted: npt.NDArray[np.bool_]) -> float:
    both = int((truth & predicted).sum())
    return 2 * both / max(1, int(truth.sum()) + int(predicted.sum()))
