"""Bias, error and coverage of the estimators on simulated feeds, beside the published table."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from training.acceptance.check import FloatArray, error_of_mean
from training.acceptance.feeds import NAMES
from training.acceptance.jobs import Columns

Worlds = Mapping[str, Columns]

# Bias in the worst week (points), RMSE (points) and coverage of the 95 % interval, as AUTHENTICITY.md has them.
PUBLISHED: Mapping[str, Mapping[str, str]] = {
    "naive": {"S1": "+6.5 / 3.7 / 44 %", "S2": "+26 / 12.6 / 30 %", "S3": "+6.2 / 3.9 / 43 %"},
    "pacc": {"S1": "-0.2 / 1.39 / 94.7 %", "S2": "+24 / 10.8 / 42 %", "S3": "-1.3 / 4.3 / 43 %"},
    "emq": {"S1": "-0.2 / 1.34 / 94.1 %", "S2": "+27 / 12.5 / 40 %", "S3": "-1.4 / 4.6 / 46 %"},
    "audit_only": {"S1": "-0.5 / 3.6 / 95 %", "S2": "+0.4 / 3.6 / 95 %", "S3": "-0.7 / 3.7 / 94 %"},
    "ppi": {"S1": "-0.4 / 2.1 / 95.6 %", "S2": "+0.3 / 2.65 / 95.4 %", "S3": "+0.3 / 2.2 / 94.7 %"},
    "stratified": {"S1": "+0.2 / 1.73 / 96.0 %", "S2": "-0.5 / 2.83 / 94.3 %", "S3": "+0.2 / 1.85 / 96.3 %"},
}
TITLES: Mapping[str, str] = {
    "naive": "naive count",
    "pacc": "PACC",
    "pacc_sources": "PACC, 2 classes, sources",
    "emq": "EMQ + BCTS",
    "audit_only": "audit only, 200 labels",
    "ppi": "PPI, random sample",
    "stratified": "stratified PPI",
}


@dataclass(frozen=True)
class Summary:
    """Bias in the worst week and over weeks, root mean square error and coverage; shares in [0, 1]."""

    worst: float
    worst_error: float
    mean_bias: float  # mean |bias| over weeks
    rmse: float
    coverage: float
    coverage_error: float


def summarise(columns: Columns, name: str) -> Summary:
    """Summarise one estimator in one world; feeds that it refuses are left out."""
    error, covers = columns[f"{name} error"], columns[f"{name} covers"]
    known = np.isfinite(error)
    error, covers, draw = error[known], covers[known], columns["draw"][known].astype(int)
    weekly, errors = _by_week(error, columns["week"][known].astype(int), draw)
    at = int(np.argmax(np.abs(weekly)))
    return Summary(
        float(weekly[at]),
        float(errors[at]),
        float(np.mean(np.abs(weekly))),
        float(np.sqrt(np.mean(error**2))),
        float(covers.mean()),
        error_of_mean(covers, draw),
    )


def _by_week(
    error: FloatArray, week: npt.NDArray[np.int64], draw: npt.NDArray[np.int64]
) -> tuple[FloatArray, FloatArray]:
    weeks = np.unique(week)
    means = np.array([error[week == k].mean() for k in weeks])
    return means, np.array([error_of_mean(error[week == k], draw[week == k]) for k in weeks])


def table_of(worlds: Worlds) -> list[dict[str, str]]:
    """Give bias in the worst week, RMSE and coverage of each estimator in each world, beside the published ones."""
    rows = []
    for name in NAMES:
        row = {"estimator": TITLES[name]}
        for world, columns in worlds.items():
            found = summarise(columns, name)
            row[world] = f"{100 * found.worst:+.1f} / {100 * found.rmse:.2f} / {100 * found.coverage:.1f} %"
            row[f"{world} published"] = PUBLISHED.get(name, {}).get(world, "-")
        rows.append(row)
    return rows
