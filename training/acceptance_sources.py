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
from training.acceptance_check import Check, FloatArray, error_of_mean, percent
from training.acceptance_predictions import Predictions
from training.simulate import ORGANIC

MIN_NOTES = 60
N_LABELS = (30, 60)
_EXACT = 1e-9  # a source that is labelled whole has an interval of no width
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
    modelled: list[bool] = []
    covered: dict[int, list[npt.NDArray[np.bool_]]] = {n: [] for n in N_LABELS}
    for number, name in enumerate(taken, start=1):
        inside = source == name
        proba, gold = predictions.proba[inside], labels[inside]
        truth = float(np.mean(gold == "organic"))
        others = ValidationStatistics.from_predictions(
            labels[~inside].tolist(), predictions.proba[~inside], source[~inside].tolist()
        )
        estimate = estimate_shares(collapse_proba(proba, TWO_CLASSES), others.collapse(TWO_CLASSES))
        modelled.append(_covers(estimate, truth) and estimate.status is Status.MODEL_BASED)
        row = {"source": f"source {number}", "notes": str(len(gold)), "organic": percent(truth)}
        row |= {"model-based": _shown(estimate), "covers": "yes" if modelled[-1] else "no"}
        for n_labels in N_LABELS:
            rng = np.random.default_rng([seed, number, n_labels])
            draws = np.array(list(_audits(proba, gold, truth, n_labels, n_draws, rng)))
            covered[n_labels].append(draws)
            row[f"{n_labels} labels cover"] = percent(float(draws.mean()))
        table.append(row)
    return [*_checks(modelled, covered)], table


def _audits(
    proba: FloatArray, gold: npt.NDArray[np.str_], truth: float, n_labels: int, n_draws: int, rng: np.random.Generator
) -> Iterator[bool]:
    """Draw notes, read their labels, and say whether the interval holds the labelled share of the source."""
    for _ in range(n_draws):
        draw = draw_stratified(proba[:, ORGANIC], n_labels, seed=int(rng.integers(2**31)))
        answers = gold[draw.rows].tolist()
        yield _covers(estimate_audited(proba, draw.rows, answers, draw.strata, draw.inclusion), truth)


def _checks(modelled: list[bool], covered: dict[int, list[npt.NDArray[np.bool_]]]) -> Iterator[Check]:
    n_sources, share = len(modelled), float(np.mean(modelled))
    error = (share * (1 - share) / n_sources) ** 0.5
    what = f"model-based with between-source variance covers, {n_sources} real sources"
    yield Check(11, what, ">= 90 %", percent(share), percent(error), share >= 0.9)
    for n_labels, draws in covered.items():
        flat = np.concatenate(draws)
        source = np.repeat(np.arange(n_sources), [len(each) for each in draws])
        share = float(flat.mean())
        what = f"audited with {n_labels} labels covers, {len(flat):,} (source, draw) pairs"
        yield Check(11, what, ">= 90 %", percent(share), percent(error_of_mean(flat, source)), share >= 0.9)


def _covers(estimate: SharesEstimate, truth: float) -> bool:
    interval = estimate.realised("organic")
    return interval is not None and interval.ci_low - _EXACT <= truth <= interval.ci_high + _EXACT


def _shown(estimate: SharesEstimate) -> str:
    share, interval = estimate.share("organic"), estimate.realised("organic")
    if share is None or interval is None:
        return str(estimate.status)
    return f"{percent(share)} ({100 * interval.ci_low:.1f}-{100 * interval.ci_high:.1f})"
