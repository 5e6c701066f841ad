"""What a report says of one feed in one period; the shape of its JSON."""

import msgspec

from models.prevalence import SharesEstimate, Status


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """A share with its interval among exactly these notes, and that of the process behind them; ratios."""

    name: str
    share: float
    ci_low: float
    ci_high: float
    process_ci_low: float | None = None
    process_ci_high: float | None = None


class Naive(msgspec.Struct, frozen=True, kw_only=True):
    """The uncorrected count, shown as a diagnostic only: its interval knows nothing of the classifier's errors."""

    share: float
    ci_low: float
    ci_high: float


class AuditFacts(msgspec.Struct, frozen=True, kw_only=True):
    """How many notes were drawn, labelled and labelled twice, and how often two people agreed."""

    drawn: int
    labelled: int
    labelled_twice: int
    agreement: float | None


class FeedRow(msgspec.Struct, frozen=True, kw_only=True):
    """One feed in one period.

    `feed` None is all feeds together, every note once. `organic` (the authenticity ratio) is None where `status`
    has no number; `other_shares` hold the other labels, estimated on their own, so that in a model-based row they
    need not add up to 1 with `organic`; `disclosure_rate` is disclosed ads among all ads, diversion aside.
    """

    feed: str | None
    period: str | None
    status: Status
    n: int
    organic: Share | None = None
    other_status: Status
    other_shares: tuple[Share, ...] = ()
    disclosure_status: Status
    disclosure_rate: Share | None = None
    naive: Naive | None = None
    n_eff: float | None = None
    condition: float | None = None
    validation_counts: dict[str, int] = {}
    audit: AuditFacts | None = None
    model_versions: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """All rows with what they are estimates of."""

    schema_version: int = 1
    estimand: str
    frame: str
    weight: str
    period: str
    level: float
    model_version: str
    audit_sha256: str | None
    undated: dict[str, int]
    unplaced_audit_labels: int = 0
    rows: tuple[FeedRow, ...]


def share_of(estimate: SharesEstimate, name: str, level: float) -> Share | None:
    """Take one class out of an estimate, or None where it has no number."""
    share, realised = estimate.share(name), estimate.realised(name, level=level)
    process = estimate.process(name, level=level)
    if share is None or realised is None or process is None:
        return None
    return Share(
        name=name,
        share=share,
        ci_low=realised.ci_low,
        ci_high=realised.ci_high,
        process_ci_low=process.ci_low,
        process_ci_high=process.ci_high,
    )
