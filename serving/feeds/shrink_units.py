"""What rows bring to shrinking: the model's own word on each measure, and how far their labels move it."""

from dataclasses import dataclass

import numpy as np

from data.labels import LABELS
from models.prevalence import SharesEstimate
from models.prevalence.estimate import FloatArray
from serving.feeds.row_estimate import Estimated, RowMaker
from serving.feeds.row_model import NoteScores
from serving.feeds.row_shares import COMMERCIAL, ORGANIC

MEASURES = (*(label.value for label in LABELS), COMMERCIAL)
_ORGANIC_AT = MEASURES.index(ORGANIC)


@dataclass(frozen=True, eq=False)
class Unit:
    """Of one row, for each of `MEASURES`, shape (n_measures,); corrections are NaN without an audit."""

    shares: FloatArray
    variances: FloatArray  # own noise of `shares`
    corrections: FloatArray  # what an audit adds to `shares`
    correction_variances: FloatArray
    labels: int

    @property
    def is_audited(self) -> bool:
        """Whether labels say anything of this row."""
        return not np.isnan(self.corrections).any()


def can_shrink(each: Estimated) -> bool:
    """Whether a row is of one feed and the model gives its share of organic a number; all feeds are never shrunk."""
    return each.place.feed is not None and each.model is not None and each.model.status.has_number


def has_labels(each: Estimated) -> bool:
    """Whether 2 labels or more say something of a row."""
    return each.audited is not None and each.audited.status.has_number


def unit_of(each: Estimated, maker: RowMaker) -> Unit:
    """Take what a row brings.

    The model's word on organic is EMQ (PACC where that refuses); on the other labels and on `commercial` it is the
    mean posterior, whose distance from the truth the audits tell.
    """
    shares, variances = mean_posteriors(maker.scores(each.place.notes), each.model.n_eff if each.model else 1.0)
    model = each.model_em if each.model_em is not None and each.model_em.status.has_number else each.model
    if model is not None:
        shares[_ORGANIC_AT], variances[_ORGANIC_AT] = model.share(ORGANIC), _own_variances(model, (ORGANIC,))[0]
    if each.audited is None or not has_labels(each):
        none = np.full(len(MEASURES), np.nan)
        return Unit(shares, variances, none, none, 0)
    audited = np.array([each.audited.share(name) for name in MEASURES], dtype=np.float64)
    return Unit(shares, variances, audited - shares, _own_variances(each.audited, MEASURES), each.audited.n)


def mean_posteriors(scores: NoteScores, n_eff: float) -> tuple[FloatArray, FloatArray]:
    """Average the posteriors of each measure, and give the noise of notes whose chances they are.

    Returns
    -------
    tuple of ndarray
        Weighted means of p, and of p (1 - p) over `n_eff`; shape (n_measures,) each.
    """
    p = np.column_stack([scores.posteriors, scores.commercial]).astype(np.float64)
    return np.average(p, axis=0, weights=scores.weights), np.average(
        p * (1 - p), axis=0, weights=scores.weights
    ) / n_eff


def _own_variances(estimate: SharesEstimate, names: tuple[str, ...]) -> FloatArray:
    noise = estimate.covariance if estimate.own_covariance is None else estimate.own_covariance
    if noise is None:
        return np.zeros(len(names))
    variances: FloatArray = np.diag(noise)[[estimate.classes.index(name) for name in names]]
    return variances
