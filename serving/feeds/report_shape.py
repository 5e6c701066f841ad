"""A whole report: rows, what happened between them, and what they are estimates of; the shape of its JSON."""

import msgspec

from serving.feeds.rows import FeedRow


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """Something a reader must know before trusting a row.

    `kind`: goodness_of_fit (no mix of the validated classes explains the scores), audit_model (the audit and the model
    disagree), lag_shift (notes were collected earlier or later than before), comment_diversion (a jump of the density),
    series_break, unfinished_period, label_disagreement. `text` is a plain sentence with the numbers in it.
    """

    kind: str
    feed: str | None
    period: str | None
    text: str
    text_zh: str
    p_value: float | None = None


class ChangePoint(msgspec.Struct, frozen=True, kw_only=True):
    """A step in a series that is not chance, with the share of false ones held down across all feeds.

    `series`: organic (a share) | comment_diversion (per 1,000 comments). `period` is the first one after the step;
    `size` is after minus before.
    """

    feed: str | None
    series: str
    period: str
    size: float
    ci_low: float
    ci_high: float
    p_value: float
    q_value: float


class SeriesBreak(msgspec.Struct, frozen=True, kw_only=True):
    """From this period on another model or policy judged; whatever step the series takes here may be its doing.

    `kind`: model | policy. `overlap` counts the periods scored by both; under 4 the series must not be read across.
    """

    feed: str | None
    period: str
    kind: str
    before: str
    after: str
    overlap: int = 0


class RuleDate(msgspec.Struct, frozen=True, kw_only=True):
    """A day on which the platform's rules changed, and the period it falls in (None where outside the range)."""

    day: str
    period: str | None
    text: str
    text_zh: str


class MetricChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the way of measuring changed in a version, as a sentence."""

    text: str
    text_zh: str


class ReliabilityBin(msgspec.Struct, frozen=True, kw_only=True):
    """Audited notes whose P(organic) lies in [low, high): the mean of it, and the share that people called organic."""

    low: float
    high: float
    n: int
    predicted: float
    observed: float
    ci_low: float
    ci_high: float


class Term(msgspec.Struct, frozen=True, kw_only=True):
    """A word that sets commercial notes apart from the others; `log_odds` > 0: commercial notes say it more often.

    `z` is the log-odds ratio over its standard error (Monroe et al. 2008, informative Dirichlet prior).
    """

    word: str
    commercial: int  # notes that say it
    other: int
    log_odds: float
    z: float


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """All rows with what they are estimates of.

    `overall` has one row for each feed and one for all feeds (feed None), over the whole range; `rows` the same by
    period. Periods are in order of time, rows by feed and then period, all feeds last. Periods without a note are
    there too, unless over 60 follow each other.
    """

    schema_version: int = 2
    estimand: str
    frame: str
    weight: str  # count | exposure | likes
    period: str
    level: float
    generated_at: str
    model_version: str
    audit_sha256: str | None
    undated: dict[str, int]
    unplaced_audit_labels: int = 0
    periods: tuple[str, ...] = ()
    overall: tuple[FeedRow, ...]
    rows: tuple[FeedRow, ...]
    alarms: tuple[Alarm, ...] = ()
    change_points: tuple[ChangePoint, ...] = ()
    series_breaks: tuple[SeriesBreak, ...] = ()
    rule_dates: tuple[RuleDate, ...] = ()
    reliability: tuple[ReliabilityBin, ...] = ()
    terms: tuple[Term, ...] = ()
    metric_changes: tuple[MetricChange, ...] = ()  # newest first
