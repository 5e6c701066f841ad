"""One row of a report: choose the estimator that these notes and labels allow, or say why there is none."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import msgspec

from models.prevalence import SharesEstimate, Status
from models.prevalence.goodness_of_fit import compare_audit_with_model
from serving.feed_places import Place
from serving.feed_rows import Checks, FeedRow
from serving.note_weights import refuse_weights
from serving.report_audits import Drawn
from serving.report_model import ReportModel
from serving.row_audit import MIN_LABELS, audit_facts, audited_shares
from serving.row_facts import RowFacts
from serving.row_model import ModelShares, NoteScores
from serving.row_shares import (
    ORGANIC,
    audited_disclosure,
    commercial_fields,
    headline_fields,
    make_row,
    model_disclosure,
    other_shares,
    row_without_number,
)
from serving.scored_columns import IntArray, ScoredColumns


@dataclass(frozen=True, eq=False)
class Estimated:
    """A row with the estimates behind it; `organic` is the one that its headline is of, None without a number."""

    place: Place
    row: FeedRow
    organic: SharesEstimate | None = None
    audited: SharesEstimate | None = None  # from 2 labels up
    model: SharesEstimate | None = None  # PACC
    model_em: SharesEstimate | None = None


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
        facts, refusal = self.facts.of(place), self._refusal(place, drawn)
        if refusal is not None:
            status, reason = refusal
            if status in (Status.MIXED_VERSIONS, Status.AUDIT_USED_IN_TRAINING):
                facts["checks"] = msgspec.structs.replace(facts["checks"], naive=None)
            return Estimated(place, row_without_number(status, len(place.notes), reason, facts=facts))
        scores = self.scores(place.notes)
        audited = None if not drawn else audited_shares(self.columns, place.notes, drawn, scores.weights)
        if drawn and audited is not None:
            facts["audit"] = audit_facts(drawn, audited)
        if audited is not None and audited.status is Status.AUDIT_BROKEN:
            row = row_without_number(Status.AUDIT_BROKEN, len(place.notes), *audited.reasons, facts=facts)
            return Estimated(place, row, audited=audited)
        if self.shares is None:
            return self._audited_alone(place, audited, facts)
        model, model_em = self.shares.organic(scores), self.shares.organic_em(scores)
        facts["checks"] = self._model_checks(facts["checks"], scores, audited, model, model_em)
        if audited is not None and _stands_alone(audited):
            row = make_row(len(place.notes), facts | self._audited_fields(audited))
            return Estimated(place, row, audited, audited, model, model_em)
        fields = facts | self._model_fields(scores, model)
        if audited is not None:
            fields["reasons"] = (_too_few(audited), *fields["reasons"])
        row = make_row(len(place.notes), fields)
        return Estimated(place, row, model if row.organic else None, audited, model, model_em)

    @cached_property
    def shares(self) -> ModelShares | None:
        """The model's own estimators; None without validation statistics."""
        return None if self.model.validation is None else ModelShares(self.model.validation)

    def scores(self, notes: IntArray) -> NoteScores:
        """Take what the estimators need of some notes."""
        columns, weights = self.columns, self.facts.weights(notes)
        return NoteScores(columns.posteriors[notes], columns.q_commercial[notes], weights, columns.cluster[notes])

    @cached_property
    def facts(self) -> RowFacts:
        """What a row tells whatever its status."""
        return RowFacts(self.columns, self.weight, self.level)

    def _refusal(self, place: Place, drawn: Drawn | None) -> tuple[Status, str] | None:
        versions, weights = self.facts.versions(place.notes), self.facts.weights(place.notes)
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
            return Status.INSUFFICIENT, "the model has no validation statistics"
        return None

    def _audited_alone(self, place: Place, audited: SharesEstimate | None, facts: dict[str, Any]) -> Estimated:
        n = len(place.notes)
        if audited is not None and _stands_alone(audited):
            row = make_row(n, facts | self._audited_fields(audited))
            return Estimated(place, row, audited, audited)
        reasons = () if audited is None else (_too_few(audited),)
        reasons = (*reasons, "the model has no validation statistics")
        return Estimated(place, row_without_number(Status.INSUFFICIENT, n, *reasons, facts=facts), audited=audited)

    def _audited_fields(self, audited: SharesEstimate) -> dict[str, Any]:
        return {
            **headline_fields(audited, self.level),
            "other_status": audited.status,
            "other_shares": other_shares(audited, self.level),
            **commercial_fields(audited, self.level),
            **audited_disclosure(audited, self.level),
        }

    def _model_fields(self, scores: NoteScores, model: SharesEstimate) -> dict[str, Any]:
        if self.shares is None:
            return {}
        labels, commercial = self.shares.labels(scores), self.shares.commercial(scores)
        return {
            **headline_fields(model, self.level),
            "other_status": labels.status,
            "other_shares": other_shares(labels, self.level),
            **commercial_fields(commercial, self.level),
            **model_disclosure(labels, commercial, self.level),
        }

    def _model_checks(
        self,
        checks: Checks,
        scores: NoteScores,
        audited: SharesEstimate | None,
        model: SharesEstimate,
        model_em: SharesEstimate,
    ) -> Checks:
        if self.shares is None:
            return checks
        author = self.shares.validation.author
        compared = None if audited is None else compare_audit_with_model(audited, model, ORGANIC)
        z, p = compared or (None, None)
        return msgspec.structs.replace(
            checks,
            pacc_organic=model.share(ORGANIC),
            emq_organic=model_em.share(ORGANIC),
            goodness_of_fit_p=self.shares.fit_p(scores, model.n_eff) if model.status.has_number else None,
            audit_model_z=z,
            audit_model_p=p,
            condition=model.condition,
            validation_counts=dict(zip(author.classes, map(int, author.counts), strict=True)),
        )


def _stands_alone(audited: SharesEstimate) -> bool:
    return audited.status is Status.AUDITED and audited.n >= MIN_LABELS


def _too_few(audited: SharesEstimate) -> str:
    return audited.reasons[0] if audited.reasons else f"an audit needs {MIN_LABELS} labels, got {audited.n}"
