"""Reliability of P(organic): what people said of audited notes, by what the model had said."""

from collections.abc import Sequence

import numpy as np

from data.labels import LABELS, Label
from serving.audits.file import AuditRow
from serving.feeds.audits import Drawn
from serving.feeds.effective_interval import effective_interval
from serving.feeds.places import Place
from serving.feeds.report_shape import ReliabilityBin
from serving.feeds.scored_columns import ScoredColumns

_BINS = 10
_ORGANIC_AT = LABELS.index(Label.ORGANIC)


def reliability_bins(
    columns: ScoredColumns, audits: Sequence[tuple[Place, Drawn]], *, level: float
) -> tuple[ReliabilityBin, ...]:
    """Compare P(organic) with the labels of drawn notes, in tenths; empty tenths are left out.

    Each note stands for as many as it was drawn from (1 / inclusion), so the shares are those of the feeds. Intervals
    are Wilson's, by the effective number of notes.
    """
    scores: list[float] = []
    labelled: list[AuditRow] = []
    for place, drawn in audits:
        answered = [row for row in drawn if row.label is not None]
        found = columns.rows_of([row.note_id for row in answered], place.notes)
        scores += columns.posteriors[place.notes[found[found >= 0]], _ORGANIC_AT].tolist()
        labelled += [row for row, at in zip(answered, found, strict=True) if at >= 0]
    if not labelled:
        return ()
    p = np.array(scores)
    organic = np.array([row.label is Label.ORGANIC for row in labelled], dtype=np.float64)
    weight = 1 / np.array([row.inclusion_probability for row in labelled])
    where = np.minimum((p * _BINS).astype(np.int64), _BINS - 1)
    bins = []
    for at in np.unique(where):
        inside = where == at
        w = weight[inside] / weight[inside].sum()
        observed = float(w @ organic[inside])
        interval = effective_interval(observed, 1 / float(w @ w), level=level)
        bins.append(
            ReliabilityBin(
                low=float(at) / _BINS,
                high=float(at + 1) / _BINS,
                n=int(inside.sum()),
                predicted=float(w @ p[inside]),
                observed=observed,
                ci_low=interval.ci_low,
                ci_high=interval.ci_high,
            )
        )
    return tuple(bins)
