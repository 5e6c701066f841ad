"""What more sources and more labels would buy: a power law fitted to AUCs on growing shares of what there is.

AUC(n) = a - b * (n / N) ** -c, with N all there is; a gain is AUC(N + more) - AUC(N).

References
----------
Figueroa et al. (2012), Predicting sample size required for classification performance; Wu (1986), Jackknife, bootstrap
and other resampling methods in regression analysis.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
from scipy.optimize import curve_fit

from training.bootstrap import FloatArray

SHARES = (0.25, 0.5, 0.75, 1.0)
_LOWEST, _HIGHEST = (0.0, -1.0, 0.1), (1.0, 1.0, 2.0)  # of a, b and c; b < 0 is a curve that falls
Names = npt.NDArray[np.str_]
Bools = npt.NDArray[np.bool_]


class PowerLaw(msgspec.Struct, frozen=True):
    """AUC(n) = ceiling - distance * (n / size) ** -exponent; `size` is all there is."""

    ceiling: float
    distance: float
    exponent: float
    size: float

    def at(self, n: float) -> float:
        """Give the AUC that n sources or notes teach."""
        return self.ceiling - self.distance * float((n / self.size) ** -self.exponent)

    def gain(self, more: float) -> float:
        """Give what `more` would buy beyond all there is."""
        return self.at(self.size + more) - self.at(self.size)


def fit_curve(sizes: Sequence[float], values: FloatArray) -> PowerLaw | None:
    """Fit a curve by least squares; None where none is found.

    Parameters
    ----------
    sizes
        Of each share, rising; the last is all there is.
    values
        (n_draws, n_shares) AUCs.
    """
    x = np.asarray(sizes, dtype=np.float64) / sizes[-1]
    mean = values.mean(axis=0)
    slope = (mean[-1] - mean[0]) / (x[0] ** -0.5 - 1)  # of a curve with c = 1/2 through both ends
    start = np.clip((mean[-1] + slope, slope, 0.5), _LOWEST, _HIGHEST)
    try:
        (a, b, c), _ = curve_fit(
            _law, np.tile(x, len(values)), values.ravel(), p0=start, jac=_jacobian, bounds=(_LOWEST, _HIGHEST)
        )
    except (RuntimeError, ValueError):  # no end of the search, or an AUC that is not defined
        return None
    return PowerLaw(float(a), float(b), float(c), float(sizes[-1]))


def gains(
    sizes: Sequence[float],
    values: FloatArray,
    resampled: FloatArray,
    more: Mapping[str, float],
    *,
    spread: float,
    seed: int = 0,
) -> tuple[PowerLaw | None, dict[str, tuple[float, FloatArray]]]:
    """Tell what more would buy, and what resampled draws and notes say of it.

    Parameters
    ----------
    values
        (n_draws, n_shares) AUCs.
    resampled
        (n_resampled, n_draws, n_shares) the same on resampled notes; draws are resampled here.
    more
        How many sources or notes more, by name.
    spread
        Standard deviation over draws of half of all there is. All there is, too, is one draw of many: its AUC moves by
        as much from resample to resample, which is what draws of half tell of it (the delete-half jackknife).

    Returns
    -------
    tuple
        The curve, and by name the gain and (n_resampled,) its bootstrap; nan where no curve is found.
    """
    curve = fit_curve(sizes, values)
    draw = np.random.default_rng(seed)
    n_draws = len(values)
    moved = resampled.copy()
    moved[:, :, -1] += draw.normal(0, spread, len(resampled))[:, None]
    curves = [fit_curve(sizes, each[draw.integers(0, n_draws, n_draws)]) for each in moved]
    return curve, {
        name: (
            curve.gain(n) if curve else np.nan,
            np.array([each.gain(n) if each else np.nan for each in curves], dtype=np.float64),
        )
        for name, n in more.items()
    }


def _law(x: FloatArray, a: float, b: float, c: float) -> FloatArray:
    return a - b * x**-c


def _jacobian(x: FloatArray, a: float, b: float, c: float) -> Any:
    power = x**-c
    return np.stack([np.ones_like(x), -power, b * power * np.log(x)], axis=1)
