"""Weekly PACC shares of many feeds, half of which step down once.

Weeks are drawn without drawing notes: given how many notes of a feed are organic, the mean posterior of hundreds of
notes is normal with the classifier's own means and covariances.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from models.prevalence.change_points import Series
from models.prevalence.classes import TWO_CLASSES
from models.prevalence.validation import ValidationStatistics
from training.acceptance.check import FloatArray
from training.simulate import N_VALIDATION, draw_validation

WEEKS = 52
STEP_WEEKS = (12, 20, 28, 36, 44)
LEVEL = 0.75
N_DRAWS = 100
_ORGANIC = tuple(TWO_CLASSES).index("organic")


@dataclass(frozen=True, eq=False)
class Feeds:
    """Weekly PACC shares of organic notes in many feeds, half of which step down once."""

    values: FloatArray  # (n_feeds, WEEKS)
    variances: FloatArray  # (n_feeds, WEEKS) own noise and that of the process
    at: npt.NDArray[np.int64]  # (n_feeds,) first week after the step; WEEKS for none

    def until(self, week: int) -> dict[str, Series]:
        """Give the series as they stand before a week."""
        pairs = zip(self.values[:, :week], self.variances[:, :week], strict=True)
        return {str(k): Series(values, variances) for k, (values, variances) in enumerate(pairs)}


def draw_feeds(n_feeds: int, n_notes: int, rng: np.random.Generator, steps: tuple[float, float]) -> Feeds:
    """Draw the weekly PACC shares of feeds that are validated in groups; steps are even between two sizes."""
    at = np.where(np.arange(n_feeds) % 2 == 0, WEEKS, rng.choice(STEP_WEEKS, n_feeds))
    share = LEVEL - rng.uniform(*steps, size=(n_feeds, 1)) * (np.arange(WEEKS) >= at[:, None])
    organic = rng.binomial(n_notes, share) / n_notes
    true = _population()
    group = np.arange(n_feeds) % min(N_DRAWS, n_feeds)
    drawn = [_two_classes(N_VALIDATION, rng) for _ in range(int(group.max()) + 1)]
    mean = organic * true.means[_ORGANIC, _ORGANIC] + (1 - organic) * true.means[_ORGANIC, 1 - _ORGANIC]
    seen = mean + np.sqrt(_spread(true, organic) / n_notes) * rng.normal(size=organic.shape)
    low = np.array([each.means[_ORGANIC, 1 - _ORGANIC] for each in drawn])[group, None]
    slope = np.array([each.means[_ORGANIC, _ORGANIC] for each in drawn])[group, None] - low
    values = (seen - low) / slope
    spread = np.stack([_spread(each, values[group == k].mean()) for k, each in enumerate(drawn)])[group, None]
    process = np.clip(values, 0.01, 0.99) * (1 - np.clip(values, 0.01, 0.99))
    return Feeds(values, (spread / slope**2 + process) / n_notes, at)


def _spread(statistics: ValidationStatistics, organic: npt.ArrayLike) -> FloatArray:
    """Variance of P(organic) within labels, for a share of organic notes."""
    within = statistics.covariances[:, _ORGANIC, _ORGANIC]
    share = np.asarray(organic, dtype=np.float64)
    return np.asarray(share * within[_ORGANIC] + (1 - share) * within[1 - _ORGANIC])


def _two_classes(n: int, rng: np.random.Generator) -> ValidationStatistics:
    return ValidationStatistics.from_predictions(*draw_validation(n, rng)[:2]).collapse(TWO_CLASSES)


@cache
def _population() -> ValidationStatistics:
    return _two_classes(400_000, np.random.default_rng(0))
