"""Where two models label the same notes differently, and McNemar's exact test of who is right more often."""

from collections import Counter
from typing import Any

import numpy as np
import numpy.typing as npt

from data.labels import LABELS, QUESTIONS, Question
from training.judged import Judged
from training.metrics import BoolArray
from training.paired_figures import COVERT_LABELS
from training.paired_set import PairedSet

Block = dict[str, Any]
# Two labels can both be right where a set only says covert advertisement or not; "open": nobody knows the right one.
CHANGES = ("became_right", "became_wrong", "still_wrong", "still_right", "open")
_CHANGE = {(False, True): "became_right", (True, False): "became_wrong", (False, False): "still_wrong"}


def mcnemar_p(only_a: int, only_b: int) -> float:
    """Give the two-sided exact p-value that A and B are right equally often, from the notes only one has right.

    References
    ----------
    McNemar (1947), Note on the sampling error of the difference between correlated proportions or percentages.

    Examples
    --------
    >>> mcnemar_p(1, 5)  # 2 * (1 + 6) / 2**6
    0.21875
    >>> mcnemar_p(0, 0)
    1.0
    """
    from scipy.stats import binomtest  # here: it takes a second to load

    return float(binomtest(only_b, only_a + only_b, 0.5).pvalue) if only_a + only_b else 1.0


def compare_labels(pair: PairedSet) -> Block:
    """Count who is right on the notes with a known label, and by McNemar's test whether that tells them apart.

    Notes count as independent of each other: with many notes of one author the p-value is too small.
    """
    known = _known(pair.a)
    right_a, right_b = _right(pair.a)[known], _right(pair.b)[known]
    only_a, only_b = int((right_a & ~right_b).sum()), int((right_b & ~right_a).sum())
    return {
        "notes": int(known.sum()),
        "both_right": int((right_a & right_b).sum()),
        "only_a_right": only_a,
        "only_b_right": only_b,
        "both_wrong": int((~right_a & ~right_b).sum()),
        "p_value": mcnemar_p(only_a, only_b),
    }


def label_changes(pair: PairedSet) -> Block:
    """Count the notes whose label changes from A to B by old and new label, most first, and name them by id.

    On a set that only says covert advertisement or not, a label is right where it agrees with that.
    """
    known, right_a, right_b = _known(pair.a), _right(pair.a), _right(pair.b)
    notes: list[dict[str, str | None]] = []
    for row in np.flatnonzero(pair.a.predicted != pair.b.predicted).tolist():
        item, gold = pair.gold.rows[row], pair.a.gold[row]
        turned = _CHANGE.get((bool(right_a[row]), bool(right_b[row])), "still_right")
        notes.append(
            {"note_id": item.note.note_id, "source": item.source, "gold": None if gold < 0 else str(LABELS[gold])}
            | {"old": str(LABELS[pair.a.predicted[row]]), "new": str(LABELS[pair.b.predicted[row]])}
            | {"change": turned if known[row] else "open"}
        )
    counts = Counter((note["old"], note["new"], note["change"]) for note in notes)
    moves = Counter((note["old"], note["new"]) for note in notes).most_common()
    table = [
        {"old": old, "new": new, "notes": n_notes} | {change: counts[old, new, change] for change in CHANGES}
        for (old, new), n_notes in moves
    ]
    return {"changed": len(notes), "by_label": table, "notes": notes}


def _known(judged: Judged) -> BoolArray:
    known: BoolArray = (_covert_answers(judged) if judged.is_covert_set else judged.gold) >= 0
    return known


def _right(judged: Judged) -> BoolArray:
    """Whether each label is right; meaningless where the gold answer is open."""
    right: BoolArray = judged.predicted == judged.gold
    if judged.is_covert_set:
        covert = np.isin(judged.predicted, [LABELS.index(label) for label in COVERT_LABELS])
        right = covert == (_covert_answers(judged) == 1)
    return right


def _covert_answers(judged: Judged) -> npt.NDArray[np.int8]:
    return judged.answers[:, QUESTIONS.index(Question.COMMERCIAL)]
