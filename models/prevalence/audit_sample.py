"""Labelled probability samples: what people said of drawn notes, and how far the model was off on each."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data.errors import ModelError
from data.labels import LABELS, Label
from models.prevalence.estimate import FloatArray, SharesEstimate, Status

MIN_LABELS = 30
MAX_NONRESPONSE = 0.10
MOST_POSTERIOR = 1 + 1e-5  # single precision
COMMERCIAL = "commercial"
N_LABELS = len(LABELS)
_LABELS = tuple(label.value for label in LABELS)
_ADS = (Label.DISCLOSED_AD.value, Label.UNDISCLOSED_AD.value)


@dataclass(frozen=True, eq=False)
class AuditSample:
    """Notes drawn from one feed and period; C classes: the four labels, and `commercial` where it is asked for."""

    classes: tuple[str, ...]
    posteriors: FloatArray  # (n_notes, C)
    weights: FloatArray  # (n_notes,) sums to 1, or all 0
    rows: npt.NDArray[np.int64]  # (n_drawn,)
    inclusion: FloatArray  # (n_drawn,)
    answered: npt.NDArray[np.bool_]  # (n_drawn,)
    residuals: FloatArray  # (n_drawn, C) label - posterior; 0 without an answer
    cluster: npt.NDArray[np.intp] | None  # (n_drawn,)

    @property
    def n_labels(self) -> int:
        """Drawn notes that have a label."""
        return int(np.count_nonzero(self.answered))

    @property
    def n_eff(self) -> float:
        """Number of equal weights that say as much as these."""
        total = float(np.sum(self.weights**2))
        return 1.0 / total if total > 0 else 0.0

    def weighted(self, values: FloatArray) -> FloatArray:
        """Multiply rows of drawn notes by the notes' weights."""
        weighted: FloatArray = self.weights[self.rows, None] * values
        return weighted

    def broken(self) -> list[str]:
        """Say what makes any design unusable."""
        silent = 1 - self.answered.mean() if len(self.answered) else 0.0
        if silent > MAX_NONRESPONSE:
            return [f"non-response must stay within {MAX_NONRESPONSE:.0%}, got {silent:.0%}"]
        return []

    def missing(self, min_labels: int) -> list[str]:
        """Say what is too little for an estimate."""
        if self.n_labels < min_labels:
            return [f"an audit needs {min_labels} labels, got {self.n_labels}"]
        if not self.weights.any():
            return ["no note carries weight"]
        return []

    def refuse(self, status: Status, reasons: Sequence[str]) -> SharesEstimate:
        """Answer without a number."""
        return SharesEstimate(status, self.classes, self.n_labels, self.n_eff, reasons=tuple(reasons))

    def answer(self, correction: FloatArray, covariance: FloatArray, degrees: FloatArray) -> SharesEstimate:
        """Add the correction (C,) to the model's own shares; all of an audit's noise is this feed's own."""
        shares = self.weights @ self.posteriors + correction
        if self.n_labels >= MIN_LABELS:  # fewer are for shrinking, which clipping would bias
            shares = np.clip(shares, 0.0, 1.0)
        return SharesEstimate(
            Status.AUDITED,
            self.classes,
            self.n_labels,
            self.n_eff,
            shares,
            covariance,
            own_covariance=covariance,
            degrees_of_freedom=degrees,
        )


def audit_sample(
    proba: npt.NDArray[np.floating],
    sampled: npt.NDArray[np.integer],
    y_true: Sequence[str | None],
    inclusion: npt.NDArray[np.floating],
    *,
    clusters: Sequence[str | None] | None,
    weights: npt.NDArray[np.floating] | None,
    commercial: npt.NDArray[np.floating] | None,
) -> AuditSample:
    """Check a sample and compare its labels with the posteriors.

    Raises
    ------
    ModelError
        If shapes or lengths differ, a label is unknown, a weight is negative or an inclusion is not positive.
    """
    posteriors = np.asarray(proba, dtype=np.float64)
    rows, drawn = np.asarray(sampled, dtype=np.int64), np.asarray(inclusion, dtype=np.float64)
    if posteriors.ndim != 2 or posteriors.shape[1] != N_LABELS:
        raise ModelError(f"'proba' must have shape (n_notes, {N_LABELS}). Got {posteriors.shape} instead.")
    if not np.all((posteriors >= 0) & (posteriors <= MOST_POSTERIOR)):
        raise ModelError("'proba' must hold probabilities in [0, 1]. Got others.")
    lengths = {len(rows), len(y_true), len(drawn), len(rows if clusters is None else clusters)}
    if len(lengths) != 1:
        raise ModelError(f"drawn notes need a row, label and probability each. Got lengths {sorted(lengths)}.")
    if unknown := sorted({str(label) for label in y_true if label is not None} - set(_LABELS)):
        raise ModelError(f"audit labels must be among {', '.join(_LABELS)}. Got {unknown[0]!r} instead.")
    if len(rows) and not (rows.min() >= 0 and rows.max() < len(posteriors)):
        raise ModelError(f"'sampled' must hold rows of 'proba', 0..{len(posteriors) - 1}. Got others.")
    if not np.all(np.isfinite(drawn) & (drawn > 0)):
        raise ModelError("inclusion probabilities must be finite and over 0. Got others.")
    truth = np.array([[float(label == name) for name in _LABELS] for label in y_true]).reshape(-1, N_LABELS)
    classes = _LABELS
    if commercial is not None:
        p_commercial = _column("commercial", commercial, len(posteriors))
        if np.any(p_commercial > MOST_POSTERIOR):
            raise ModelError("'commercial' must hold probabilities in [0, 1]. Got others.")
        posteriors = np.column_stack([posteriors, p_commercial])
        truth = np.column_stack([truth, _is_commercial(y_true, p_commercial[rows])])
        classes = (*_LABELS, COMMERCIAL)
    answered = np.array([label is not None for label in y_true], dtype=bool)
    return AuditSample(
        classes=classes,
        posteriors=posteriors,
        weights=_normalised(weights, len(posteriors)),
        rows=rows,
        inclusion=drawn,
        answered=answered,
        residuals=np.where(answered[:, None], truth - posteriors[rows], 0.0),
        cluster=None if clusters is None else _codes(clusters),
    )


def _is_commercial(y_true: Sequence[str | None], p_commercial: FloatArray) -> FloatArray:
    """1 for an ad, 0 for organic; a diversion's label does not say, so the model's own word stands."""
    known = np.array([float(label in _ADS) for label in y_true])
    diverts = np.array([label == Label.DIVERSION.value for label in y_true], dtype=bool)
    return np.where(diverts, p_commercial, known)


def _normalised(weights: npt.NDArray[np.floating] | None, n: int) -> FloatArray:
    if weights is None:
        return np.full(n, 1.0 / max(n, 1))
    given = _column("weights", weights, n)
    total = float(given.sum())
    return given / total if total > 0 else given


def _column(name: str, values: npt.NDArray[np.floating], n: int) -> FloatArray:
    column = np.asarray(values, dtype=np.float64)
    if column.shape != (n,):
        raise ModelError(f"{name!r} must have shape {(n,)}. Got {column.shape} instead.")
    if not np.all(np.isfinite(column)) or np.any(column < 0):
        raise ModelError(f"{name!r} must be finite and not negative. Got others.")
    return column


def _codes(clusters: Sequence[str | None]) -> npt.NDArray[np.intp]:
    """Turn names of clusters into numbers; an unknown one stands alone."""
    keys = [f"alone {i}" if name is None else f"cluster {name}" for i, name in enumerate(clusters)]
    return np.asarray(np.unique(keys, return_inverse=True)[1], dtype=np.intp)
