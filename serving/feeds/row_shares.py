"""Shares as a row publishes them: the headline, the other labels, what is commercial, what is disclosed."""

from math import sqrt

from data.labels import Label
from models.prevalence import Interval, SharesEstimate, Status, normal_interval
from serving.feeds.rows import FeedRow, Share, density_of, share_of

ORGANIC = Label.ORGANIC.value
DISCLOSED = Label.DISCLOSED_AD.value
COMMERCIAL = "commercial"
PER = 100  # notes, or impressions: what ad_density counts in
WIDEST = 0.9  # of an interval that is published
TOO_WIDE = "the interval excludes next to nothing: label a probability sample of this feed"
NO_DISCLOSURE = "too few commercial notes to tell how many of them are disclosed"
_OTHERS = ("ad", DISCLOSED, Label.DIVERSION.value, Label.UNDISCLOSED_AD.value)  # "ad": both, where one is too rare
Fields = dict[str, object]


def published(share: Share | None) -> Share | None:
    """Give a share, or None where its interval is so wide that the middle of it would only mislead."""
    return None if share is None or share.ci_high - share.ci_low >= WIDEST else share


def other_shares(estimate: SharesEstimate, level: float) -> tuple[Share, ...]:
    """Give the labels beside organic, as far as they are published."""
    names = (name for name in estimate.classes if name in _OTHERS)
    shares = (published(share_of(estimate, name, level)) for name in names)
    return tuple(share for share in shares if share is not None)


def commercial_fields(estimate: SharesEstimate | None, level: float) -> Fields:
    """Fields of a row on commercial notes."""
    share = None if estimate is None else published(share_of(estimate, COMMERCIAL, level))
    if estimate is None or share is None:
        status = Status.INSUFFICIENT if estimate is None or estimate.status.has_number else estimate.status
        return {"commercial_status": status}
    density = density_of(share.share, Interval(share.ci_low, share.ci_high, level), PER)
    return {"commercial_status": estimate.status, "commercial_share": share, "ad_density": density}


def audited_disclosure(estimate: SharesEstimate, level: float) -> Fields:
    """Fields on disclosed ads among commercial notes, from one audit that answers both."""
    ratio = estimate.ratio(DISCLOSED, (COMMERCIAL,), level=level)
    return _disclosure(estimate.status, ratio)


def disclosure_of_two(labels: SharesEstimate, commercial: SharesEstimate | None, level: float) -> Fields:
    """Fields on disclosed ads among commercial notes, from two estimates of the same notes.

    How their errors go together is not known, so the standard error is the largest that any correlation gives.
    """
    share = None if commercial is None else commercial.share(COMMERCIAL)
    if commercial is None or not share or DISCLOSED not in labels.classes or not labels.status.has_number:
        return {"disclosure_status": Status.INSUFFICIENT}
    rate = (labels.share(DISCLOSED) or 0.0) / share
    error = (_standard_error(labels, DISCLOSED) + rate * _standard_error(commercial, COMMERCIAL)) / share
    status = Status.SCREENING if Status.SCREENING in (labels.status, commercial.status) else labels.status
    return _disclosure(status, (rate, normal_interval(rate, error**2, level=level)))


def headline_fields(estimate: SharesEstimate, level: float) -> Fields:
    """Fields of a row on organic notes, the authenticity ratio; no number where its interval says nothing."""
    organic = share_of(estimate, ORGANIC, level)
    if organic is not None and published(organic) is None:
        return {"status": Status.INSUFFICIENT, "reasons": (*estimate.reasons, TOO_WIDE), "n_eff": estimate.n_eff}
    return {"status": estimate.status, "organic": organic, "reasons": estimate.reasons, "n_eff": estimate.n_eff}


def make_row(n: int, fields: Fields) -> FeedRow:
    """Make a row from its fields."""
    return FeedRow(**({"n": n} | fields))  # type: ignore[arg-type]


def row_without_number(status: Status, n: int, *reasons: str, facts: Fields | None = None) -> FeedRow:
    """Make a row that publishes no share, and says why."""
    fields: Fields = {"feed": None, "period": None, "status": status, "reasons": reasons}
    fields |= dict.fromkeys(("other_status", "commercial_status", "disclosure_status"), status)
    return make_row(n, fields | (facts or {}))


def _disclosure(status: Status, ratio: tuple[float, Interval] | None) -> Fields:
    if ratio is None or ratio[1].ci_high - ratio[1].ci_low >= WIDEST:
        return {"disclosure_status": Status.INSUFFICIENT if status.has_number else status}
    rate, interval = min(1.0, ratio[0]), ratio[1]
    share = Share(name="disclosure_rate", share=rate, ci_low=min(rate, interval.ci_low), ci_high=interval.ci_high)
    return {"disclosure_status": status, "disclosure_rate": share}


def _standard_error(estimate: SharesEstimate, name: str) -> float:
    if estimate.covariance is None:
        return 0.0
    at = estimate.classes.index(name)
    return sqrt(max(0.0, float(estimate.covariance[at, at])))
