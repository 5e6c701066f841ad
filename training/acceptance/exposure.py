"""Row 5: audited shares of impressions, where few notes carry most of them; notes are drawn by size."""

from dataclasses import dataclass

import numpy as np

from models.prevalence.audit_design import draw_pps
from models.prevalence.audit_pps import estimate_audited_pps
from training.acceptance.check import Check, error_of_mean, percent, points, within
from training.acceptance.jobs import Columns, run_each
from training.simulate import ORGANIC, WORLDS, draw_feed, draw_week, names_of

SIZES = (1_000, 5_000, 20_000)
N_LABELS = 200


@dataclass(frozen=True)
class Task:
    """Feeds of one world, a random week each."""

    world: str
    part: int
    n_feeds: int
    seed: int


def check_exposure(*, n_feeds: int, seed: int, jobs: int) -> list[Check]:
    """Compare audited shares of impressions with the true ones, in every world."""
    checks = []
    for world in WORLDS:
        tasks = [Task(world, part, n_feeds // 8, seed) for part in range(8)]
        columns = run_each(measure, tasks, jobs)
        groups = np.arange(len(columns["error"]))
        bias, coverage = float(columns["error"].mean()), float(columns["covers"].mean())
        checks += [
            Check(5, f"{world}: exposure-weighted, bias", "<= 0.5 pt", points(bias),
                  points(error_of_mean(columns["error"], groups)), abs(bias) <= 0.005),
            Check(5, f"{world}: exposure-weighted, covers", "92-97 %", percent(coverage),
                  percent(error_of_mean(columns["covers"], groups)), within(coverage, 0.92, 0.97)),
        ]  # fmt: skip
    return checks


def measure(task: Task) -> Columns:
    """Draw feeds, label 200 notes of each by size, and estimate its share of impressions."""
    world = WORLDS[task.world]
    rng = np.random.default_rng([task.seed, sorted(WORLDS).index(task.world), task.part])
    rows = []
    for at in range(task.n_feeds):
        n = SIZES[at % len(SIZES)]
        notes = draw_week(world, draw_feed(world, rng), int(rng.integers(world.weeks)), n, rng)
        weights = notes.impressions
        draw = draw_pps(notes.proba[:, ORGANIC], weights, N_LABELS, seed=int(rng.integers(2**31)))
        gold = names_of(notes.gold[draw.rows])
        estimate = estimate_audited_pps(notes.proba, draw.rows, gold, draw.inclusion, weights=weights)
        share, interval = estimate.share("organic"), estimate.realised("organic")
        if share is None or interval is None:
            rows.append((np.nan, np.nan))
            continue
        truth = float(weights @ (notes.gold == ORGANIC) / weights.sum())
        rows.append((share - truth, float(interval.ci_low <= truth <= interval.ci_high)))
    error, covers = np.array(rows).T
    return {"error": error, "covers": covers}
