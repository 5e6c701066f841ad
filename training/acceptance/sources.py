"""Row 11: real labelled sources taken as feeds, each estimated by what the other sources say of the classifier."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from models.prevalence.audit import estimate_audited
from models.prevalence.audit_design import draw_stratified
from models.prevalence.classes import TWO_CLASSES, collapse_proba
from models.prevalence.estimate import SharesEstimate, Status
from models.prevalence.pacc import estimate_shares
from models.prevalence.validation import ValidationStatistics
from training.acceptance.check import Check, FloatArray, error_of_mean, percent
from training.acceptance.predictions import Predictions
from training.simulate import ORGANIC

MIN_NOTES = 60
N_LABELS = (30, 60)
_EXACT = 1e-9  # a source that is labelled whole has an interval of no width
_WIDTH = "width of that interval, on average"
Row = dict[str, str]


def check_sources(predictions: Predictions, *, n_draws: int, seed: int) -> tuple[list[Check], list[Row]]:
    """Compare model-based and audited shares with the labelled share of each source.

    Returns
    -------
    tuple of list
        The checks, and a table by source, largest first; sources are numbered and not named.
    """
    source, labels = np.array(predictions.sources), np.array(predictions.labels)
    names, counts = np.unique(source, return_counts=True)
    taken = [str(names[k]) for k in np.argsort(-counts, kind="stable") if counts[k] >= MIN_NOTES]
    table: list[Row] = []
    modelled: list[tuple[bool, float]] = []
    audited: dict[int, list[FloatArray]] = {n: [] for n in N_LABELS}
    for number, name in enumerate(taken, start=1):
        inside = source == name
        proba, gold = predictions.proba[inside], labels[inside]
        truth = float(np.mean(gold == "organic"))
        others = ValidationStatistics.from_predictions(
            labels[~inside].tolist(), predictions.proba[~inside], source[~inside].tolist()
        )
        estimate = estimate_shares(collapse_proba(proba, TWO_CLASSES), others.collapse(TWO_CLASSES))
        covers, width = _judge(estimate, truth)
        modelled.append((covers and estimate.status is Status.MODEL_BASED, width))
        row = {"source": f"source {number}", "notes": str(len(gold)), "organic": percent(truth)}
        row |= {"model-based": _shown(estimate), "covers": "yes" if modelled[-1][0] else "no"}
        for n_labels in N_LABELS:
            rng = np.random.default_rng([seed, number, n_labels])
            draws = np.array(list(_audits(proba, gold, truth, n_labels, n_draws, rng)), dtype=np.float64)
            audited[n_labels].append(draws)
            row[f"{n_labels} labels cover"] = percent(float(draws[:, 0].mean()))
            row[f"width, {n_labels}"] = percent(float(draws[:, 1].mean()))
        table.append(row)
    return [*_checks(np.array(modelled), audited)], table


def _audits(
    proba: FloatArray, gold: npt.NDArray[np.str_], truth: float, n_labels: int, n_draws: int, rng: np.random.Generator
) -> Iterator[tuple[bool, float]]:
    """Draw notes, read their labels, and say whether the interval holds the source's labelled share, and its width."""
    for _ in range(n_draws):
        draw = draw_stratified(proba[:, ORGANIC], n_labels, seed=int(rng.integers(2**31)))
        answers = gold[draw.rows].tolist()
        yield _judge(estimate_audited(proba, draw.rows, answers, draw.strata, draw.inclusion), truth)


def _checks(modelled: FloatArray, audited: dict[int, list[FloatArray]]) -> Iterator[Check]:
    n_sources, share, width = len(modelled), float(modelled[:, 0].mean()), float(modelled[:, 1].mean())
    error = error_of_mean(modelled[:, 0], np.arange(n_sources))
    what = f"model-based with between-source variance covers, {n_sources} real sources"
    yield Check(11, what, ">= 90 %", percent(share), percent(error), share >= 0.9)
    yield Check(11, _WIDTH, "-", f"{100 * width:.1f} pt")
    for n_labels, draws in audited.items():
        flat = np.concatenate(draws)
        source = np.repeat(np.arange(n_sources), [len(each) for each in draws])
        share, error = float(flat[:, 0].mean()), error_of_mean(flat[:, 0], source)
        what = f"audited with {n_labels} labels covers, {len(flat):,} (source, draw) pairs"
        yield Check(11, what, ">= 90 %", percent(share), percent(error), share >= 0.9)
        yield Check(11, _WIDTH, "-", f"{100 * float(flat[:, 1].mean()):.1f} pt")


def _judge(estimate: SharesEstimate, truth: float) -> tuple[bool, float]:
    """Say whether an interval holds the truth, and its width; a refusal holds nothing and is as wide as can be."""
    interval = estimate.realised("organic")
    if interval is None:
        return False, 1.0
    is_inside = interval.ci_low - _EXACT <= truth <= interval.ci_high + _EXACT
    return is_inside, interval.ci_high - interval.ci_low


def _shown(estimate: SharesEstimate) -> str:
    share, interval = estimate.share("organic"), estimate.realised("organic")
    if share is None or interval is None:
        return str(estimate.status)
    return f"{percent(share)} ({100 * interval.ci_low:.1f}-{100 * interval.ci_high:.1f})"
