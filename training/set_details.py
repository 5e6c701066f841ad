"""What only an analyst reads of one set: more slices, reliability, curves, operating points, worst mistakes.

None of it enters a manifest; `training.figures` measures what a model card shows.
"""

from collections.abc import Callable, Mapping, Sequence

from data.labels import QUESTIONS
from models.verdict import Verdict
from training.bootstrap import CountArray, FloatArray
from training.curves import precision_recall
from training.figures import Block, share_figure, slice_figures
from training.gold import LabeledNote
from training.judged import Judged
from training.metrics import BoolArray
from training.mistakes import worst_mistakes
from training.operating_points import Target, operating_point
from training.reliability import reliability_bins
from training.slices import Masks, by_diverter, by_length, by_year


def set_details(
    rows: Sequence[LabeledNote],
    verdicts: Sequence[Verdict],
    judged: Judged,
    weights: CountArray,
    overall: Block,
    *,
    target: Target | None = None,
) -> Block:
    """Measure what `set_figures` does not.

    Parameters
    ----------
    judged
        `rows` and `verdicts`, laid out.
    weights
        The weights that `overall`, the figures of the whole set, were measured with; shape (n_draws, n_notes).

    Returns
    -------
    Block
        JSON-ready: `by_year`, `by_length` (slices as `set_figures` measures them), `by_diverter` (recall of diversion),
        `reliability` and `precision_recall` per measured question, with a target `operating_points`, and `mistakes`.
    """
    thresholds: Mapping[str, float] = {name: block["threshold"] for name, block in overall["questions"].items()}
    asked = {name: _asked(judged, name) for name, each in overall["questions"].items() if each["status"] == "measured"}

    def slices(masks: Masks) -> Block:
        return {
            name: slice_figures(judged.take(mask), weights[:, mask], thresholds) if mask.any() else None
            for name, mask in masks.items()
        }

    def per_question(measure: Callable[[FloatArray, BoolArray], object]) -> Block:
        return {name: measure(scores, positive) for name, (scores, positive) in asked.items()}

    diversion = judged.scores[:, QUESTIONS.index("diversion")] >= thresholds["diversion"]
    details: Block = {
        "by_year": slices(by_year(rows)),
        "by_length": slices(by_length(rows)),
        "by_diverter": {
            name: {"rows": int(mask.sum()), "recall": share_figure(diversion, mask, weights)}
            for name, mask in by_diverter(rows).items()
        },
        "reliability": per_question(reliability_bins),
        "precision_recall": per_question(precision_recall),
    }
    if target is not None:
        details["operating_points"] = per_question(lambda scores, positive: operating_point(scores, positive, target))
    return details | {"mistakes": worst_mistakes(rows, verdicts)}


def _asked(judged: Judged, question: str) -> tuple[FloatArray, BoolArray]:
    column = QUESTIONS.index(question)
    answered = judged.answers[:, column] >= 0
    return judged.scores[answered, column], judged.answers[answered, column] == 1
