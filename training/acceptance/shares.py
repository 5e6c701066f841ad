"""Rows 1 to 3: bias and coverage of model-based and audited shares."""

import numpy as np
import numpy.typing as npt

from data.labels import LABELS
from training.acceptance.check import Check, FloatArray, error_of_mean, percent, points, within
from training.acceptance.feeds import SIZES
from training.acceptance.summary import PUBLISHED, TITLES, Worlds, summarise


def check_bias(worlds: Worlds) -> list[Check]:
    """Row 1: PACC and EMQ are right where the count is off."""
    naive = summarise(worlds["S1"], "naive")
    checks = [
        Check(1, "S1: naive count, worst week", ">= 5 pt off", points(naive.worst), points(naive.worst_error),
              abs(naive.worst) >= 0.05, "+6.5 pt"),
    ]  # fmt: skip
    for name in ("pacc", "emq"):
        found = summarise(worlds["S1"], name)
        checks.append(
            Check(1, f"S1: {TITLES[name]}, worst week |bias|", "<= 0.5 pt", points(found.worst),
                  points(found.worst_error), abs(found.worst) <= 0.005, "-0.2 pt")
        )  # fmt: skip
    return checks


def check_coverage(worlds: Worlds) -> list[Check]:
    """Row 2: PACC's interval holds what it says at every size, and for every label."""
    columns = worlds["S1"]
    n, draw = columns["n"], columns["draw"].astype(int)
    checks = []
    for size in SIZES:
        covers = columns["pacc covers"][n == size]
        checks.append(_coverage(2, f"S1: PACC covers organic, N = {size:,}", covers, draw[n == size], 0.93, 0.98))
    for label in LABELS:
        covers = columns[f"pacc covers {label.value}"]
        checks.append(_coverage(2, f"S1: PACC covers {label.value}, all N", covers, draw, 0.92, 0.97))
    return checks


def _coverage(row: int, what: str, covers: FloatArray, draw: npt.NDArray[np.int64], low: float, high: float) -> Check:
    share = float(covers.mean())
    bar = f"{100 * low:.0f}-{100 * high:.0f} %"
    return Check(row, what, bar, percent(share), percent(error_of_mean(covers, draw)), within(share, low, high))


def check_audits(worlds: Worlds) -> list[Check]:
    """Row 3: audited shares hold in every world and need far fewer labels than labels alone."""
    checks = []
    for world, columns in worlds.items():
        found, draw = summarise(columns, "stratified"), columns["draw"].astype(int)
        covers = columns["stratified covers"]
        published = {"S1": "96.0 %", "S2": "94.3 %", "S3": "96.3 %"}[world]
        share = float(covers.mean())
        checks += [
            Check(3, f"{world}: stratified PPI covers", "93-98 %", percent(share), percent(error_of_mean(covers, draw)),
                  within(share, 0.93, 0.98), published),
            Check(3, f"{world}: mean |bias| over weeks", "<= 0.3 pt", points(found.mean_bias), "",
                  found.mean_bias <= 0.003),
            Check(3, f"{world}: worst week |bias|", "<= 0.8 pt", points(found.worst), points(found.worst_error),
                  abs(found.worst) <= 0.008, PUBLISHED["stratified"][world].split(" /")[0] + " pt"),
        ]  # fmt: skip
    ratio = summarise(worlds["S1"], "stratified").rmse / summarise(worlds["S1"], "audit_only").rmse
    checks.append(Check(3, "S1: RMSE against audit only", "<= 60 %", percent(ratio), "", ratio <= 0.6, "48 %"))
    return checks
