"""Student's t: how much wider an interval is whose variance comes from few labels."""

import numpy as np
import numpy.typing as npt

from models.prevalence.intervals import normal_quantile

FloatArray = npt.NDArray[np.float64]


def variance_stretch(degrees_of_freedom: float, *, level: float) -> float:
    """Give the factor (>= 1) on a variance that turns a normal interval into Student's.

    Examples
    --------
    >>> round(variance_stretch(5.0, level=0.95) ** 0.5 * 1.96, 2)
    2.57
    """
    from scipy.special import stdtrit  # here: who only names shares, as the service does, need not wait for scipy

    if not np.isfinite(degrees_of_freedom):
        return 1.0
    return max(1.0, float(stdtrit(degrees_of_freedom, 0.5 + level / 2) / normal_quantile(level)) ** 2)


def sum_degrees(total: FloatArray, *parts: tuple[FloatArray, FloatArray | None]) -> FloatArray | None:
    """Give the degrees of freedom of a sum of variances; None where all of them are known.

    Parameters
    ----------
    total
        The sums, shape (n,); what no part accounts for is known.
    parts
        Variances (n,) with their degrees of freedom (n,), or None for known ones.

    References
    ----------
    Satterthwaite (1946), An approximate distribution of estimates of variance components.
    """
    uncertain = [variance**2 / degrees for variance, degrees in parts if degrees is not None]
    if not uncertain:
        return None
    spread = np.sum(uncertain, axis=0)
    return np.where(spread > 0, total**2 / np.where(spread > 0, spread, 1.0), np.inf)
