"""Bias-corrected temperature scaling: posteriors that hold at the validation mix, as EMQ needs them."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from data.errors import ModelError
from models.prevalence.validation import FloatArray

_SMALLEST = 1e-6  # a rule gives posteriors of 0 and 1; their logarithms must not outweigh everything else


@dataclass(frozen=True, eq=False)
class TemperatureScaling:
    """`softmax(log(p) / temperature + biases)`.

    References
    ----------
    Alexandari et al. (2020), Maximum likelihood with bias-corrected calibration is hard-to-beat at label shift
    adaptation.
    """

    temperature: float
    biases: FloatArray  # (n_classes,), summing to 0

    @classmethod
    def fit(cls, proba: npt.NDArray[np.floating], y: npt.NDArray[np.integer]) -> Self:
        """Fit by maximum likelihood on held-out notes.

        Parameters
        ----------
        proba
            Out-of-fold posteriors, shape (n_notes, n_classes).
        y
            Positions of the gold classes, shape (n_notes,).

        Raises
        ------
        ModelError
            If a class has no note: its bias would have no bound.
        """
        from scipy.optimize import minimize  # a report scales and never fits: it need not pay for this import

        logarithms, gold = _logarithms(proba), np.asarray(y, dtype=np.int64)
        n_notes, size = logarithms.shape
        if len(gold) != n_notes or np.any(np.bincount(gold, minlength=size)[:size] == 0):
            raise ModelError("temperature scaling needs a gold class for each note, and notes of every class.")
        one_hot = np.eye(size)[gold]

        def loss(parameters: FloatArray) -> tuple[float, FloatArray]:
            scores = logarithms * parameters[0] + parameters[1:]
            likelihoods = _softmax(scores)
            off = (likelihoods - one_hot) / n_notes
            gradient = np.concatenate([[np.sum(off * logarithms)], off.sum(axis=0)])
            told = np.maximum(likelihoods[np.arange(n_notes), gold], 1e-300)
            return -float(np.mean(np.log(told))), gradient

        start = np.concatenate([[1.0], np.zeros(size)])
        bounds = [(0.05, 20.0), *[(None, None)] * size]
        found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
        return cls(float(1 / found[0]), np.asarray(found[1:] - found[1:].mean(), dtype=np.float64))

    def apply(self, proba: npt.NDArray[np.floating]) -> FloatArray:
        """Scale posteriors: (n_notes, n_classes) -> the same shape, rows summing to 1.

        Raises
        ------
        ModelError
            If the classes are not as many as were fitted.
        """
        logarithms = _logarithms(proba)
        if logarithms.ndim != 2 or logarithms.shape[1] != len(self.biases):
            raise ModelError(f"'proba' must have {len(self.biases)} columns. Got shape {logarithms.shape} instead.")
        return _softmax(logarithms / self.temperature + self.biases)


def _logarithms(proba: npt.NDArray[np.floating]) -> FloatArray:
    return np.log(np.maximum(np.asarray(proba, dtype=np.float64), _SMALLEST))


def _softmax(scores: FloatArray) -> FloatArray:
    by_class = np.ascontiguousarray(scores.T)  # over long rows numpy adds up far faster
    powers: FloatArray = np.exp(by_class - by_class.max(axis=0))
    powers /= powers.sum(axis=0)
    return powers.T
