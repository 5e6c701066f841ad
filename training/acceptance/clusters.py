"""Beside row 2: authors of many notes, whose labels and errors go together, and what naming them does to coverage."""

from dataclasses import dataclass, replace

import numpy as np

from models.prevalence.pacc import estimate_shares
from models.prevalence.validation import ValidationStatistics
from training.acceptance.check import Check, error_of_mean, percent
from training.acceptance.jobs import Columns, run_each
from training.simulate import N_VALIDATION, ORGANIC, WORLDS, draw_feed, draw_validation, draw_week

N_NOTES = 2_000
PROLIFIC = replace(WORLDS["S1"], notes_per_author=10.0, loyalty=0.7, author_style=0.5)


@dataclass(frozen=True)
class Task:
    """One validation draw and its feeds."""

    draw: int
    n_feeds: int
    seed: int


def check_clusters(*, n_draws: int, n_feeds: int, seed: int, jobs: int) -> list[Check]:
    """Measure coverage of the realised and the process share, authors known and unknown."""
    columns = run_each(measure, [Task(draw, n_feeds, seed) for draw in range(n_draws)], jobs)
    draw = columns.pop("draw").astype(int)
    return [
        Check(2, f"S1, 10 notes an author: PACC covers {name}", "-", percent(float(covers.mean())),
              percent(error_of_mean(covers, draw)))
        for name, covers in columns.items()
    ]  # fmt: skip


def measure(task: Task) -> Columns:
    """Estimate a random week of each feed, with its authors and without them."""
    rng = np.random.default_rng([task.seed, task.draw])
    statistics = ValidationStatistics.from_predictions(*draw_validation(N_VALIDATION, rng)[:2])
    rows = []
    for _ in range(task.n_feeds):
        week, feed = int(rng.integers(PROLIFIC.weeks)), draw_feed(PROLIFIC, rng)
        notes = draw_week(PROLIFIC, feed, week, N_NOTES, rng)
        realised = float(np.mean(notes.gold == ORGANIC))
        past = week / (PROLIFIC.weeks - 1)
        process = PROLIFIC.first_organic + past * (PROLIFIC.last_organic - PROLIFIC.first_organic)
        row = []
        for authors in (notes.authors, None):
            estimate = estimate_shares(notes.proba, statistics, clusters=authors)
            intervals = estimate.realised("organic"), estimate.process("organic")
            row += [
                interval is not None and interval.ci_low <= truth <= interval.ci_high
                for interval, truth in zip(intervals, (realised, process), strict=True)
            ]
        rows.append(row)
    names = [
        f"the {share} share, authors {known}" for known in ("known", "unknown") for share in ("realised", "process")
    ]
    columns = dict(zip(names, np.array(rows, dtype=np.float64).T, strict=True))
    return columns | {"draw": np.full(len(rows), float(task.draw))}
