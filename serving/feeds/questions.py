"""What may be asked of scored notes; `serving.feeds.answers` answers."""

from dataclasses import dataclass

from serving.audits.sample import AuditOptions
from serving.feeds.comparison_shape import NamedPlace


@dataclass(frozen=True, kw_only=True)
class Frame:
    """The notes that a question is about.

    `feeds` empty: all of them. `since_us` and `until_us`: a half-open range of publication, in microseconds since
    1970-01-01 UTC; with either, undated notes are not in it.
    """

    feeds: tuple[str, ...] = ()
    since_us: int | None = None
    until_us: int | None = None


@dataclass(frozen=True, kw_only=True)
class Terms:
    """How a share is measured: cut into periods, weighed, and with which level of its intervals."""

    period: str = "month"
    weight: str = "count"
    level: float = 0.95


@dataclass(frozen=True)
class AuthenticityQuestion:
    """How authentic a frame is, period by period."""

    frame: Frame
    terms: Terms


@dataclass(frozen=True)
class HistoryQuestion:
    """Which steps the series of a frame took."""

    frame: Frame
    terms: Terms


@dataclass(frozen=True)
class ComparisonQuestion:
    """How far two places lie apart."""

    frame: Frame
    terms: Terms
    before: NamedPlace
    after: NamedPlace


@dataclass(frozen=True)
class DrawQuestion:
    """Which notes people should label."""

    frame: Frame
    options: AuditOptions


Question = AuthenticityQuestion | HistoryQuestion | ComparisonQuestion | DrawQuestion
