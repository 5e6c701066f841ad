"""How well two people agree on the notes that both labelled."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Agreement:
    """`share` of notes with equal labels, and Cohen's `kappa`; None where there is nothing to tell.

    `kappa` is None also where both gave every note one and the same label: chance alone would agree as often.
    """

    n: int
    share: float | None
    kappa: float | None


def measure_agreement(first: Sequence[str], second: Sequence[str]) -> Agreement:
    """Compare labels given to the same notes, in the same order.

    References
    ----------
    Cohen (1960), A coefficient of agreement for nominal scales.

    Examples
    --------
    >>> measure_agreement(["organic", "organic", "diversion"], ["organic", "diversion", "diversion"]).kappa
    0.4
    """
    n = len(first)
    if n == 0:
        return Agreement(0, None, None)
    agreed = sum(a == b for a, b in zip(first, second, strict=True))
    left, right = Counter(first), Counter(second)
    by_chance = sum(left[label] * right[label] for label in left)  # of n * n
    kappa = None if by_chance == n * n else (agreed * n - by_chance) / (n * n - by_chance)
    return Agreement(n, agreed / n, kappa)
