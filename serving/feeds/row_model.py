"""What the classifier alone says of a place, corrected by its validation statistics."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from data.labels import LABELS, Label
from models.prevalence import (
    FOUR_CLASSES,
    THREE_CLASSES,
    TWO_CLASSES,
    SharesEstimate,
    Validation,
    ValidationStatistics,
    bin_posteriors,
    collapse_proba,
    estimate_shares,
)
from models.prevalence.classes import Groups
from models.prevalence.effective import cluster_design_effect, normalise_weights
from models.prevalence.emq import estimate_shares_em
from models.prevalence.goodness_of_fit import label_shift_fit
from models.prevalence.pacc import MAX_CONDITION, MIN_VALIDATION

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
MIN_FIT_NOTES = 200
MOST_EM_NOTES = 200_000
_ORGANIC_AT = LABELS.index(Label.ORGANIC)
ORGANIC = Label.ORGANIC.value


@dataclass(frozen=True, eq=False)
class NoteScores:
    """Of the notes of one place: posteriors (n, 4) of the author's own content, P(commercial), weights, clusters."""

    posteriors: npt.NDArray[np.float32]
    commercial: npt.NDArray[np.float32]
    weights: FloatArray | None
    clusters: IntArray

    @cached_property
    def two(self) -> FloatArray:
        """Posteriors of not organic and organic, shape (n, 2)."""
        organic = self.posteriors[:, _ORGANIC_AT].astype(np.float64)
        return np.stack([1 - organic, organic], axis=1)

    @cached_property
    def design_effect(self) -> float:
        """By how much clusters spread the share of organic: one number for all shares of a place."""
        weights, _ = normalise_weights(self.weights, len(self.clusters))
        return cluster_design_effect(self.two, weights, self.clusters)

    def thinned(self, most: int) -> "NoteScores":
        """Take notes at even distances, so that at most so many are left."""
        step = -(-len(self.posteriors) // most)
        if step <= 1:
            return self
        weights = None if self.weights is None else self.weights[::step]
        return NoteScores(self.posteriors[::step], self.commercial[::step], weights, self.clusters[::step])


@dataclass(frozen=True, eq=False)
class ModelShares:
    """Estimates from posteriors; each statistic is collapsed once for all places."""

    validation: Validation

    @cached_property
    def two(self) -> ValidationStatistics:
        """Statistics of organic against the rest."""
        return self.validation.author.collapse(TWO_CLASSES)

    @cached_property
    def _labels(self) -> tuple[Groups, ValidationStatistics]:
        """All four labels where their errors are known well enough, else both ads as one."""
        author = self.validation.author
        is_known = np.all(author.counts >= MIN_VALIDATION) and author.condition <= MAX_CONDITION
        return (FOUR_CLASSES, author) if is_known else (THREE_CLASSES, author.collapse(THREE_CLASSES))

    def organic(self, scores: NoteScores) -> SharesEstimate:
        """Estimate the headline by PACC: organic or not."""
        return estimate_shares(scores.two, self.two, weights=scores.weights, design_effect=scores.design_effect)

    def organic_em(self, scores: NoteScores) -> SharesEstimate:
        """Estimate the headline by EMQ, on posteriors scaled by bias-corrected temperature.

        From 200,000 notes up every second, third... note: that moves a share by 0.1 points.
        """
        scaling, scores = self.validation.scaling, scores.thinned(MOST_EM_NOTES)
        posteriors = scores.two if scaling is None else collapse_proba(scaling.apply(scores.posteriors), TWO_CLASSES)
        return estimate_shares_em(posteriors, self.two, weights=scores.weights, design_effect=scores.design_effect)

    def labels(self, scores: NoteScores) -> SharesEstimate:
        """Estimate all four labels where their errors are known well enough, else with both ads as one."""
        groups, statistics = self._labels
        proba = collapse_proba(scores.posteriors, groups)
        return estimate_shares(proba, statistics, weights=scores.weights, design_effect=scores.design_effect)

    def commercial(self, scores: NoteScores) -> SharesEstimate | None:
        """Estimate the share of commercial notes; None where the question was not validated."""
        statistics = self.validation.commercial
        if statistics is None:
            return None
        yes = scores.commercial.astype(np.float64)
        proba = np.stack([yes, 1 - yes], axis=1)
        return estimate_shares(proba, statistics, weights=scores.weights, design_effect=scores.design_effect)

    def fit_p(self, scores: NoteScores, n_eff: float) -> float | None:
        """Test whether some mix of the validated labels explains these posteriors.

        Labels are pooled as for their shares: the step to a new source is known only of what many sources have.

        Returns
        -------
        float or None
            None below 200 effective notes, where it would see next to nothing, and without labels of each kind.
        """
        _, statistics = self._labels
        if n_eff < MIN_FIT_NOTES or np.any(statistics.counts == 0):
            return None
        return label_shift_fit(bin_posteriors(scores.posteriors, scores.weights), n_eff, statistics).p_value
