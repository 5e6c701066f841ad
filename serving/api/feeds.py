"""Feeds over HTTP: what was counted of them, and the report's own answers on how authentic they are."""

from collections.abc import Hashable, Sequence
from typing import Annotated, Any, get_args

import msgspec
from starlette.responses import Response

from data.errors import ConfigError
from data.labels import Label
from models.verdict import Decision
from serving.api.endpoint import Call, Endpoint
from serving.api.feed_query import (
    FeedQuery,
    Level,
    SeriesQuery,
    WeightChoice,
    read_frame,
    read_terms,
    refuse_unknown_feed,
)
from serving.api.note_input import MAX_ID_CHARS
from serving.api.problems import RequestError
from serving.audits.file import AuditFile
from serving.feeds.comparison_shape import Comparison, NamedPlace, two_feeds, two_periods
from serving.feeds.history import History
from serving.feeds.periods import Period
from serving.feeds.questions import AuthenticityQuestion, ComparisonQuestion, Frame, HistoryQuestion, Question, Terms
from serving.feeds.report_shape import Report
from serving.store.audit_rows import read_audit
from serving.store.feed_counts import CountedFeed, count_state, list_feeds

FeedName = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_ID_CHARS)]
_DECISIONS: tuple[Decision, ...] = get_args(Decision)
_PERIOD = r"^(all|\d{4}-\d{2}|\d{4}-W\d{2}|\d{4}-\d{2}-\d{2})$"
_PERIODS = r"^[-W0-9]{7,10},[-W0-9]{7,10}$"


class FeedCounts(msgspec.Struct, frozen=True, kw_only=True):
    """What was stored of one feed: verdicts, a note that was judged twice counting twice; erasure lowers no count."""

    feed_id: str
    n: int
    labels: dict[Label, int]  # of the author's own content
    decisions: dict[Decision, int]
    first_day: str | None
    last_day: str | None


class FeedList(msgspec.Struct, frozen=True):
    """Feeds in order of their names; `next` is the `after` of the next page, null on the last."""

    feeds: list[FeedCounts]
    next: str | None


class FeedListQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which feeds to list."""

    after: Annotated[str, msgspec.Meta(max_length=MAX_ID_CHARS, description="`next` of the page before.")] = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 100


class ComparisonQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Another feed (`with`), over all time or in one `period`; or two `periods` of this feed."""

    other: FeedName | None = msgspec.field(default=None, name="with")
    period: Annotated[str, msgspec.Meta(pattern=_PERIOD, description="Such as 2025-03, 2025-W11 or 2025-03-12.")] = (
        "all"
    )
    periods: Annotated[str, msgspec.Meta(pattern=_PERIODS, description="Such as 2025-03,2025-06.")] | None = None
    weight: WeightChoice = "count"
    level: Level = 0.95


async def read_feeds(call: Call) -> FeedList:
    """List feeds."""
    query: FeedListQuery = call.query

    def read() -> list[CountedFeed]:
        with call.service.store.read() as connection:
            return list_feeds(connection, after=query.after, limit=query.limit + 1)

    found = await call.service.in_thread(read)
    feeds = [
        FeedCounts(
            feed_id=each.feed,
            n=each.n,
            labels={label: each.labels[label] for label in Label},
            decisions={decision: each.decisions[decision] for decision in _DECISIONS},
            first_day=each.first_day,
            last_day=each.last_day,
        )
        for each in found[: query.limit]
    ]
    return FeedList(feeds, feeds[-1].feed_id if len(found) > query.limit else None)


async def read_authenticity(call: Call) -> Response:
    """Report on one feed."""
    feed = call.path["feed_id"]
    await refuse_unknown_feed(call, feed)
    return await _answer(call, AuthenticityQuestion(read_frame(call.query, (feed,)), read_terms(call.query)))


async def read_whole_authenticity(call: Call) -> Response:
    """Report on all feeds."""
    return await _answer(call, AuthenticityQuestion(read_frame(call.query, ()), read_terms(call.query)))


async def read_changes(call: Call) -> Response:
    """List the steps in one feed's series."""
    feed = call.path["feed_id"]
    await refuse_unknown_feed(call, feed)
    return await _answer(call, HistoryQuestion(read_frame(call.query, (feed,)), read_terms(call.query)))


async def compare_feeds(call: Call) -> Response:
    """Compare two feeds, or one feed in two periods."""
    query: ComparisonQuery = call.query
    before, after, kind = _named(call.path["feed_id"], query)
    feeds = tuple(dict.fromkeys((before.feed, after.feed)))
    for feed in feeds:
        await refuse_unknown_feed(call, feed)
    terms = Terms(period=kind, weight=query.weight, level=query.level)
    return await _answer(call, ComparisonQuestion(Frame(feeds=feeds), terms, before, after))


async def ask_reports(call: Call, question: Question) -> Any:
    """Ask the process that knows; the audits in the database are part of every question."""
    audit, state = await call.service.in_thread(_read_state, call, question.frame.feeds)
    return await call.service.reports.answer(question, audit, state=state)


async def _answer(call: Call, question: Question) -> Response:
    return Response(await ask_reports(call, question), media_type="application/json")


def _read_state(call: Call, feeds: Sequence[str]) -> tuple[AuditFile | None, Hashable]:
    with call.service.store.read() as connection:
        return read_audit(connection, feeds), count_state(connection, feeds)


def _named(feed: str, query: ComparisonQuery) -> tuple[NamedPlace, NamedPlace, Period]:
    if (query.other is None) == (query.periods is None):
        raise RequestError(422, "one of the query parameters 'with' and 'periods' must be given. Got both or none.")
    try:
        if query.periods is not None:
            if query.period != "all":
                raise RequestError(422, "'period' must not be given beside 'periods'. It is.")
            first, _, second = query.periods.partition(",")
            return two_periods(feed, first, second)
        if query.other == feed:
            raise RequestError(422, "the query parameter 'with' must name another feed. Got the same.")
        return two_feeds(feed, str(query.other), query.period)
    except ConfigError as error:
        raise RequestError(422, str(error)) from error


_SAME = (
    "The same numbers as `huoren report` gives for an archive of these notes; audit labels in the database are used."
)
ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/v1/feeds",
        summary="Feeds with counts of verdicts by label and decision",
        handle=read_feeds,
        role="score",
        tag="feeds",
        query=FeedListQuery,
        answer=FeedList,
    ),
    Endpoint(
        method="GET",
        path="/v1/authenticity",
        summary="Authenticity of all feeds, each and together",
        handle=read_whole_authenticity,
        role="score",
        tag="feeds",
        query=FeedQuery,
        answer=Report,
        description=_SAME,
    ),
    Endpoint(
        method="GET",
        path="/v1/feeds/{feed_id:path}/authenticity",
        summary="Authenticity of one feed, by period",
        handle=read_authenticity,
        role="score",
        tag="feeds",
        query=FeedQuery,
        answer=Report,
        refusals=(404,),
        description=_SAME,
    ),
    Endpoint(
        method="GET",
        path="/v1/feeds/{feed_id:path}/changes",
        summary="Steps in one feed's series that are not chance",
        handle=read_changes,
        role="score",
        tag="feeds",
        query=SeriesQuery,
        answer=History,
        refusals=(404,),
        description="Of the steps at most 5 % are false, over all of this feed's series together.",
    ),
    Endpoint(
        method="GET",
        path="/v1/feeds/{feed_id:path}/compare",
        summary="How far two feeds, or one feed in two periods, lie apart",
        handle=compare_feeds,
        role="score",
        tag="feeds",
        query=ComparisonQuery,
        answer=Comparison,
        refusals=(404,),
        description="The change with the joint interval; the statuses of the report say where there is none.",
    ),
)
