"""Audits over HTTP: draw notes of a feed for people to label, list what waits, take labels in."""

from collections import defaultdict
from typing import Annotated, Literal

import msgspec

from serving.api.audit_labels import LABEL_ENDPOINTS
from serving.api.endpoint import Call, Endpoint
from serving.api.feed_query import WeightChoice, refuse_unknown_feed
from serving.api.feeds import ask_reports
from serving.api.problems import RequestError
from serving.audits.counts import Progress, count_labels
from serving.audits.sample import HALF_WIDTHS, AuditOptions, AuditPlan, sheet_order
from serving.feeds.periods import Period
from serving.feeds.questions import DrawQuestion, Frame
from serving.journal.record import new_id
from serving.store.audit_log import record_action
from serving.store.audit_rows import StoredRow, current_rows, planned_periods, store_plan

MOST_DRAWN = 20_000  # notes of one plan
PeriodName = Annotated[str, msgspec.Meta(pattern=r"^(all|\d{4}-\d{2}|\d{4}-W\d{2}|\d{4}-\d{2}-\d{2})$")]
_LABELS = 200


class PlanRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to draw: `labels` notes of each period, or as many as an interval of plus or minus `half_width` needs."""

    period: Annotated[Period, msgspec.Meta(description="How time is cut, in Asia/Shanghai.")] = "month"
    periods: Annotated[list[PeriodName], msgspec.Meta(max_length=400, description="Only these; none: all.")] = []
    labels: Annotated[int, msgspec.Meta(ge=2, le=MOST_DRAWN)] | None = None
    half_width: Annotated[float, msgspec.Meta(ge=0.001, le=0.5, description="0.02: 2 points.")] | None = None
    design: Literal["stratified", "pps"] = "stratified"
    weight: WeightChoice = "count"
    twice: Annotated[float, msgspec.Meta(ge=0, le=1, description="Share of notes that two people label.")] = 0.15
    seed: Annotated[int, msgspec.Meta(ge=0, lt=2**31, description="Of the draw.")] = 0
    replace: Annotated[bool, msgspec.Meta(description="Draw again where a plan stands; its labels count no more.")] = (
        False
    )


class PlannedPeriod(msgspec.Struct, frozen=True, kw_only=True):
    """What was drawn in one period; `needed` labels would make intervals of plus or minus 2, 3 and 5 points."""

    period: str
    n_notes: int
    drawn: int
    twice: int
    needed: dict[str, int]


class LeftOut(msgspec.Struct, frozen=True):
    """A period that cannot be audited, and why."""

    period: str
    reason: str


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What was drawn. Annotators get `first`, others `second`: note ids in random order, and nothing else of this."""

    plan_id: str
    feed_id: str
    periods: list[PlannedPeriod]
    left_out: list[LeftOut]
    first: list[str]
    second: list[str]


class PlanProgress(msgspec.Struct, frozen=True, kw_only=True):
    """How far the newest plan of one period has come, and which notes wait for a first and for a second label."""

    plan_id: str
    period: str
    model_version: str
    progress: Progress
    first: list[str]
    second: list[str]


class PlanList(msgspec.Struct, frozen=True):
    """Plans in order of their periods."""

    feed_id: str
    plans: list[PlanProgress]


async def draw_plan(call: Call) -> Plan:
    """Draw notes and store the draw."""
    feed, asked = call.path["feed_id"], call.body
    await refuse_unknown_feed(call, feed)
    plan: AuditPlan = await ask_reports(call, DrawQuestion(Frame(feeds=(feed,)), _options(feed, asked)))
    if sum(len(place.rows) for place in plan.places) > MOST_DRAWN:
        raise RequestError(422, f"a plan must draw at most {MOST_DRAWN} notes. It would draw more.", pointer="/labels")
    plan_id = new_id()
    await call.service.in_thread(_store, call, plan_id, plan)
    return Plan(
        plan_id=plan_id,
        feed_id=feed,
        periods=[
            PlannedPeriod(
                period=place.period,
                n_notes=place.n_notes,
                drawn=len(place.rows),
                twice=len(place.twice),
                needed={str(width): n for width, n in zip(HALF_WIDTHS, place.needed, strict=True)},
            )
            for place in plan.places
        ],
        left_out=[LeftOut(period, reason) for _, period, reason in plan.left_out],
        first=sheet_order((row.note_id for place in plan.places for row in place.rows), asked.seed),
        second=sheet_order((note for place in plan.places for note in place.twice), asked.seed + 1),
    )


async def read_plans(call: Call) -> PlanList:
    """List the plans of a feed."""
    feed = call.path["feed_id"]
    await refuse_unknown_feed(call, feed)

    def read() -> list[StoredRow]:
        with call.service.store.read() as connection:
            return current_rows(connection, (feed,))

    by_period: dict[str, list[StoredRow]] = defaultdict(list)
    for stored in await call.service.in_thread(read):
        by_period[stored.row.period].append(stored)
    return PlanList(feed, [_progress(feed, period, rows) for period, rows in sorted(by_period.items())])


def _options(feed: str, asked: PlanRequest) -> AuditOptions:
    if asked.labels is not None and asked.half_width is not None:
        raise RequestError(422, "one of 'labels' and 'half_width' must be given. Got both.", pointer="/half_width")
    return AuditOptions(
        period=asked.period,
        feeds=(feed,),
        periods=tuple(asked.periods),
        labels=asked.labels or _LABELS,
        half_width=asked.half_width,
        design=asked.design,
        weight=asked.weight,
        twice=asked.twice,
        seed=asked.seed,
    )


def _store(call: Call, plan_id: str, plan: AuditPlan) -> None:
    feed = call.path["feed_id"]
    drawn = {place.period for place in plan.places}
    with call.service.store.begin() as connection:
        if (stand := sorted(drawn & planned_periods(connection, feed))) and not call.body.replace:
            detail = (
                f"{len(stand)} periods, the first {stand[0]}, must have no plan yet ('replace' draws again). They have."
            )
            raise RequestError(409, detail, pointer="/periods")
        store_plan(connection, plan_id, plan.places)
        record_action(
            connection,
            actor=call.caller.name,
            action="audit.plan",
            target=feed,
            details={"plan_id": plan_id, "periods": sorted(drawn), "replaced": stand},
        )


def _progress(feed: str, period: str, stored: list[StoredRow]) -> PlanProgress:
    rows = [each.row for each in stored]
    plan_id = stored[0].plan_id
    seed = int(plan_id[-8:], 16)  # any that stays: neither stratum nor place may show
    return PlanProgress(
        plan_id=plan_id,
        period=period,
        model_version=rows[0].model_version or "",
        progress=count_labels(feed, period, rows),
        first=sheet_order((row.note_id for row in rows if row.annotators[0] is None), seed),
        second=sheet_order((each.row.note_id for each in stored if _wants_second(each)), seed + 1),
    )


def _wants_second(stored: StoredRow) -> bool:
    return stored.is_twice and stored.row.annotators[1] is None


ENDPOINTS = (
    Endpoint(
        method="POST",
        path="/v1/feeds/{feed_id:path}/audit-plan",
        summary="Draw notes of a feed for people to label",
        handle=draw_plan,
        role="admin",
        tag="feeds",
        body=PlanRequest,
        answer=Plan,
        status=201,
        refusals=(404, 409),
        description="No model may be trained on these notes: it could not be audited with them.",
    ),
    Endpoint(
        method="GET",
        path="/v1/feeds/{feed_id:path}/audit-plan",
        summary="Plans of a feed, and the notes that wait for a label",
        handle=read_plans,
        role="feedback",
        tag="feeds",
        answer=PlanList,
        refusals=(404,),
    ),
    *LABEL_ENDPOINTS,
)
