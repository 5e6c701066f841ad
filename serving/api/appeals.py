"""Appeals: how often a person overturned the verdicts of each rule."""

from typing import Literal

import msgspec

from serving.api.endpoint import Call, Endpoint
from serving.api.since import Since, read_since
from serving.store.engine import Store
from serving.store.feedback import AppealCount, count_appeals


class AppealsQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which appeals to count."""

    by: Literal["rule"] = "rule"
    since: Since | None = None


class RuleAppeals(msgspec.Struct, frozen=True, kw_only=True):
    """Appeals against verdicts of one rule, null: against verdicts without one; the interval is Wilson's."""

    rule_id: str | None
    appeals: int
    overturned: int
    overturn_rate: float
    ci_low: float
    ci_high: float
    level: float


class AppealsAnswer(msgspec.Struct, frozen=True):
    """Rules with appeals, the most appealed first; what was withdrawn does not count."""

    by: Literal["rule"]
    rules: list[RuleAppeals]


async def read_appeals(call: Call) -> AppealsAnswer:
    """Count appeals by rule."""
    rules = await call.service.in_thread(_count, call.service.store, read_since(call.query.since) or 0)
    return AppealsAnswer(call.query.by, rules)


def _count(store: Store, since_us: int) -> list[RuleAppeals]:
    with store.read() as connection:
        counts = count_appeals(connection, since_us=since_us)
    return [_with_interval(count) for count in counts]


def _with_interval(count: AppealCount) -> RuleAppeals:
    from models.prevalence.intervals import wilson_interval  # here: scipy, which comes with it, would slow the start

    interval = wilson_interval(count.overturned, count.appeals)
    return RuleAppeals(
        rule_id=count.rule_id,
        appeals=count.appeals,
        overturned=count.overturned,
        overturn_rate=count.overturned / count.appeals,
        ci_low=interval.ci_low,
        ci_high=interval.ci_high,
        level=interval.level,
    )


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/v1/appeals",
        summary="How often verdicts of each rule were overturned",
        handle=read_appeals,
        role="feedback",
        tag="feedback",
        query=AppealsQuery,
        answer=AppealsAnswer,
    ),
)
