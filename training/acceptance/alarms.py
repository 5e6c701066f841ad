"""Row 4: ads that come to look organic are noticed, and no alarm is raised where only the mix of labels moves."""

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt

from training.acceptance.check import Check, error_of_mean, percent
from training.acceptance.jobs import Columns
from training.acceptance.summary import Worlds

LATE = 16  # first week, from 0, by which the ads of S2 are well on their way
LEVEL = 0.01
ALARMS: Mapping[str, tuple[str, ...]] = {
    "either alarm": ("fit_p", "audit_p"),
    "label-shift fit alone": ("fit_p",),
    "audit against model alone": ("audit_p",),
}


def check_alarms(worlds: Worlds) -> list[Check]:
    """Count alarms in late weeks of S2, where they are due, and in S1, where they are false."""
    return [*_power(worlds["S2"]), *_false(worlds["S1"])]


def _power(columns: Columns) -> Iterator[Check]:
    at = (columns["week"] >= LATE) & (columns["n"] >= 1000)
    for what, names in ALARMS.items():
        share, error = _fired(columns, at, names)
        asked = len(names) > 1
        yield Check(
            4,
            f"late S2, N >= 1,000: {what}",
            ">= 95 %" if asked else "-",
            percent(share),
            percent(error),
            share >= 0.95 if asked else None,
        )


def _false(columns: Columns) -> Iterator[Check]:
    at = columns["n"] >= 1000
    for what, names in ALARMS.items():
        share, error = _fired(columns, at, names)
        yield Check(4, f"S1, N >= 1,000: {what}, false", "<= 2 %", percent(share, 2), percent(error, 2), share <= 0.02)


def _fired(columns: Columns, at: npt.NDArray[np.bool_], names: tuple[str, ...]) -> tuple[float, float]:
    """Share of feeds and weeks with an alarm; several tests together keep the level, each at its part of it."""
    fired = np.any([columns[name][at] < LEVEL / len(names) for name in names], axis=0)
    return float(fired.mean()), error_of_mean(fired, columns["draw"][at].astype(int))
