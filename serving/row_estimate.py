"""One row of a report: choose the estimator that these notes and labels allow, or say why there is none."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from data.labels import LABELS, Label
from models.prevalence import (
    FOUR_CLASSES,
    THREE_CLASSES,
    TWO_CLASSES,
    SharesEstimate,
    Status,
    ValidationStatistics,
    collapse_proba,
    estimate_audited,
    estimate_shares,
    wilson_interval,
)
from serving.audit_file import AuditRow
from serving.feed_rows import AuditFacts, FeedRow, Naive, Share, share_of
from serving.report_model import ReportModel
from serving.scored_columns import IntArray, ScoredColumns

_ORGANIC = Label.ORGANIC.value
_DISCLOSED = Label.DISCLOSED_AD.value
_WIDEST = 0.9  # of an interval that is published
_ADS = (_DISCLOSED, Label.UNDISCLOSED_AD.value)


@dataclass(frozen=True, eq=False)
class RowMaker:
    """Turns the notes of one feed and period into a row; feed and period are the caller's to fill in."""

    columns: ScoredColumns
    model: ReportModel
    level: float
    audit_used_in_training: bool

    def row(self, notes: IntArray, drawn: Sequence[AuditRow] | None) -> FeedRow:
        """Estimate one row.

        Parameters
        ----------
        notes
            Rows of `columns`, each note once.
        drawn
            The audit of exactly these notes, or None.
        """
        n = len(notes)
        if n == 0:
            return row_without_number(Status.EMPTY, 0, "no note")
        versions = tuple(sorted({self.columns.versions[code] for code in np.unique(self.columns.version[notes])}))
        if len(versions) > 1:
            reason = "notes were scored by several models: score them all with one"
            return row_without_number(Status.MIXED_VERSIONS, n, reason, versions=versions)
        if drawn and self.audit_used_in_training:
            reason = "the model was trained on this audit: its labels cannot check it"
            return row_without_number(Status.AUDIT_USED_IN_TRAINING, n, reason, versions=versions)
        reason = ""
        if versions[0] != self.model.version:
            reason = f"scored by {versions[0]}, but the model folder holds {self.model.version}"
        elif self.model.statistics is None and not drawn:
            reason = "the model has no validation statistics"
        if reason:
            return row_without_number(Status.INSUFFICIENT, n, reason, versions=versions, naive=self._naive(notes))
        refused: tuple[str, ...] = ()
        if drawn:
            estimate, facts = self._audited(notes, drawn)
            if estimate.status is not Status.INSUFFICIENT:
                return self._audited_row(notes, estimate, facts)
            refused = estimate.reasons
        return self._model_row(notes, refused)

    def _naive(self, notes: IntArray) -> Naive:
        counted = int(np.count_nonzero(self.columns.author_label[notes] == LABELS.index(Label.ORGANIC)))
        interval = wilson_interval(counted, len(notes), level=self.level)
        return Naive(share=counted / len(notes), ci_low=interval.ci_low, ci_high=interval.ci_high)

    def _audited(self, notes: IntArray, drawn: Sequence[AuditRow]) -> tuple[SharesEstimate, AuditFacts]:
        twice = [row for row in drawn if row.label is not None and row.second_label is not None]
        agreed = sum(row.label == row.second_label for row in twice)
        facts = AuditFacts(
            drawn=len(drawn),
            labelled=sum(row.label is not None for row in drawn),
            labelled_twice=len(twice),
            agreement=agreed / len(twice) if twice else None,
        )
        place = {self.columns.note_ids[self.columns.note[row]]: at for at, row in enumerate(notes)}
        if lost := sum(row.note_id not in place for row in drawn):
            reasons = (f"audited notes must be in the archive, in their feed and period: {lost} are not",)
            classes = tuple(label.value for label in LABELS)
            return SharesEstimate(
                Status.AUDIT_BROKEN, classes, facts.labelled, float(len(notes)), reasons=reasons
            ), facts
        sampled = np.array([place[row.note_id] for row in drawn], dtype=np.int64)
        authors = [int(author) for author in self.columns.author[notes[sampled]]]
        estimate = estimate_audited(
            self.columns.posteriors[notes],
            sampled,
            [row.label for row in drawn],
            [row.stratum for row in drawn],
            np.array([row.inclusion_probability for row in drawn]),
            clusters=[str(author) if author >= 0 else None for author in authors],
        )
        return estimate, facts

    def _audited_row(self, notes: IntArray, estimate: SharesEstimate, facts: AuditFacts) -> FeedRow:
        rate = _disclosure_rate(estimate, self.level)
        return FeedRow(
            feed=None,
            period=None,
            status=estimate.status,
            n=len(notes),
            organic=share_of(estimate, _ORGANIC, self.level),
            other_status=estimate.status,
            other_shares=_others(estimate, self.level),
            disclosure_status=estimate.status if rate or not estimate.status.has_number else Status.INSUFFICIENT,
            disclosure_rate=rate,
            naive=self._naive(notes),
            n_eff=estimate.n_eff,
            audit=facts,
            model_versions=(self.model.version,),
            reasons=estimate.reasons,
        )

    def _model_row(self, notes: IntArray, refused: tuple[str, ...]) -> FeedRow:
        statistics, posteriors = self.model.statistics, self.columns.posteriors[notes]
        if statistics is None:
            reasons = (*refused, "the model has no validation statistics")
            return row_without_number(
                Status.INSUFFICIENT, len(notes), *reasons, versions=(self.model.version,), naive=self._naive(notes)
            )
        two = statistics.collapse(TWO_CLASSES)
        headline = estimate_shares(collapse_proba(posteriors, TWO_CLASSES), two)
        organic = share_of(headline, _ORGANIC, self.level)
        status, reasons = headline.status, (*refused, *headline.reasons)
        if organic is not None and _says_nothing(organic):
            organic, status = None, Status.INSUFFICIENT
            reasons = (*reasons, "the interval excludes next to nothing: label a probability sample of this feed")
        others = _finest(posteriors, statistics)
        rate = _disclosure_rate(others, self.level)
        return FeedRow(
            feed=None,
            period=None,
            status=status,
            n=len(notes),
            organic=organic,
            other_status=others.status,
            other_shares=tuple(share for share in _others(others, self.level) if not _says_nothing(share)),
            disclosure_status=others.status if rate else Status.INSUFFICIENT,
            disclosure_rate=rate,
            naive=self._naive(notes),
            n_eff=headline.n_eff,
            condition=headline.condition,
            validation_counts=dict(zip(statistics.classes, map(int, statistics.counts), strict=True)),
            model_versions=(self.model.version,),
            reasons=reasons,
        )


def row_without_number(
    status: Status, n: int, *reasons: str, versions: tuple[str, ...] = (), naive: Naive | None = None
) -> FeedRow:
    """Make a row that publishes no share, and says why."""
    return FeedRow(
        feed=None,
        period=None,
        status=status,
        n=n,
        other_status=status,
        disclosure_status=status,
        naive=naive,
        model_versions=versions,
        reasons=reasons,
    )


def _finest(
    posteriors: np.ndarray[tuple[int, ...], np.dtype[np.float64]], statistics: ValidationStatistics
) -> SharesEstimate:
    """Estimate all four labels where their errors are known well enough, else with both ads as one."""
    four = estimate_shares(collapse_proba(posteriors, FOUR_CLASSES), statistics)
    if four.status.has_number:
        return four
    return estimate_shares(collapse_proba(posteriors, THREE_CLASSES), statistics.collapse(THREE_CLASSES))


def _others(estimate: SharesEstimate, level: float) -> tuple[Share, ...]:
    shares = (share_of(estimate, name, level) for name in estimate.classes if name != _ORGANIC)
    return tuple(share for share in shares if share is not None)


def _says_nothing(share: Share) -> bool:
    """Tell an interval so wide that the share in its middle would only mislead."""
    return share.ci_high - share.ci_low >= _WIDEST


def _disclosure_rate(estimate: SharesEstimate, level: float) -> Share | None:
    """Disclosed ads among all ads; None where the two kinds are one share."""
    if _DISCLOSED not in estimate.classes or (ratio := estimate.ratio(_DISCLOSED, _ADS, level=level)) is None:
        return None
    return Share(name="disclosure_rate", share=ratio[0], ci_low=ratio[1].ci_low, ci_high=ratio[1].ci_high)
