"""Why a note would teach: its score lies near a threshold, or its evidence and its score contradict each other."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from data.kinds import is_off_site
from models.evidence import Evidence
from models.verdict import Verdict

NEAR = 1.0  # in log odds: between P = .17 and .59 around a threshold of .35
_CERTAIN = 0.001  # probabilities are cut to [.001, .999]
_COMMERCIAL = frozenset({"supplier", "offer", "disclosure"})  # not `price`: notes of all kinds name prices
EVIDENCE_WITHOUT_SCORE, SCORE_WITHOUT_EVIDENCE = "evidence_without_score", "score_without_evidence"


class Reason(NamedTuple):
    """One reason, and how strong it is: the higher, the more a label would teach."""

    question: str
    detail: str | None
    strength: float


def uncertainty(verdict: Verdict, thresholds: Mapping[str, float]) -> Iterator[Reason]:
    """Give the questions whose P(yes) lies near the threshold of the label."""
    for question, beyond in _beyond(verdict, thresholds):
        if abs(beyond) < NEAR:
            yield Reason(question, None, -abs(beyond))


def disagreement(verdict: Verdict, thresholds: Mapping[str, float]) -> Iterator[Reason]:
    """Give the questions whose evidence was found though the score is low, or was not though the score is high.

    The strength of the first is multiplied by the number of different detectors that saw something.
    """
    for question, beyond in _beyond(verdict, thresholds):
        detectors = {item.detector for item in verdict.evidence if _speaks_for(question, item)}
        if detectors and beyond <= -NEAR:
            yield Reason(question, EVIDENCE_WITHOUT_SCORE, -beyond * len(detectors))
        elif not detectors and beyond >= NEAR:
            yield Reason(question, SCORE_WITHOUT_EVIDENCE, beyond)


def _beyond(verdict: Verdict, thresholds: Mapping[str, float]) -> Iterator[tuple[str, float]]:
    """Give how far above its threshold each question's score lies, in log odds; what the platform answers is left out.

    `disclosed` is asked of commercial notes only.
    """
    shown = any(item.kind == "disclosure" and item.hit_source == "platform" for item in verdict.evidence)
    for question, p in verdict.questions.items():
        if question != "diversion" and shown:
            continue
        if question == "disclosed" and verdict.questions["commercial"] < thresholds["commercial"]:
            continue
        yield question, _log_odds(p) - _log_odds(thresholds[question])


def _speaks_for(question: str, item: Evidence) -> bool:
    if question == "diversion":
        return is_off_site(item.kind)
    if item.comment_id is not None:
        return False  # mostly other people's
    return item.kind in _COMMERCIAL if question == "commercial" else item.kind == "disclosure"


def _log_odds(p: float) -> float:
    kept = min(max(p, _CERTAIN), 1 - _CERTAIN)
    return float(np.log(kept / (1 - kept)))
