"""Student's t: how much wider an interval is whose variance comes from few labels."""

import numpy as np
from scipy.special import stdtrit

from models.prevalence.intervals import normal_quantile


def variance_stretch(degrees_of_freedom: float, *, level: float) -> float:
    """Give the factor (>= 1) on a variance that turns a normal interval into Student's.

    Examples
    --------
    >>> round(variance_stretch(5.0, level=0.95) ** 0.5 * 1.96, 2)
    2.57
    """
    if not np.isfinite(degrees_of_freedom):
        return 1.0
    return max(1.0, float(stdtrit(degrees_of_freedom, 0.5 + level / 2) / normal_quantile(level)) ** 2)
