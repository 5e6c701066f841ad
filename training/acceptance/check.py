"""What an acceptance row answers: a figure beside its bar, and how far chance moves it."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Check:
    """One line of the acceptance table.

    `passed` is None where nothing is asked (a figure to know) or where the check could not be run; `not_run` says why.
    """

    row: int
    what: str
    bar: str
    ours: str
    error: str = ""  # Monte-Carlo standard error of `ours`
    passed: bool | None = None
    published: str = ""  # AUTHENTICITY.md's figure
    not_run: str = ""

    def as_json(self) -> dict[str, Any]:
        """Give plain values."""
        return asdict(self)


def points(value: float, digits: int = 2) -> str:
    """Show a difference of shares in percentage points."""
    return f"{100 * value:+.{digits}f} pt"


def percent(value: float, digits: int = 1) -> str:
    """Show a share in percent."""
    return f"{100 * value:.{digits}f} %"


def error_of_mean(values: npt.NDArray[np.generic], groups: npt.NDArray[np.integer]) -> float:
    """Give the standard error of a mean whose values go together within groups (one validation draw, say)."""
    numbers = np.asarray(values, dtype=np.float64)
    _, group = np.unique(groups, return_inverse=True)
    sums = np.bincount(group, numbers - numbers.mean())
    n_groups = len(sums)
    return float(np.sqrt(np.sum(sums**2) * n_groups / max(1, n_groups - 1)) / len(numbers))


def within(value: float, low: float, high: float) -> bool:
    """Whether a figure, rounded as the bar is written, lies between its bars."""
    return low <= round(value, 3) <= high
