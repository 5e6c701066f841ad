"""Every estimator on the same simulated feeds and weeks: what the rows on bias, coverage and alarms are read from.

A task is one validation draw and its feeds in one world. Feeds take turns in size and in the weeks they are seen in, so
that every week has feeds of every size.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from data.labels import LABELS
from models.prevalence.audit import estimate_audited
from models.prevalence.audit_design import draw_stratified
from models.prevalence.bins import bin_posteriors
from models.prevalence.classes import TWO_CLASSES, collapse_proba
from models.prevalence.emq import estimate_shares_em
from models.prevalence.estimate import SharesEstimate
from models.prevalence.goodness_of_fit import compare_audit_with_model, label_shift_fit
from models.prevalence.intervals import normal_quantile
from models.prevalence.pacc import estimate_shares
from models.prevalence.temperature import TemperatureScaling
from models.prevalence.validation import ValidationStatistics
from training.acceptance.jobs import Columns
from training.simulate import (
    N_VALIDATION,
    ORGANIC,
    WORLDS,
    Notes,
    World,
    draw_feed,
    draw_validation,
    draw_week,
    names_of,
)

SIZES = (200, 1_000, 5_000, 20_000)
N_SOURCES = 20
N_LABELS = 200
EVERY = 6  # weeks between two that a feed is seen in
NAMES = ("naive", "pacc", "pacc_sources", "emq", "audit_only", "ppi", "stratified")
_Z = normal_quantile(0.95)


@dataclass(frozen=True)
class Task:
    """One validation draw, `draw`, and `n_feeds` feeds of a world."""

    world: str
    draw: int
    n_feeds: int
    seed: int


@dataclass(frozen=True, eq=False)
class Validated:
    """What a validation draw says of the classifier."""

    statistics: ValidationStatistics  # the four labels, sources unknown
    by_source: ValidationStatistics  # organic or not, with sources
    scaling: TemperatureScaling


def validate(world: World, rng: np.random.Generator) -> Validated:
    """Draw labelled notes from sources in the world's styles and summarise them."""
    gold, proba, sources = draw_validation(N_VALIDATION, rng, style=world.style, n_sources=N_SOURCES)
    named = ValidationStatistics.from_predictions(gold, proba, [str(source) for source in sources])
    plain = ValidationStatistics.from_predictions(gold, proba)
    return Validated(plain, named.collapse(TWO_CLASSES), TemperatureScaling.fit(proba, gold))


def measure(task: Task) -> Columns:
    """Run all estimators on the feeds of a task: columns with one row a feed and week."""
    world = WORLDS[task.world]
    rng = np.random.default_rng([task.seed, sorted(WORLDS).index(task.world), task.draw])
    validated = validate(world, rng)
    rows = []
    for at in range(task.n_feeds):
        turn = task.draw * task.n_feeds + at
        n, first = SIZES[turn % len(SIZES)], turn // len(SIZES) % EVERY
        feed = draw_feed(world, rng)
        for week in range(first, world.weeks, EVERY):
            notes = draw_week(world, feed, week, n, rng)
            seed = int(rng.integers(2**31))
            row = {"draw": float(task.draw), "feed": float(turn), "week": float(week), "n": float(n)}
            rows.append(row | dict(_figures(notes, validated, seed)))
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def _figures(notes: Notes, validated: Validated, seed: int) -> Iterator[tuple[str, float]]:
    truth = np.bincount(notes.gold, minlength=len(LABELS)) / len(notes.gold)
    yield "truth", float(truth[ORGANIC])
    counted = float(np.mean(notes.proba.argmax(axis=1) == ORGANIC))
    yield from _error("naive", counted, counted * (1 - counted) / len(notes.gold), float(truth[ORGANIC]))
    pacc = estimate_shares(notes.proba, validated.statistics)
    emq = estimate_shares_em(notes.proba, validated.statistics, scaling=validated.scaling)
    two = estimate_shares(collapse_proba(notes.proba, TWO_CLASSES), validated.by_source)
    stratified = _stratified(notes, seed)
    estimates: dict[str, SharesEstimate | tuple[float, float]] = {
        "pacc": pacc,
        "emq": emq,
        "pacc_sources": two,
        "stratified": stratified,
    }
    for name, estimate in (estimates | _random_samples(notes, seed)).items():
        yield from _organic(name, estimate, float(truth[ORGANIC]))
    for label, true in zip(LABELS, truth, strict=True):
        interval = pacc.realised(label.value)
        yield f"pacc covers {label.value}", float(interval is not None and interval.ci_low <= true <= interval.ci_high)
    yield "fit_p", label_shift_fit(bin_posteriors(notes.proba), float(len(notes.gold)), validated.statistics).p_value
    compared = compare_audit_with_model(stratified, pacc, "organic")
    yield "audit_p", 1.0 if compared is None else compared[1]


def n_labels_of(n: int) -> int:
    """Say how many notes of a feed are labelled: 200, and never more than half."""
    return min(N_LABELS, n // 2)


def _stratified(notes: Notes, seed: int) -> SharesEstimate:
    draw = draw_stratified(notes.proba[:, ORGANIC], n_labels_of(len(notes.gold)), seed=seed)
    gold = names_of(notes.gold[draw.rows])
    return estimate_audited(notes.proba, draw.rows, gold, draw.strata, draw.inclusion)


def _random_samples(notes: Notes, seed: int) -> dict[str, SharesEstimate | tuple[float, float]]:
    """Label a simple random sample: estimated alone, and with the model's help."""
    n = len(notes.gold)
    rows = np.random.default_rng(seed).choice(n, n_labels_of(n), replace=False)
    gold, inclusion = names_of(notes.gold[rows]), np.full(len(rows), len(rows) / n)
    helped = estimate_audited(notes.proba, rows, gold, ["all"] * len(rows), inclusion)
    share = float(np.mean(notes.gold[rows] == ORGANIC))
    return {"audit_only": (share, (1 - len(rows) / n) * share * (1 - share) / (len(rows) - 1)), "ppi": helped}


def _organic(name: str, estimate: SharesEstimate | tuple[float, float], truth: float) -> Iterator[tuple[str, float]]:
    if isinstance(estimate, tuple):
        yield from _error(name, *estimate, truth)
        return
    share, interval = estimate.share("organic"), estimate.realised("organic")
    if share is None or interval is None:
        yield from ((f"{name} error", np.nan), (f"{name} covers", np.nan))
        return
    yield f"{name} error", share - truth
    yield f"{name} covers", float(interval.ci_low <= truth <= interval.ci_high)


def _error(name: str, share: float, variance: float, truth: float) -> Iterator[tuple[str, float]]:
    yield f"{name} error", share - truth
    yield f"{name} covers", float(abs(share - truth) <= _Z * np.sqrt(variance))
