"""Fields of a row by layer: audited, shrunk or model-based; and what is checked beside each."""

from collections.abc import Mapping

import msgspec

from models.prevalence import SharesEstimate
from models.prevalence.goodness_of_fit import compare_audit_with_model
from serving.feeds.row_audit import MIN_LABELS
from serving.feeds.row_model import ModelShares, NoteScores
from serving.feeds.row_shares import (
    COMMERCIAL,
    DISCLOSED,
    ORGANIC,
    Fields,
    audited_disclosure,
    commercial_fields,
    disclosure_of_two,
    headline_fields,
    other_shares,
)
from serving.feeds.rows import Checks


def audited_fields(audited: SharesEstimate, level: float) -> Fields:
    """Fields of a row that one audit answers."""
    return {
        **headline_fields(audited, level),
        "other_status": audited.status,
        "other_shares": other_shares(audited, level),
        **commercial_fields(audited, level),
        **audited_disclosure(audited, level),
    }


def model_fields(shares: ModelShares, scores: NoteScores, organic: SharesEstimate, level: float) -> Fields:
    """Fields of a row that validation statistics answer; `organic` is estimated already."""
    labels, commercial = shares.labels(scores), shares.commercial(scores)
    return {
        **headline_fields(organic, level),
        "other_status": labels.status,
        "other_shares": other_shares(labels, level),
        **commercial_fields(commercial, level),
        **disclosure_of_two(labels, commercial, level),
    }


def shrunk_fields(estimates: Mapping[str, SharesEstimate], level: float) -> Fields:
    """Fields of a row whose four labels and `commercial` are shrunk, each an estimate of its own."""
    others = [share for estimate in estimates.values() for share in other_shares(estimate, level)]
    return {
        **dict.fromkeys(("organic", "commercial_share", "ad_density", "disclosure_rate")),
        **headline_fields(estimates[ORGANIC], level),
        "other_status": estimates[ORGANIC].status,
        "other_shares": tuple(others),
        **commercial_fields(estimates[COMMERCIAL], level),
        **disclosure_of_two(estimates[DISCLOSED], estimates[COMMERCIAL], level),
    }


def model_checks(
    checks: Checks,
    shares: ModelShares,
    scores: NoteScores,
    audited: SharesEstimate | None,
    model: SharesEstimate,
    model_em: SharesEstimate | None,
) -> Checks:
    """Add to the checks what the model-based estimates say, and how an audit compares with them."""
    author = shares.validation.author
    is_enough = audited is not None and audited.n >= MIN_LABELS
    compared = compare_audit_with_model(audited, model, ORGANIC) if audited is not None and is_enough else None
    z, p = compared or (None, None)
    return msgspec.structs.replace(
        checks,
        pacc_organic=model.share(ORGANIC),
        emq_organic=None if model_em is None else model_em.share(ORGANIC),
        goodness_of_fit_p=shares.fit_p(scores, model.n_eff) if model.status.has_number else None,
        audit_model_z=z,
        audit_model_p=p,
        condition=model.condition,
        validation_counts=dict(zip(author.classes, map(int, author.counts), strict=True)),
    )
