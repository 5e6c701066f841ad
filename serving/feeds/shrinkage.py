"""Rows with few labels or none, corrected by what the audits of other rows say of the model."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import msgspec
import numpy as np

from models.prevalence import Status
from models.prevalence.shrinkage import shrink
from serving.feeds.one_share import one_share
from serving.feeds.row_estimate import Estimated, RowMaker
from serving.feeds.row_fields import shrunk_fields
from serving.feeds.row_shares import NO_DISCLOSURE, ORGANIC, TOO_WIDE
from serving.feeds.shrink_units import MEASURES, Unit, can_shrink, has_labels, unit_of

MIN_AUDITED = 5  # rows that say how the model's error varies between rows
_SHRINKABLE = (Status.MODEL_BASED, Status.SCREENING, Status.INSUFFICIENT)


def shrink_rows(estimated: Sequence[Estimated], maker: RowMaker) -> list[Estimated]:
    """Replace model-based shares by shrunk ones, where enough rows are audited.

    Each measure (the four labels, `commercial`) is shrunk on its own, so the labels add up to about 1.

    Parameters
    ----------
    estimated
        Rows of feeds by period; those of all feeds are summed from audits, never shrunk. Rows of one feed shrink
        together where 5 of them are audited by 2 labels or more; else all rows do, where 5 of those are.

    Returns
    -------
    list of Estimated
        In the same order. Audited rows stay as they are, and so do rows that the model refuses.
    """
    rows = [at for at, each in enumerate(estimated) if can_shrink(each)]
    if sum(has_labels(estimated[at]) for at in rows) < MIN_AUDITED:
        return list(estimated)
    units = {at: unit_of(estimated[at], maker) for at in rows}
    shrunk = list(estimated)
    for learnt_from, applied_to in _groups(estimated, units):
        measured, reason = _shrunk_measures([units[at] for at in learnt_from])
        of_row = dict(zip(learnt_from, measured, strict=True))
        for at in applied_to:
            if estimated[at].row.status in _SHRINKABLE:
                shrunk[at] = _replaced(estimated[at], units[at], of_row[at], reason, maker.level)
    return shrunk


def _groups(estimated: Sequence[Estimated], units: Mapping[int, Unit]) -> Iterator[tuple[list[int], list[int]]]:
    """Give the rows that are learnt from together, and those of them that the answer is for."""
    by_feed: dict[str | None, list[int]] = defaultdict(list)
    for at in units:
        by_feed[estimated[at].place.feed].append(at)
    rest = []
    for rows in by_feed.values():
        if sum(units[at].is_audited for at in rows) >= MIN_AUDITED:
            yield rows, rows
        else:
            rest += rows
    if rest:
        yield list(units), rest


def _shrunk_measures(units: Sequence[Unit]) -> tuple[list[dict[str, tuple[float, float]]], str]:
    """Shrink each measure over the units: share and variance of each unit by measure, and why."""
    labels = np.array([unit.labels for unit in units])
    answers = {
        name: shrink(
            np.array([unit.shares[k] for unit in units]),
            np.array([unit.variances[k] for unit in units]),
            np.array([unit.corrections[k] for unit in units]),
            np.array([unit.correction_variances[k] for unit in units]),
            labels=labels,
        )
        for k, name in enumerate(MEASURES)
    }
    organic = answers[ORGANIC]
    n_audited = int(np.count_nonzero(organic.audited))
    reason = f"the model's share, moved by what {n_audited} audited rows say of it ({organic.mean_correction:+.1%})"
    measured = [
        {name: (float(answer.shares[i]), float(answer.variances[i])) for name, answer in answers.items()}
        for i in range(len(units))
    ]
    return measured, reason


def _replaced(
    each: Estimated, unit: Unit, measured: Mapping[str, tuple[float, float]], reason: str, level: float
) -> Estimated:
    n_eff = each.model.n_eff if each.model else 1.0
    status = Status.SHRUNK if unit.is_audited else Status.SHRUNK_UNAUDITED
    n = unit.labels or each.row.n
    estimates = {
        name: one_share(name, share, variance, status=status, n=n, n_eff=n_eff)
        for name, (share, variance) in measured.items()
    }
    row = msgspec.structs.replace(each.row, **shrunk_fields(estimates, level))
    kept = tuple(other for other in each.row.reasons if other != TOO_WIDE)
    missing = () if row.disclosure_rate else (NO_DISCLOSURE,)
    row = msgspec.structs.replace(row, reasons=(*kept, reason, *row.reasons, *missing))
    return replace(each, row=row, organic=estimates[ORGANIC] if row.organic else None)
