"""Probabilities that mean what they say: one logistic curve a question, fitted on out-of-fold scores."""

from collections.abc import Mapping
from functools import cached_property

import msgspec
import numpy as np
import numpy.typing as npt

from data.errors import ModelError


class Curve(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """P(yes) = 1 / (1 + exp(-(slope * logit + offset)))  (Platt 1999)."""

    slope: float
    offset: float

    def __call__(self, logits: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
        """Turn logits into probabilities of the same shape."""
        return _logistic(self.slope * logits.astype(np.float64) + self.offset)


class Calibration(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """One curve a question.

    `commercial_otherwise` is P(commercial) among notes that divert nobody, `comment` P(one comment leads off).
    """

    commercial: Curve
    commercial_otherwise: Curve
    disclosed: Curve
    diversion: Curve
    comment: Curve

    def of_notes(self, logits: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
        """Turn logits (..., 3), as `QUESTIONS` order them, into probabilities (..., 4) by the first four curves."""
        slopes, offsets = self._of_notes
        return _logistic(slopes * logits.astype(np.float64).take((0, 0, 1, 2), axis=-1) + offsets)

    @cached_property
    def _of_notes(self) -> npt.NDArray[np.float64]:
        curves = (self.commercial, self.commercial_otherwise, self.disclosed, self.diversion)
        return np.array([[curve.slope for curve in curves], [curve.offset for curve in curves]])


def read_calibration(raw: Mapping[str, Mapping[str, float]]) -> Calibration:
    """Read the curves of a manifest.

    Raises
    ------
    ModelError
        If a curve is missing, unknown or not two numbers.
    """
    try:
        return msgspec.convert(raw, Calibration)
    except msgspec.ValidationError as error:
        raise ModelError(
            f"'calibration' must give slope and offset of {', '.join(Calibration.__struct_fields__)}. Got: {error}."
        ) from error


def compose(
    commercial: npt.NDArray[np.float64], disclosed: npt.NDArray[np.float64], diversion: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Compose P(label) from P(diversion), P(commercial | no diversion) and P(disclosed | commercial).

    Returns
    -------
    ndarray
        (n_notes, 4), columns in `Label` order, rows summing to 1.

    Examples
    --------
    >>> compose(np.array([0.5]), np.array([0.2]), np.array([0.1])).round(2).tolist()
    [[0.09, 0.1, 0.45, 0.36]]
    """
    rest = 1 - diversion
    ad = rest * commercial
    return np.array((ad * disclosed, diversion, rest * (1 - commercial), ad * (1 - disclosed))).T


def _logistic(z: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    probabilities: npt.NDArray[np.float64] = 1 / (1 + np.exp(-z.clip(-30, 30)))
    return probabilities
