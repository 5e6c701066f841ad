"""Intervals of a share: always `ci_low`, `ci_high` and the level they were made for."""

from dataclasses import dataclass
from functools import lru_cache
from math import isfinite, sqrt
from statistics import NormalDist

from data.errors import ModelError


@dataclass(frozen=True)
class Interval:
    """A two-sided interval of a share; ratios in [0, 1]."""

    ci_low: float
    ci_high: float
    level: float = 0.95


@lru_cache(maxsize=16)
def normal_quantile(level: float) -> float:
    """Give the two-sided standard normal quantile (1.96 at level 0.95).

    Raises
    ------
    ModelError
        If `level` does not lie between 0 and 1.
    """
    if not 0.0 < level < 1.0:
        raise ModelError(f"'level' must lie between 0 and 1. Got {level} instead.")
    return NormalDist().inv_cdf(0.5 + level / 2)


def normal_interval(share: float, variance: float, *, level: float = 0.95) -> Interval:
    """Put a normal interval around a share, clipped to [0, 1].

    Raises
    ------
    ModelError
        If `variance` is negative or not finite.

    Examples
    --------
    >>> interval = normal_interval(0.5, 0.01)
    >>> round(interval.ci_low, 3), round(interval.ci_high, 3)
    (0.304, 0.696)
    """
    if not isfinite(variance) or variance < 0:
        raise ModelError(f"'variance' must be finite and not negative. Got {variance} instead.")
    half = normal_quantile(level) * sqrt(variance)
    low, high = (min(1.0, max(0.0, end)) for end in (share - half, share + half))
    return Interval(low, high, level)


def wilson_interval(successes: int, n: int, *, level: float = 0.95) -> Interval:
    """Give the Wilson score interval of a counted share; never of zero width.

    Raises
    ------
    ModelError
        If not 0 <= successes <= n with n > 0.

    References
    ----------
    Wilson (1927), Probable inference, the law of succession, and statistical inference.

    Examples
    --------
    >>> interval = wilson_interval(0, 10)
    >>> round(interval.ci_low, 3), round(interval.ci_high, 3)
    (0.0, 0.278)
    """
    if n <= 0 or not 0 <= successes <= n:
        raise ModelError(f"a count must hold 0 <= successes <= n and n > 0. Got {successes} of {n} instead.")
    z2 = normal_quantile(level) ** 2
    centre = (successes + z2 / 2) / (n + z2)
    half = sqrt(z2) / (n + z2) * sqrt(successes * (n - successes) / n + z2 / 4)
    return Interval(max(0.0, centre - half), min(1.0, centre + half), level)
