"""Row 10: PACC and EMQ give what an independent library gives for the same posteriors."""

import importlib
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from models.prevalence.emq import estimate_shares_em
from models.prevalence.pacc import estimate_shares
from models.prevalence.validation import ValidationStatistics
from training.acceptance.check import Check, FloatArray
from training.simulate import N_VALIDATION, IntArray, World, draw_feed, draw_validation, draw_week

LIBRARY = "quapy"
SIZES = (200, 2_000, 10_000)


@dataclass(frozen=True, eq=False)
class Theirs:
    """The library's PACC of (validation gold, posteriors; feed) and EMQ of (training mix; feed)."""

    pacc: Callable[[IntArray, FloatArray, FloatArray], FloatArray]
    emq: Callable[[FloatArray, FloatArray], FloatArray]


def check_parity(*, n_feeds: int, seed: int) -> list[Check]:
    """Compare shares of all four labels on feeds of several sizes and weeks."""
    bar = "|difference| <= 1e-3"
    try:
        theirs = library()
    except ImportError:
        why = f"{LIBRARY} is not installed (development extra)"
        return [Check(10, f"parity with {LIBRARY}", bar, "not run", not_run=why)]
    world, rng = World(), np.random.default_rng(seed)
    apart = []
    for at in range(n_feeds):
        gold, proba, _ = draw_validation(N_VALIDATION, rng)
        statistics = ValidationStatistics.from_predictions(gold, proba)
        feed = draw_week(world, draw_feed(world, rng), at % world.weeks, SIZES[at % len(SIZES)], rng).proba
        mix = statistics.counts / statistics.counts.sum()
        ours = (estimate_shares(feed, statistics).shares, estimate_shares_em(feed, statistics).shares)
        pairs = zip(ours, (theirs.pacc(gold, proba, feed), theirs.emq(mix, feed)), strict=True)
        apart.append([np.nan if our is None else float(np.abs(our - their).max()) for our, their in pairs])
    furthest = np.array(apart).max(axis=0)
    return [
        Check(10, f"{name}: largest difference from {LIBRARY}, {n_feeds} feeds", bar, f"{value:.1e}", "", value <= 1e-3)
        for name, value in zip(("PACC", "EMQ"), furthest.tolist(), strict=True)
    ]


def library() -> Theirs:
    """Load the library.

    Raises
    ------
    ImportError
        If it is not installed.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own imports warn
        methods = importlib.import_module(f"{LIBRARY}.method.aggregative")
        functional = importlib.import_module(f"{LIBRARY}.functional")

    def pacc(gold: IntArray, proba: FloatArray, feed: FloatArray) -> FloatArray:
        rates = methods.PACC.getPteCondEstim(range(proba.shape[1]), gold, proba)
        raw = methods.ACC.solve_adjustment(rates, feed.mean(axis=0), method="inversion", solver="exact-raise")
        return np.asarray(functional.normalize_prevalence(raw, method="mapsimplex"))

    def emq(mix: FloatArray, feed: FloatArray) -> FloatArray:
        return np.asarray(methods.EMQ.EM(mix, feed, epsilon=1e-7)[0])

    return Theirs(pacc, emq)
