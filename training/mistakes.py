"""The most confident wrong labels of a set, by note_id and never by text."""

from collections.abc import Sequence
from typing import Any

from models.verdict import Verdict
from training.figures import COVERT_LABELS
from training.gold import LabeledNote

WORST = 20
COVERT_AD = {"yes": "covert_ad", "no": "no_covert_ad"}  # gold of sets that answer nothing else


def worst_mistakes(
    rows: Sequence[LabeledNote], verdicts: Sequence[Verdict], *, worst: int = WORST
) -> list[dict[str, Any]]:
    """List wrong labels, the highest score of the given label first; equal scores by note_id.

    Returns
    -------
    list of dict
        `note_id, source, gold, given, score`: P(given label) in [0, 1]. Notes whose label is open are left out; of
        notes that only say covert advertisement or not, `gold` says so.
    """
    wrong: list[dict[str, Any]] = [
        {
            "note_id": row.note.note_id,
            "source": row.source,
            "gold": gold,
            "given": str(verdict.label),
            "score": float(verdict.scores[verdict.label]),
        }
        for row, verdict in zip(rows, verdicts, strict=True)
        if (gold := _missed(row, verdict)) is not None
    ]
    return sorted(wrong, key=lambda mistake: (-mistake["score"], mistake["note_id"]))[:worst]


def _missed(row: LabeledNote, verdict: Verdict) -> str | None:
    """Name the gold label that the verdict misses; None where it is right or nobody knows."""
    if row.label is not None:
        return None if row.label == verdict.label else str(row.label)
    if row.diversion or row.commercial not in COVERT_AD:
        return None
    said = "yes" if verdict.label in COVERT_LABELS else "no"
    return None if said == row.commercial else COVERT_AD[row.commercial]
