"""Every figure of one set of judged notes: per question, per label, at the thresholds, at a prevalence, by slice."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from data.labels import LABELS, QUESTIONS, Label, Question
from models.prevalence import wilson_interval
from training import metrics
from training.bootstrap import LEVEL, CountArray, Figure, Statistic, estimate
from training.judged import Judged
from training.metrics import BoolArray

PREVALENCES = (0.003, 0.01, 0.05, 0.10)  # shares of notes that divert
PER_NOTES = 10_000
MIN_POSITIVES = 50  # below it, a figure of disclosed advertisements is not established
COVERT_LABELS = (Label.UNDISCLOSED_AD, Label.DIVERSION)
Block = dict[str, Any]


def set_figures(judged: Judged, weights: CountArray, thresholds: Mapping[str, float]) -> Block:
    """Measure a whole set, then each source, then notes with and without comments.

    Parameters
    ----------
    weights
        From `bootstrap_weights` of the set's sources, shape (n_draws, n_notes); slices take their columns.
    thresholds
        P(yes) from which a question counts as answered yes, per question; shares in [0, 1].

    Returns
    -------
    Block
        JSON-ready: `overall`, `by_source` {name: ...}, `by_comments` {with, without}; null where a figure is undefined.
    """

    def slice_of(mask: BoolArray) -> Block | None:
        return slice_figures(judged.take(mask), weights[:, mask], thresholds) if mask.any() else None

    return {
        "overall": slice_figures(judged, weights, thresholds),
        "by_source": {str(name): slice_of(judged.source == name) for name in np.unique(judged.source)},
        "by_comments": {"with": slice_of(judged.commented), "without": slice_of(~judged.commented)},
    }


def slice_figures(judged: Judged, weights: CountArray, thresholds: Mapping[str, float]) -> Block:
    """Measure one set or slice; `kind` says which blocks can be there."""
    block: Block = {"rows": len(judged), "kind": "covert_ad" if judged.is_covert_set else "three_questions"}
    block["questions"] = {
        str(question): _question(judged, weights, question, thresholds[question]) for question in QUESTIONS
    }
    if judged.is_covert_set:
        return block | {"covert_ad": _covert(judged, weights)}
    known = judged.gold >= 0
    return block | {
        "labels": _labels(judged.take(known), weights[:, known]),
        "decisions": _decisions(judged, weights),
    }


def _question(judged: Judged, weights: CountArray, question: Question, threshold: float) -> Block:
    column = QUESTIONS.index(question)
    asked = judged.answers[:, column] >= 0
    positive = judged.answers[asked, column] == 1
    scores, drawn = judged.scores[asked, column], weights[:, asked]
    least = MIN_POSITIVES if question is Question.DISCLOSED else 1
    head: Block = {"rows": len(positive), "positives": int(positive.sum()), "threshold": threshold}
    if not len(positive):
        return head | {"status": "not asked"}
    if positive.sum() < least:
        return head | {"status": "not established", "positives_needed": least}
    return (
        head
        | {"status": "measured"}
        | {"auc": _figure(metrics.auc(scores, positive), drawn)}
        | {"average_precision": _figure(metrics.average_precision(scores, positive), drawn)}
        | _counts(scores >= threshold, positive, drawn)
        | {"calibration_error": _figure(metrics.calibration_error(scores, positive), drawn, centred=True)}
    )


def _labels(judged: Judged, weights: CountArray) -> Block:
    """Figures of the labels that the verdicts carry, on notes whose gold label is known."""
    per_label: Block = {}
    for position, label in enumerate(LABELS):
        positive = judged.gold == position
        least = MIN_POSITIVES if label is Label.DISCLOSED_AD else 1
        head: Block = {"positives": int(positive.sum()), "predicted": int((judged.predicted == position).sum())}
        per_label[label] = (
            head | {"status": "measured"} | _counts(judged.predicted == position, positive, weights)
            if positive.sum() >= least
            else head | {"status": "not established", "positives_needed": least}
        )
    return {
        "rows": len(judged),
        "macro_3": _figure(metrics.macro_3(judged.predicted, judged.gold), weights),
        "per_label": per_label,
        "confusion": {"order": list(LABELS), "counts": metrics.confusion(judged.predicted, judged.gold)},
    }


def _covert(judged: Judged, weights: CountArray) -> Block:
    """Count a note called undisclosed_ad or diversion as taken for a covert advertisement."""
    asked = judged.answers[:, QUESTIONS.index("commercial")] >= 0
    positive = judged.answers[asked, QUESTIONS.index("commercial")] == 1
    predicted = np.isin(judged.predicted[asked], [LABELS.index(label) for label in COVERT_LABELS])
    head: Block = {"rows": len(positive), "positives": int(positive.sum()), "predicted": int(predicted.sum())}
    return head | _counts(predicted, positive, weights[:, asked])


def _decisions(judged: Judged, weights: CountArray) -> Block:
    """Measure what the policy's decisions catch and cost, as if diversion had a given prevalence.

    A note that only other commenters divert is neither: the policy acts on the comment. A false review or block is of a
    note that does not divert; reviews of undisclosed advertisements, which a policy may want, are also counted apart.
    """
    answer = judged.answers[:, QUESTIONS.index("diversion")]
    diverts, clean = (answer == 1) & ~judged.by_others, answer == 0
    covert = clean & (judged.gold == LABELS.index(Label.UNDISCLOSED_AD))
    reviewed, blocked = judged.decision == "review", judged.decision == "block"

    def per_notes(taken: BoolArray, among: BoolArray, share: float) -> Block | None:
        return share_figure(taken, among, weights, scale=PER_NOTES * share)

    return {
        "diverting": int(diverts.sum()),
        "not_diverting": int(clean.sum()),
        "diverted_by_others_only": int(((answer == 1) & judged.by_others).sum()),
        "recall": share_figure(reviewed | blocked, diverts, weights),
        "recall_blocked": share_figure(blocked, diverts, weights),
        "at_prevalence": [
            {
                "prevalence": prevalence,
                f"diversions_found_per_{PER_NOTES}": per_notes(reviewed | blocked, diverts, prevalence),
                f"false_reviews_per_{PER_NOTES}": per_notes(reviewed, clean, 1 - prevalence),
                f"of_these_undisclosed_ads_per_{PER_NOTES}": per_notes(reviewed & covert, clean, 1 - prevalence),
                f"false_blocks_per_{PER_NOTES}": per_notes(blocked, clean, 1 - prevalence),
            }
            for prevalence in PREVALENCES
        ],
    }


def _counts(predicted: BoolArray, positive: BoolArray, weights: CountArray) -> Block:
    return {
        "precision": share_figure(positive, predicted, weights),
        "recall": share_figure(predicted, positive, weights),
        "f1": _figure(metrics.f1(predicted, positive), weights),
    }


def share_figure(taken: BoolArray, among: BoolArray, weights: CountArray, *, scale: float = 1.0) -> Block | None:
    """Measure the share of some notes that is taken, times `scale`.

    None or all of 40 notes is so in every resampling, which proves neither 0 nor 1: there the interval is Wilson's.
    """
    rate = metrics.share(taken, among)
    n, found = int(among.sum()), int((taken & among).sum())
    if 0 < found < n or not n:
        return _figure(lambda drawn: scale * rate(drawn), weights)
    wilson = wilson_interval(found, n, level=LEVEL)
    return asdict(Figure(scale * found / n, scale * wilson.ci_low, scale * wilson.ci_high))


def _figure(statistic: Statistic, weights: CountArray, *, centred: bool = False) -> Block | None:
    figure: Figure | None = estimate(statistic, weights, centred=centred)
    return None if figure is None else asdict(figure)
