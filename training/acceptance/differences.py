"""Row 6: the joint interval of a change between two weeks of one feed, in which most validation error cancels."""

from dataclasses import dataclass

import numpy as np

from models.prevalence.difference import subtract_model_based
from models.prevalence.intervals import normal_quantile
from models.prevalence.pacc import estimate_shares
from models.prevalence.validation import ValidationStatistics
from training.acceptance.check import Check, error_of_mean, percent, within
from training.acceptance.jobs import Columns, run_each
from training.simulate import N_VALIDATION, ORGANIC, World, draw_feed, draw_validation, draw_week

SIZES = (5_000, 20_000)
LONGEST = 12  # weeks between the two


@dataclass(frozen=True)
class Task:
    """Pairs of weeks under one validation draw."""

    draw: int
    n_feeds: int
    seed: int


def check_differences(*, n_draws: int, n_feeds: int, seed: int, jobs: int) -> list[Check]:
    """Measure coverage of the true change among these notes, and width against summed variances."""
    columns = run_each(measure, [Task(draw, n_feeds, seed) for draw in range(n_draws)], jobs)
    draw = columns["draw"].astype(int)
    coverage, narrower = float(columns["covers"].mean()), float(1 - columns["joint"].mean() / columns["summed"].mean())
    return [
        Check(6, f"S1: joint difference covers, N = {SIZES[0]:,} and {SIZES[1]:,}", "92-98 %", percent(coverage),
              percent(error_of_mean(columns["covers"], draw)), within(coverage, 0.92, 0.98)),
        Check(6, "narrower than summed variances by", ">= 25 %", percent(narrower), "", narrower >= 0.25),
    ]  # fmt: skip


def measure(task: Task) -> Columns:
    """Subtract two random weeks of each feed."""
    world, rng = World(), np.random.default_rng([task.seed, task.draw])
    statistics = ValidationStatistics.from_predictions(*draw_validation(N_VALIDATION, rng)[:2])
    rows = []
    for at in range(task.n_feeds):
        n, feed = SIZES[at % len(SIZES)], draw_feed(world, rng)
        first = int(rng.integers(world.weeks - LONGEST))
        a, b = (draw_week(world, feed, week, n, rng) for week in (first, first + int(rng.integers(1, LONGEST + 1))))
        change = subtract_model_based(b.proba, a.proba, statistics, same_source=True)
        interval, apart = change.interval("organic"), [estimate_shares(x.proba, statistics).covariance for x in (a, b)]
        if interval is None or apart[0] is None or apart[1] is None:
            rows.append((np.nan,) * 3)
            continue
        truth = float(np.mean(b.gold == ORGANIC) - np.mean(a.gold == ORGANIC))
        summed = float(apart[0][ORGANIC, ORGANIC] + apart[1][ORGANIC, ORGANIC])
        is_inside, width = interval.ci_low <= truth <= interval.ci_high, interval.ci_high - interval.ci_low
        rows.append((float(is_inside), width, 2 * normal_quantile(0.95) * summed**0.5))
    covers, joint, both = np.array(rows).T
    return {"covers": covers, "joint": joint, "summed": both, "draw": np.full(len(rows), float(task.draw))}
