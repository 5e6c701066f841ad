"""What the labels of drawn notes say of a place: audited shares, and facts of the audit itself."""

from collections.abc import Sequence
from dataclasses import replace

import msgspec
import numpy as np
import numpy.typing as npt

from data.labels import LABELS, Label
from models.prevalence import SharesEstimate, Status, estimate_audited
from models.prevalence.audit_pps import estimate_audited_pps
from models.prevalence.effective import cluster_design_effect, normalise_weights
from models.prevalence.label_error import label_error_band
from serving.audits.file import AuditRow
from serving.feeds.audits import is_pps
from serving.feeds.rows import AuditFacts
from serving.feeds.scored_columns import IntArray, ScoredColumns

MIN_LABELS = 30  # of an audit that stands alone
_LEAST = 2  # labels that say how notes vary: enough to shrink
_CLASSES = (*(label.value for label in LABELS), "commercial")


def audited_shares(
    columns: ScoredColumns,
    notes: IntArray,
    drawn: Sequence[AuditRow],
    weights: npt.NDArray[np.float64] | None,
) -> SharesEstimate:
    """Estimate the four labels and `commercial` from as few as 2 labels.

    Parameters
    ----------
    notes
        Rows of `columns`, each note once.
    drawn
        The audit of exactly these notes.
    weights
        Of `notes`, shape (n_notes,); None where each weighs 1.

    Returns
    -------
    SharesEstimate
        `audit_broken` also where a drawn note is not among `notes`. `n_eff` counts the feed's clusters of notes as
        the fewer notes that they are: the audit knows this feed, but not what else its authors might have posted.
    """
    sampled = columns.rows_of([row.note_id for row in drawn], notes)
    if lost := int(np.count_nonzero(sampled < 0)):
        reason = f"audited notes must be in the archive, in their feed and period: {lost} are not"
        labelled = sum(row.label is not None for row in drawn)
        return SharesEstimate(Status.AUDIT_BROKEN, _CLASSES, labelled, float(len(notes)), reasons=(reason,))
    posteriors = columns.posteriors[notes].astype(np.float64)
    labels = [row.label for row in drawn]
    inclusion = np.array([row.inclusion_probability for row in drawn])
    clusters = [str(cluster) for cluster in columns.cluster[notes[sampled]]]
    commercial = columns.q_commercial[notes].astype(np.float64)
    if is_pps(drawn):
        estimate = estimate_audited_pps(
            posteriors,
            sampled,
            labels,
            inclusion,
            weights=np.ones(len(notes)) if weights is None else weights,
            clusters=clusters,
            commercial=commercial,
            min_labels=_LEAST,
        )
    else:
        estimate = estimate_audited(
            posteriors,
            sampled,
            labels,
            [row.stratum for row in drawn],
            inclusion,
            clusters=clusters,
            weights=weights,
            commercial=commercial,
            min_labels=_LEAST,
        )
    normalised, _ = normalise_weights(weights, len(notes))
    effect = cluster_design_effect(posteriors, normalised, columns.cluster[notes])
    return replace(estimate, n_eff=estimate.n_eff / effect)


def audit_facts(drawn: Sequence[AuditRow], estimate: SharesEstimate | None) -> AuditFacts:
    """Count labels, and tell how often two people agreed and what their disagreements could be worth."""
    twice = [row for row in drawn if row.label is not None and row.second_label is not None]
    agreed = sum(row.label == row.second_label for row in twice)
    facts = AuditFacts(
        design="pps" if is_pps(drawn) else "stratified",
        drawn=len(drawn),
        labelled=sum(row.label is not None for row in drawn),
        labelled_twice=len(twice),
        agreement=agreed / len(twice) if twice else None,
    )
    share = None if estimate is None else estimate.share(Label.ORGANIC.value)
    if share is None or not twice:
        return facts
    low, high = label_error_band(
        share,
        [str(row.label) for row in twice],
        [str(row.second_label) for row in twice],
        np.array([row.inclusion_probability for row in twice]),
    )
    return msgspec.structs.replace(facts, band_low=low, band_high=high)
