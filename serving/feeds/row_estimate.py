"""One row of a report: choose the estimator that these notes and labels allow, or say why there is none."""

from dataclasses import dataclass
from functools import cached_property

import msgspec

from models.prevalence import SharesEstimate, Status
from serving.audits.counts import waiting
from serving.feeds.audits import Drawn
from serving.feeds.comment_density import CommentRatio
from serving.feeds.note_weights import refuse_weights
from serving.feeds.places import Place
from serving.feeds.report_model import ReportModel
from serving.feeds.row_audit import MIN_LABELS, audit_facts, audited_shares
from serving.feeds.row_facts import RowFacts
from serving.feeds.row_fields import audited_fields, model_checks, model_fields
from serving.feeds.row_model import ModelShares, NoteScores
from serving.feeds.row_shares import Fields, make_row, row_without_number
from serving.feeds.rows import FeedRow
from serving.feeds.scored_columns import IntArray, ScoredColumns

_NO_STATISTICS = "the model has no validation statistics"


@dataclass(frozen=True, eq=False)
class Estimated:
    """A row with the estimates behind it; `organic` is the one that its headline is of, None without a number."""

    place: Place
    row: FeedRow
    organic: SharesEstimate | None = None
    audited: SharesEstimate | None = None  # from 2 labels up
    model: SharesEstimate | None = None  # PACC
    model_em: SharesEstimate | None = None
    comments: CommentRatio | None = None


@dataclass(frozen=True, eq=False)
class RowMaker:
    """Turns places into rows: the audited layer where 30 labels allow it, else the model-based one."""

    columns: ScoredColumns
    model: ReportModel
    level: float
    weight: str
    audit_used_in_training: bool

    def estimate(self, place: Place, drawn: Drawn | None) -> Estimated:
        """Estimate the row of one place.

        Parameters
        ----------
        place
            At least one note, each note once.
        drawn
            The audit of exactly these notes, or None.
        """
        n, clusters = len(place.notes), self.facts.clusters.of(place.notes)
        comments = self.facts.comments(place.notes, clusters)
        facts = self.facts.of(place, comments)
        refusal = self._refusal(place, drawn, facts["model_versions"])
        if refusal is not None:
            status, reason = refusal
            if status in (Status.MIXED_VERSIONS, Status.AUDIT_USED_IN_TRAINING):
                facts["checks"] = msgspec.structs.replace(facts["checks"], naive=None)
            return Estimated(place, row_without_number(status, n, reason, facts=facts), comments=comments)
        scores = self.scores(place.notes, clusters)
        audited, short = self._audited(place, drawn, scores)
        if drawn:
            facts["audit"] = audit_facts(drawn, audited)
        if audited is not None and audited.status is Status.AUDIT_BROKEN:
            row = row_without_number(Status.AUDIT_BROKEN, n, *audited.reasons, facts=facts)
            return Estimated(place, row, audited=audited, comments=comments)
        model = model_em = None
        if self.shares is not None:
            model = self.shares.organic(scores)
            model_em = self.shares.organic_em(scores) if model.status.has_number else None
            facts["checks"] = model_checks(facts["checks"], self.shares, scores, audited, model, model_em)
        if audited is not None and _stands_alone(audited):
            row = make_row(n, facts | audited_fields(audited, self.level))
            return Estimated(place, row, audited, audited, model, model_em, comments)
        if self.shares is None or model is None:
            row = row_without_number(Status.INSUFFICIENT, n, *short, _NO_STATISTICS, facts=facts)
            return Estimated(place, row, audited=audited, comments=comments)
        fields: Fields = facts | model_fields(self.shares, scores, model, self.level)
        row = make_row(n, fields)
        row = msgspec.structs.replace(row, reasons=(*short, *row.reasons))
        return Estimated(place, row, model if row.organic else None, audited, model, model_em, comments)

    @cached_property
    def shares(self) -> ModelShares | None:
        """The model's own estimators; None without validation statistics."""
        return None if self.model.validation is None else ModelShares(self.model.validation)

    @cached_property
    def facts(self) -> RowFacts:
        """What a row tells whatever its status."""
        return RowFacts(self.columns, self.weight, self.level)

    def scores(self, notes: IntArray, clusters: IntArray | None = None) -> NoteScores:
        """Take what the estimators need of some notes; their clusters are numbered where they are not given."""
        columns, weights = self.columns, self.facts.weights(notes)
        clusters = self.facts.clusters.of(notes) if clusters is None else clusters
        return NoteScores(columns.posteriors[notes], columns.q_commercial[notes], weights, clusters)

    def _refusal(self, place: Place, drawn: Drawn | None, versions: tuple[str, ...]) -> tuple[Status, str] | None:
        weights = self.facts.weights(place.notes)
        if len(versions) > 1:
            return Status.MIXED_VERSIONS, "notes were scored by several models: score them all with one"
        if drawn and self.audit_used_in_training:
            return Status.AUDIT_USED_IN_TRAINING, "the model was trained on this audit: its labels cannot check it"
        if versions[0] != self.model.version:
            reason = f"scored by {versions[0]}, but the model folder holds {self.model.version}"
            return Status.INSUFFICIENT, reason
        if weights is not None and (unweighed := refuse_weights(weights, self.weight)):
            return Status.INSUFFICIENT, unweighed
        if self.model.validation is None and not drawn:
            return Status.INSUFFICIENT, _NO_STATISTICS
        return None

    def _audited(
        self, place: Place, drawn: Drawn | None, scores: NoteScores
    ) -> tuple[SharesEstimate | None, tuple[str, ...]]:
        """Estimate what the labels allow, and say why it does not stand alone."""
        if not drawn:
            return None, ()
        if unlabelled := waiting(drawn):
            return None, (f"the audit is not finished: {unlabelled} of {len(drawn)} drawn notes wait for a label",)
        audited = audited_shares(self.columns, place.notes, drawn, scores.weights)
        if _stands_alone(audited):
            return audited, ()
        return audited, audited.reasons[:1] or (f"an audit needs {MIN_LABELS} labels, got {audited.n}",)


def _stands_alone(audited: SharesEstimate) -> bool:
    return audited.status is Status.AUDITED and audited.n >= MIN_LABELS
