"""Row 7: many feeds with styles of their own and few labels each, shrunk towards what all audits say together."""

from dataclasses import dataclass

import numpy as np

from models.prevalence.audit import estimate_audited
from models.prevalence.audit_design import draw_stratified
from models.prevalence.emq import estimate_shares_em
from models.prevalence.intervals import normal_quantile
from models.prevalence.shrinkage import shrink
from models.prevalence.temperature import TemperatureScaling
from models.prevalence.validation import ValidationStatistics
from training.acceptance.check import Check, error_of_mean, percent
from training.acceptance.jobs import Columns, run_each
from training.simulate import (
    N_VALIDATION,
    ORGANIC,
    WORLDS,
    Notes,
    draw_feed,
    draw_validation,
    draw_week,
    names_of,
)

N_FEEDS = 200
N_NOTES = 1_000
N_LABELS = 6  # of each feed: 1,200 in all


@dataclass(frozen=True)
class Task:
    """One validation draw and its feeds."""

    draw: int
    n_feeds: int
    seed: int


def check_shrinkage(*, n_draws: int, seed: int, jobs: int, n_feeds: int = N_FEEDS) -> list[Check]:
    """Measure coverage of shrunk shares, and their error against EMQ and PPI alone."""
    columns = run_each(measure, [Task(draw, n_feeds, seed) for draw in range(n_draws)], jobs)
    covers, draw = columns["covers"], columns["draw"].astype(int)
    emq, ppi, shrunk = (float(np.sqrt(np.mean(columns[name] ** 2))) for name in ("emq", "ppi", "shrunk"))
    coverage = float(covers.mean())
    what = f"S3: {n_feeds} feeds of {N_NOTES:,}, {N_LABELS} labels each"
    return [
        Check(7, f"{what}: shrunk covers", ">= 92 %", percent(coverage), percent(error_of_mean(covers, draw)),
              coverage >= 0.92),
        Check(7, "RMSE shrunk (EMQ alone, PPI alone)", "<= the best", f"{100 * shrunk:.2f} ({100 * emq:.2f}, "
              f"{100 * ppi:.2f}) pt", f"{100 * error_of_mean(np.abs(columns['shrunk']), draw):.2f} pt",
              shrunk <= min(emq, ppi)),
    ]  # fmt: skip


def measure(task: Task) -> Columns:
    """Audit a few notes of every feed and shrink."""
    world, rng = WORLDS["S3"], np.random.default_rng([task.seed, task.draw])
    gold, proba, _ = draw_validation(N_VALIDATION, rng, style=world.style, n_sources=20)
    statistics, scaling = ValidationStatistics.from_predictions(gold, proba), TemperatureScaling.fit(proba, gold)
    units = []
    for _ in range(task.n_feeds):
        notes = draw_week(world, draw_feed(world, rng), int(rng.integers(world.weeks)), N_NOTES, rng)
        units.append(_unit(notes, statistics, scaling, int(rng.integers(2**31))))
    truth, model, model_variance, audited, audit_variance = np.array(units).T
    shrunk = shrink(model, model_variance, audited - model, audit_variance, labels=np.full(len(units), N_LABELS))
    covers = np.abs(shrunk.shares - truth) <= normal_quantile(0.95) * np.sqrt(shrunk.variances)
    errors = {"emq": model - truth, "ppi": audited - truth, "shrunk": shrunk.shares - truth}
    return errors | {"covers": covers.astype(np.float64), "draw": np.full(len(truth), float(task.draw))}


def _unit(
    notes: Notes, statistics: ValidationStatistics, scaling: TemperatureScaling, seed: int
) -> tuple[float, float, float, float, float]:
    """Give truth, EMQ with its own variance, and the audit with its."""
    model = estimate_shares_em(notes.proba, statistics, scaling=scaling)
    draw = draw_stratified(notes.proba[:, ORGANIC], N_LABELS, seed=seed)
    gold = names_of(notes.gold[draw.rows])
    audit = estimate_audited(notes.proba, draw.rows, gold, draw.strata, draw.inclusion, min_labels=2)
    own = model.own_covariance
    if model.shares is None or own is None or audit.shares is None or audit.covariance is None:
        return (np.nan,) * 5
    truth = float(np.mean(notes.gold == ORGANIC))
    shares = float(model.shares[ORGANIC]), float(own[ORGANIC, ORGANIC])
    return truth, *shares, float(audit.shares[ORGANIC]), float(audit.covariance[ORGANIC, ORGANIC])
