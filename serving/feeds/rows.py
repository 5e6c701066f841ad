"""What a report says of one feed in one period: one row of it, as in its JSON."""

import msgspec

from models.prevalence import Interval, SharesEstimate, Status


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """A share with its interval among exactly these notes, and that of the process behind them; ratios."""

    name: str
    share: float
    ci_low: float
    ci_high: float
    process_ci_low: float | None = None
    process_ci_high: float | None = None


class Density(msgspec.Struct, frozen=True, kw_only=True):
    """How many per `per` (100 notes, 100 impressions, 1,000 comments), with its interval."""

    per: int
    value: float
    ci_low: float
    ci_high: float


class Naive(msgspec.Struct, frozen=True, kw_only=True):
    """The uncorrected count, shown as a diagnostic only: its interval knows nothing of the classifier's errors."""

    share: float
    ci_low: float
    ci_high: float


class AuditFacts(msgspec.Struct, frozen=True, kw_only=True):
    """How many notes were drawn, labelled and labelled twice, and how often two people agreed.

    `band_low` and `band_high` are the share of organic if every disagreement on it were an error of the first label,
    all one way or all the other; None where nothing was labelled twice.
    """

    design: str  # stratified | pps
    drawn: int
    labelled: int
    labelled_twice: int
    agreement: float | None
    band_low: float | None = None
    band_high: float | None = None


class CommentDensity(msgspec.Struct, frozen=True, kw_only=True):
    """Comments found to lead off the platform per 1,000: counted, not corrected for the classifier's errors."""

    comments: int
    diverting: int
    density: Density | None


class Checks(msgspec.Struct, frozen=True, kw_only=True):
    """What the trust box shows beside a share; None where it could not be had."""

    naive: Naive | None = None
    pacc_organic: float | None = None
    emq_organic: float | None = None
    goodness_of_fit_p: float | None = None
    audit_model_z: float | None = None
    audit_model_p: float | None = None
    condition: float | None = None
    validation_counts: dict[str, int] = {}
    lag_days_median: float | None = None
    late_notes: int = 0  # collected over 30 days after they were published


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """Change of the share of organic from one period to this one, by the joint interval; differences of ratios.

    `since` is the period just before in the calendar, or the same one a year earlier, never one further away: where
    that one is empty or has no number there is no change, lest a step over a gap pass for one of a single period.
    `mix` is the part due to other channels (keywords) posting more, `within` the part inside channels; None without
    channels. Both are of model-based shares and add up to their difference.
    """

    since: str
    difference: float
    ci_low: float
    ci_high: float
    mix: float | None = None
    within: float | None = None


class FeedRow(msgspec.Struct, frozen=True, kw_only=True):
    """One feed in one period.

    `feed` None is all feeds together, every note once; `period` None is the whole range of dates, undated notes
    included. A period without a note between a feed's first and last one has `status` empty and `n` 0.
    `organic` (the authenticity ratio) is None where `status` has no number; `other_shares` hold the other labels,
    estimated on their own, so that in a model-based or shrunk row they add up to 1 with `organic` only about.
    `disclosure_rate` is disclosed ads among commercial notes.
    """

    feed: str | None
    period: str | None
    status: Status
    n: int
    organic: Share | None = None
    other_status: Status
    other_shares: tuple[Share, ...] = ()
    commercial_status: Status
    commercial_share: Share | None = None
    ad_density: Density | None = None  # commercial notes per 100 notes, or per 100 impressions where they weigh
    disclosure_status: Status
    disclosure_rate: Share | None = None
    comment_diversion: CommentDensity | None = None
    n_eff: float | None = None
    audit: AuditFacts | None = None
    checks: Checks = Checks()
    since_last_period: Change | None = None
    since_last_year: Change | None = None
    model_versions: tuple[str, ...] = ()
    policy_versions: tuple[str, ...] = ()
    earlier_model_versions: tuple[str, ...] = ()  # others that judged at least half of these notes before
    earlier_policy_versions: tuple[str, ...] = ()
    is_complete: bool = True  # False: notes of this period were still being collected
    reasons: tuple[str, ...] = ()


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


def density_of(value: float, interval: Interval, per: int) -> Density:
    """Give a share as a number per `per`."""
    return Density(per=per, value=per * value, ci_low=per * interval.ci_low, ci_high=per * interval.ci_high)
