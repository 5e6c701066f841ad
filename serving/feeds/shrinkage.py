"""Rows with few labels or none, corrected by what the audits of other rows say of the model."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import msgspec
import numpy as np

from models.prevalence import SharesEstimate, Status
from models.prevalence.shrinkage import shrink
from serving.feeds.row_estimate import Estimated
from serving.feeds.row_shares import ORGANIC, TOO_WIDE, headline_fields

MIN_AUDITED = 5  # rows that say how the model's error varies between rows
_CLASSES = ("not_organic", ORGANIC)
_SHRINKABLE = (Status.MODEL_BASED, Status.SCREENING, Status.INSUFFICIENT)


@dataclass(frozen=True)
class _Unit:
    """The model's share of a row and its own variance, and how far an audit moves it (NaN: not audited)."""

    share: float
    variance: float
    correction: float
    correction_variance: float
    labels: int

    @property
    def is_audited(self) -> bool:
        return not np.isnan(self.correction)


def shrink_rows(estimated: Sequence[Estimated], level: float) -> list[Estimated]:
    """Replace model-based headlines by shrunk ones, where enough rows are audited.

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
    units = {at: unit for at, each in enumerate(estimated) if (unit := _unit(each)) is not None}
    by_feed: dict[str | None, list[int]] = defaultdict(list)
    for at in units:
        by_feed[estimated[at].place.feed].append(at)
    groups = [(rows, rows) for rows in by_feed.values() if _audited(rows, units) >= MIN_AUDITED]
    rest = [at for rows in by_feed.values() if _audited(rows, units) < MIN_AUDITED for at in rows]
    if _audited(list(units), units) >= MIN_AUDITED:
        groups.append((list(units), rest))
    shrunk = list(estimated)
    for learnt_from, applied_to in groups:
        for at, estimate, reason in _shrunk(learnt_from, applied_to, units, estimated):
            shrunk[at] = _with_headline(estimated[at], estimate, reason, level)
    return shrunk


def _unit(each: Estimated) -> _Unit | None:
    model = each.model_em if each.model_em is not None and each.model_em.status.has_number else each.model
    share = None if model is None else model.share(ORGANIC)
    if model is None or share is None or each.place.feed is None:
        return None
    correction = correction_variance = float("nan")
    audited = None if each.audited is None else each.audited.share(ORGANIC)
    if each.audited is not None and audited is not None:
        correction, correction_variance = audited - share, _variance(each.audited)
    labels = 0 if each.audited is None else each.audited.n
    return _Unit(share, _variance(model), correction, correction_variance, labels)


def _variance(estimate: SharesEstimate) -> float:
    noise = estimate.covariance if estimate.own_covariance is None else estimate.own_covariance
    at = estimate.classes.index(ORGANIC)
    return 0.0 if noise is None else float(noise[at, at])


def _audited(rows: Sequence[int], units: dict[int, _Unit]) -> int:
    return sum(units[at].is_audited for at in rows)


def _shrunk(
    learnt_from: Sequence[int], applied_to: Sequence[int], units: dict[int, _Unit], estimated: Sequence[Estimated]
) -> list[tuple[int, SharesEstimate, str]]:
    table = np.array(
        [[u.share, u.variance, u.correction, u.correction_variance, u.labels] for u in map(units.get, learnt_from) if u]
    )
    answer = shrink(*table[:, :4].T, labels=table[:, 4])
    n_audited = int(np.count_nonzero(answer.audited))
    reason = f"the model's share, moved by what {n_audited} audited rows say of it ({answer.mean_correction:+.1%})"
    place = {at: i for i, at in enumerate(learnt_from)}
    found = []
    for at in applied_to:
        each, i = estimated[at], place[at]
        if each.model is None or each.row.status not in _SHRINKABLE:
            continue
        is_audited = bool(answer.audited[i])
        share, variance = float(np.clip(answer.shares[i], 0.0, 1.0)), float(answer.variances[i])
        covariance = variance * np.array([[1.0, -1.0], [-1.0, 1.0]])
        estimate = SharesEstimate(
            Status.SHRUNK if is_audited else Status.SHRUNK_UNAUDITED,
            _CLASSES,
            each.audited.n if is_audited and each.audited else each.model.n,
            each.model.n_eff,
            np.array([1 - share, share]),
            covariance,
            own_covariance=covariance,
        )
        found.append((at, estimate, reason))
    return found


def _with_headline(each: Estimated, estimate: SharesEstimate, reason: str, level: float) -> Estimated:
    fields = headline_fields(estimate, level)
    kept = tuple(other for other in each.row.reasons if other != TOO_WIDE)
    row = msgspec.structs.replace(each.row, **fields)
    row = msgspec.structs.replace(row, reasons=(*kept, reason, *row.reasons))
    return replace(each, row=row, organic=estimate if row.organic else None)
