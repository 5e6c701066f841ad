"""Wilson interval of a weighted or clustered share, by its effective number of notes."""

from math import sqrt

from models.prevalence import Interval
from models.prevalence.intervals import normal_quantile


def effective_interval(share: float, n_eff: float, *, level: float) -> Interval:
    """Put a Wilson score interval around a share that says as much as `n_eff` independent notes; never of zero width.

    Examples
    --------
    >>> interval = effective_interval(0.0, 10, level=0.95)
    >>> round(interval.ci_low, 3), round(interval.ci_high, 3)
    (0.0, 0.278)
    """
    z2 = normal_quantile(level) ** 2
    centre = (share * n_eff + z2 / 2) / (n_eff + z2)
    half = sqrt(z2) / (n_eff + z2) * sqrt(max(0.0, share * (1 - share)) * n_eff + z2 / 4)
    return Interval(max(0.0, min(share, centre - half)), min(1.0, max(share, centre + half)), level)
