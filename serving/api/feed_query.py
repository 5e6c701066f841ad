"""What questions about feeds share: range, period, weight and level, as a query gives them."""

from datetime import date
from typing import Annotated, Literal

import msgspec

from serving.api.endpoint import Call
from serving.api.problems import RequestError
from serving.feeds.note_weights import Weight
from serving.feeds.periods import Period, period_end_us, period_of, period_start_us
from serving.feeds.questions import Frame, Terms
from serving.store.feed_counts import is_feed

Day = Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d{2}-\d{2}$", description="A day in Asia/Shanghai.")]
Level = Annotated[float, msgspec.Meta(ge=0.5, le=0.999, description="Of every interval.")]
WeightChoice = Annotated[Weight, msgspec.Meta(description="What a note weighs: 1, its impressions, its likes.")]


class FeedQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Days of publication, both included and widened to whole periods; with either, undated notes are left out."""

    first: Day | None = msgspec.field(default=None, name="from")
    last: Day | None = msgspec.field(default=None, name="to")
    period: Annotated[Period, msgspec.Meta(description="How time is cut, in Asia/Shanghai.")] = "month"
    weight: WeightChoice = "count"
    level: Level = 0.95


class SeriesQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """As `FeedQuery`; a series needs periods."""

    first: Day | None = msgspec.field(default=None, name="from")
    last: Day | None = msgspec.field(default=None, name="to")
    period: Literal["day", "week", "month"] = "month"
    weight: WeightChoice = "count"
    level: Level = 0.95


def read_frame(query: FeedQuery | SeriesQuery, feeds: tuple[str, ...]) -> Frame:
    """Say which notes a query means.

    Raises
    ------
    RequestError
        422 if a day is not of the calendar, or the range is empty.
    """
    since = until = None
    if query.first is not None:
        since = period_start_us(_period_of(query.first, query.period))
    if query.last is not None:
        until = period_end_us(_period_of(query.last, query.period))
    if since is not None and until is not None and since >= until:
        raise RequestError(422, "the query parameter 'from' must not lie after 'to'. It does.")
    return Frame(feeds=feeds, since_us=since, until_us=until)


def read_terms(query: FeedQuery | SeriesQuery) -> Terms:
    """Say how the shares of a query are measured."""
    return Terms(period=query.period, weight=query.weight, level=query.level)


async def refuse_unknown_feed(call: Call, feed: str) -> None:
    """Refuse a feed that no verdict was ever stored of.

    Raises
    ------
    RequestError
        404.
    """

    def known() -> bool:
        with call.service.store.read() as connection:
            return is_feed(connection, feed)

    if not await call.service.in_thread(known):
        raise RequestError(404, "a feed must be one that verdicts are stored of. Got another.")


def _period_of(day: str, period: str) -> str:
    try:
        read = date.fromisoformat(day)
    except ValueError as error:
        raise RequestError(422, "a day must be one of the calendar. Got another.") from error
    if not date(1000, 1, 1) <= read < date(9998, 1, 1):
        raise RequestError(422, "a day must lie in the years 1000 to 9997. Got another.")
    return period_of(read, "day" if period == "all" else period)
