"""The gate of a promotion: every guard as a check of one figure on one slice, failed or not, with the reason."""

from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec
import numpy as np

from training.bootstrap import CountArray
from training.guards import Guards, NotWorse
from training.judged import Judged
from training.paired_figures import FIGURES, LOWER_IS_BETTER, figure_value, paired_figures
from training.paired_set import BY_OTHERS, PairedSet

OVERALL = "overall"
Outcome = Literal["passed", "failed", "too few notes"]


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One figure of one slice against one guard.

    Attributes
    ----------
    limit
        The worst difference tolerated, the floor or the ceiling.
    notes, support
        Notes that the figure counts, and those of the rarer answer or rarest label.
    difference
        candidate - champion, with its interval; None for floors and ceilings, as all that follows from a champion.
    reason
        Why it failed; empty otherwise.
    """

    file: str
    slice: str
    figure: str
    rule: Literal["not worse", "floor", "ceiling"]
    limit: float
    outcome: Outcome
    notes: int
    support: int
    candidate: float
    champion: float | None = None
    difference: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    probability_worse: float | None = None
    reason: str = ""


def not_worse(pair: PairedSet, guards: Guards) -> list[Check]:
    """Check a candidate (B) against the champion (A) on one labelled file: overall and slice by slice."""
    file = pair.gold.name
    checks = [*_checks(file, OVERALL, pair.a, pair.b, pair.weights, guards.overall, guards.min_support)]
    for name, mask in pair.slices():
        guard = guards.diversion_by_others if name == BY_OTHERS else guards.slices
        if name == BY_OTHERS or np.count_nonzero(mask) >= guards.min_notes:
            checks += _checks(file, name, *pair.taken(mask), guard, guards.min_support)
    return checks


def _checks(
    file: str, name: str, champion: Judged, candidate: Judged, weights: CountArray, guard: NotWorse, least: int
) -> Iterator[Check]:
    for figure, found in paired_figures(champion, candidate, weights, guard.figures).items():
        if found is None:
            continue
        worse = None if found.probability_b_better is None else 1 - found.probability_b_better
        gain = -found.difference if figure in LOWER_IS_BETTER else found.difference
        outcome: Outcome = "passed"
        reason = ""
        if found.support < least or worse is None:
            outcome = "too few notes"
        elif gain < guard.worst_difference and worse >= guard.probability:
            outcome = "failed"
            reason = (
                f"{file}, {name}: {figure} {found.b:.3f}, the champion's is {found.a:.3f}"
                f" (difference {found.difference:+.3f}; a loss of {abs(guard.worst_difference):g} is tolerated),"
                f" worse in {worse:.1%} of draws (it counts from {guard.probability:.0%} on)"
            )
        yield Check(
            file=file,
            slice=name,
            figure=figure,
            rule="not worse",
            limit=guard.worst_difference,
            outcome=outcome,
            notes=found.notes,
            support=found.support,
            candidate=found.b,
            champion=found.a,
            difference=found.difference,
            ci_low=found.ci_low,
            ci_high=found.ci_high,
            probability_worse=worse,
            reason=reason,
        )


def absolute(file: str, candidate: Judged, guards: Guards) -> list[Check]:
    """Check a candidate's figures of one labelled file against the floors and ceilings."""
    limits: Sequence[tuple[Literal["floor", "ceiling"], str, float]] = [
        *(("floor", figure, limit) for figure, limit in guards.floors.items()),
        *(("ceiling", figure, limit) for figure, limit in guards.ceilings.items()),
    ]
    checks = []
    for rule, figure, limit in limits:
        value, measure = figure_value(figure, candidate), FIGURES[figure](candidate)
        if value is None:
            continue
        failed = value > limit if rule == "ceiling" else value < limit
        few = measure.support < guards.min_support
        must = "must not be over" if rule == "ceiling" else "must not be under"
        checks.append(
            Check(
                file=file,
                slice=OVERALL,
                figure=figure,
                rule=rule,
                limit=limit,
                outcome="too few notes" if few else "failed" if failed else "passed",
                notes=int(measure.counted.sum()),
                support=measure.support,
                candidate=value,
                reason=f"{file}: {figure} {must} {limit:g}. Got {value:.3f}" if failed and not few else "",
            )
        )
    return checks
