"""Facts of a place that need no estimator: versions, the uncorrected count, comments, lag, completeness."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from data.labels import LABELS, Label
from serving.feeds.cluster_numbers import ClusterNumbers
from serving.feeds.collection import LATE_DAYS, is_complete, lag_days, last_collections
from serving.feeds.comment_density import CommentRatio, comment_ratio
from serving.feeds.effective_interval import effective_interval
from serving.feeds.note_weights import FloatArray, note_weights, refuse_weights
from serving.feeds.places import Place
from serving.feeds.rows import Checks, Naive
from serving.feeds.scored_columns import IntArray, ScoredColumns

_ORGANIC_AT = LABELS.index(Label.ORGANIC)


@dataclass(frozen=True, eq=False)
class RowFacts:
    """Reads facts of places off an archive."""

    columns: ScoredColumns
    weight: str
    level: float

    def comments(self, notes: IntArray, clusters: IntArray) -> CommentRatio | None:
        """Count comments of these notes, and those that lead off the platform; None where nothing is known."""
        columns = self.columns
        return comment_ratio(columns.n_comments[notes], columns.n_diverting_comments[notes], clusters)

    @cached_property
    def clusters(self) -> ClusterNumbers:
        """Notes that go together."""
        return ClusterNumbers(self.columns.cluster)

    def of(self, place: Place, comments: CommentRatio | None) -> dict[str, Any]:
        """Give the fields of a row that hold whatever its status."""
        columns, notes = self.columns, place.notes
        lag = lag_days(columns, notes)
        return {
            "feed": place.feed,
            "period": place.period,
            "comment_diversion": None if comments is None else comments.density(self.level),
            "model_versions": _names(columns.versions, columns.version[notes]),
            "policy_versions": _names(columns.policies, columns.policy[notes]),
            "earlier_model_versions": _names_of_half(columns.versions, columns.earlier_version[notes]),
            "earlier_policy_versions": _names_of_half(columns.policies, columns.earlier_policy[notes]),
            "is_complete": is_complete(place.period, self._last_collections.get(place.feed)),
            "checks": Checks(
                naive=self._naive(notes),
                lag_days_median=float(np.median(lag)) if len(lag) else None,
                late_notes=int(np.count_nonzero(lag > LATE_DAYS)),
            ),
        }

    def weights(self, notes: IntArray) -> FloatArray | None:
        """Give what these notes weigh, NaN where it is not known; None where every note weighs 1."""
        return None if self._weights is None else self._weights[notes]

    @cached_property
    def _weights(self) -> FloatArray | None:
        return note_weights(self.columns, self.weight)

    @cached_property
    def _last_collections(self) -> dict[str | None, int]:
        return dict(last_collections(self.columns))

    def _naive(self, notes: IntArray) -> Naive | None:
        counted, weights = self.columns.author_label[notes] == _ORGANIC_AT, self.weights(notes)
        share, n_eff = float(counted.mean()), float(len(notes))
        if weights is not None:
            if refuse_weights(weights, self.weight):
                return None
            share, n_eff = float(weights @ counted / weights.sum()), float(weights.sum() ** 2 / (weights @ weights))
        interval = effective_interval(share, n_eff, level=self.level)
        return Naive(share=share, ci_low=interval.ci_low, ci_high=interval.ci_high)


def _names(names: tuple[str, ...], codes: IntArray) -> tuple[str, ...]:
    """Names that occur, in order of name; an unknown one is left out."""
    return tuple(sorted(names[code] for code in np.flatnonzero(np.bincount(codes[codes >= 0], minlength=1))))


def _names_of_half(names: tuple[str, ...], codes: IntArray) -> tuple[str, ...]:
    """Names that occur in at least half of the places, in order of name."""
    counts = np.bincount(codes[codes >= 0], minlength=1)
    return tuple(sorted(names[code] for code in np.flatnonzero((counts > 0) & (2 * counts >= len(codes)))))
