"""Figures of a fit on gold_dev and out of fold, and how far another lies from them on the same notes."""

from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np

from data.labels import LABELS, QUESTIONS, Label
from training import metrics
from training.ablation_bench import Bench
from training.ablation_rows import MEASURED
from training.bootstrap import (
    LEVEL,
    USABLE_SHARE,
    CountArray,
    FloatArray,
    Statistic,
    bootstrap_weights,
    point,
    resampled,
)
from training.crossfit import CrossFit, calibrate, explicit_floor
from training.gold import LabeledNote
from training.learn import answers
from training.metrics import LabelArray
from training.splits import Bools
from training.thresholds import macro_f1_thresholds, question_scores

DEV, CROSS_VALIDATION = "gold_dev", "cross_validation"
Block = dict[str, Any]


class Figures(msgspec.Struct, frozen=True):
    """Figures by name, each with the value and (n_draws,) what resampled notes give."""

    values: Mapping[str, float]
    draws: Mapping[str, FloatArray]


def places(bench: Bench) -> dict[str, tuple[Bools, CountArray]]:
    """Tell where a fit is measured: which of the held-out notes, and weights (n_draws, n_there) of their bootstrap."""
    rows = bench.split.rows
    is_dev = bench.split.folds[rows] == bench.split.folds.max()
    sources = np.array([bench.notes[row].source for row in rows.tolist()])
    found = {DEV: is_dev, CROSS_VALIDATION: ~is_dev}
    return {name: (there, bootstrap_weights(sources[there].tolist())) for name, there in found.items() if there.any()}


def figures(crossed: CrossFit, at: Mapping[str, tuple[Bools, CountArray]]) -> dict[str, Figures]:
    """Measure the AUC of both questions in each place; macro-3 on dev, where thresholds can be chosen elsewhere."""
    found = {}
    for place, (there, weights) in at.items():
        statistics = {f"{question}_auc": _auc(crossed, there, question) for question in MEASURED}
        if place == DEV and CROSS_VALIDATION in at:
            statistics["macro_3"] = _macro_3(crossed, there)
        found[place] = Figures(
            {name: point(statistic, int(there.sum())) for name, statistic in statistics.items()},
            {name: resampled(statistic, weights) for name, statistic in statistics.items()},
        )
    return found


def compared(found: Mapping[str, Figures], whole: Mapping[str, Figures]) -> Block:
    """Give each figure with its difference from the whole fit's (negative: worse without) and that one's interval."""
    told: Block = {}
    for place, of in found.items():
        told[place] = {}
        for name, value in of.values.items():
            change, draws = value - whole[place].values[name], of.draws[name] - whole[place].draws[name]
            told[place][name] = {"value": value, "difference": change} | interval(draws)
    return told


def interval(draws: FloatArray) -> Block:
    """Give the percentile interval of draws; `ci_low` and `ci_high` are None where too few are numbers."""
    usable = draws[np.isfinite(draws)]
    if len(usable) < USABLE_SHARE * len(draws):
        return {"ci_low": None, "ci_high": None, "level": LEVEL}
    low, high = np.quantile(usable, [0.5 - LEVEL / 2, 0.5 + LEVEL / 2])
    return {"ci_low": float(low), "ci_high": float(high), "level": LEVEL}


def _auc(crossed: CrossFit, there: Bools, question: str) -> Statistic:
    y = answers(crossed.notes, question)[there]
    asked = y >= 0
    logits = crossed.logits.notes[there, QUESTIONS.index(question)].astype(np.float64)
    of_asked = metrics.auc(logits[asked], y[asked] == 1)
    return lambda weights: of_asked(weights[:, asked])


def _macro_3(crossed: CrossFit, there: Bools) -> Statistic:
    """Take macro-3 at thresholds and calibration that the notes elsewhere chose."""
    elsewhere = _taken(crossed, ~there)
    calibration, floor = calibrate(elsewhere), explicit_floor(elsewhere)
    thresholds = macro_f1_thresholds(elsewhere, calibration, floor)
    dev = _taken(crossed, there)
    is_commercial, is_disclosed, diverts = (
        scores >= thresholds[question] for question, scores in question_scores(dev, calibration, floor).items()
    )
    disclosed, diversion, organic, covert = (
        LABELS.index(label) for label in (Label.DISCLOSED_AD, Label.DIVERSION, Label.ORGANIC, Label.UNDISCLOSED_AD)
    )
    commercial = np.where(is_disclosed, disclosed, covert)
    predicted = np.where(diverts, diversion, np.where(is_commercial, commercial, organic))
    return metrics.macro_3(predicted, _gold([*dev.notes]))


def _taken(crossed: CrossFit, there: Bools) -> CrossFit:
    rows = np.flatnonzero(there)
    logits = msgspec.structs.replace(
        crossed.logits, notes=crossed.logits.notes[there], author=crossed.logits.author[there]
    )
    return msgspec.structs.replace(
        crossed,
        notes=[crossed.notes[row] for row in rows.tolist()],
        logits=logits,
        explicit=crossed.explicit[there],
        own_explicit=crossed.own_explicit[there],
        folds=crossed.folds[there],
        measured=crossed.measured[there],
    )


def _gold(notes: list[LabeledNote]) -> LabelArray:
    labels = [item.label for item in notes]
    return np.array([LABELS.index(label) if label else -1 for label in labels], dtype=np.int64)
