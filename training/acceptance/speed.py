"""Row 9: CPU seconds of the estimators on 10,000 notes."""

import statistics
from collections.abc import Callable
from time import process_time

import numpy as np

from models.prevalence.bootstrap import bootstrap_shares
from models.prevalence.emq import estimate_shares_em
from models.prevalence.pacc import estimate_shares
from models.prevalence.temperature import TemperatureScaling
from models.prevalence.validation import ValidationStatistics
from training.acceptance.check import Check
from training.simulate import N_VALIDATION, World, draw_feed, draw_validation, draw_week

N_NOTES = 10_000
ROUNDS = 9


def check_speed(*, seed: int) -> list[Check]:
    """Time PACC, EMQ with its scaling, and 1,000 resamples; medians of CPU time, of all threads."""
    rng = np.random.default_rng(seed)
    world = World()
    gold, proba, _ = draw_validation(N_VALIDATION, rng)
    validation, scaling = ValidationStatistics.from_predictions(gold, proba), TemperatureScaling.fit(proba, gold)
    feed = draw_week(world, draw_feed(world, rng), 12, N_NOTES, rng).proba
    timed: tuple[tuple[str, float, Callable[[], object], int], ...] = (
        ("PACC", 0.005, lambda: estimate_shares(feed, validation), ROUNDS),
        ("EMQ + BCTS", 0.05, lambda: estimate_shares_em(feed, validation, scaling=scaling), ROUNDS),
        ("bootstrap, 1,000 resamples", 1.0, lambda: bootstrap_shares(feed, validation, seed=seed), 3),
    )
    checks = []
    for name, bar, run, rounds in timed:
        seconds = [_seconds(run) for _ in range(rounds)]
        median, worst = statistics.median(seconds), max(seconds)
        what = f"{name}, {N_NOTES:,} notes"
        checks.append(
            Check(
                9,
                what,
                f"<= {1e3 * bar:g} ms",
                f"{1e3 * median:.1f} ms",
                f"slowest {1e3 * worst:.1f} ms",
                median <= bar,
            )
        )
    return checks


def _seconds(run: Callable[[], object]) -> float:
    begin = process_time()
    run()
    return process_time() - begin
