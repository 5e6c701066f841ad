"""Dated platform rules: whether a route was allowed on a note's date (`data/platform_rules.toml`)."""

import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from importlib import resources
from types import MappingProxyType
from typing import Literal

import msgspec

from data.dates import SHANGHAI
from data.errors import DataError
from data.kinds import resolve_kind
from data.notes import DateSource, Industry, Link, Platform

Status = Literal["allowed", "violation", "uncertain"]
LinkPlatform = Literal["taobao", "jd", "pdd", "wechat", "xhs"]
Confidence = Literal["high", "medium", "low"]
ComponentRoute = Literal["in_site", "in_site_card", "blue_link", "platform_link", "mini_program", "lead_form"]
Route = Literal["contact", "typed_code", "lead"] | ComponentRoute

# A route outside this set never leads off the platform, whatever its status.
OFF_SITE_ROUTES: frozenset[str] = frozenset({"contact", "typed_code", "lead", "platform_link", "mini_program"})
_ID_DAYS = 4  # a note id's time lies up to 85 h before publishing (11 notes checked): four days either way
_SEVERITY: Mapping[Status, int] = {"allowed": 0, "uncertain": 1, "violation": 2}


class PlatformRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row of `platform_rules.toml`; `since` and `until` are whole days in Asia/Shanghai, both included."""

    id: str
    routes: tuple[Route, ...]
    platforms: tuple[LinkPlatform, ...] = ()
    since: date
    until: date | None = None
    status: Status
    ad_note: bool = False
    industries: tuple[Industry, ...] = ()
    outside: Status = "violation"
    confidence: Confidence
    quote: str
    source: str


class RouteFinding(msgspec.Struct, frozen=True, kw_only=True):
    """The rule in force for one route on a note's date; `since` is an ISO day."""

    rule_id: str
    since: str
    status: Status


class _RuleFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: str
    rules: tuple[PlatformRule, ...]


def _read() -> _RuleFile:
    text = resources.files("data").joinpath("platform_rules.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), _RuleFile)


def _by_route(rules: Iterable[PlatformRule]) -> Mapping[tuple[str, str | None], tuple[PlatformRule, ...]]:
    table: dict[tuple[str, str | None], list[PlatformRule]] = {}
    for rule in sorted(rules, key=lambda rule: rule.since):
        for route in rule.routes:
            for platform in rule.platforms or (None,):
                table.setdefault((route, platform), []).append(rule)
    return MappingProxyType({key: tuple(rows) for key, rows in table.items()})


_FILE = _read()
RULES: tuple[PlatformRule, ...] = _FILE.rules
RULESET_VERSION: str = _FILE.version
_TABLE = _by_route(RULES)


def route_of(kind: str) -> str:
    """Name the route of an evidence kind; "none" where the kind (a price, a disclosure) is no route.

    Raises
    ------
    DataError
        If `kind` is unknown.

    Examples
    --------
    >>> route_of("wechat")
    'contact'
    """
    return resolve_kind(kind).route


def component_route(link: Link) -> ComponentRoute:
    """Name the route of a link component that the platform itself put below a note or comment.

    Examples
    --------
    >>> component_route(Link(kind="ad_link", platform="taobao"))
    'platform_link'
    """
    if link.kind in ("blue_link", "lead_form"):
        return link.kind  # the platform's own components, whatever shop stands behind them
    if link.platform == "xhs":
        return "in_site_card" if link.kind == "goods_card" else "in_site"
    return "mini_program" if link.kind == "mini_program" else "platform_link"


def route_status(
    route: str,
    *,
    platform: str | None = None,
    published_at: datetime | None,
    note_platform: Platform,
    date_source: DateSource,
) -> RouteFinding:
    """Say whether a route was allowed on the note's date.

    Parameters
    ----------
    route
        Of `route_of` (not "none", which is no route) or `component_route`.
    platform
        Where a component leads (`Link.platform`); needed for `platform_link`, read for nothing else.
    published_at
        Aware; the day is cut in Asia/Shanghai. None gives `uncertain`.
    note_platform
        What the platform says of the note: is_ad, enrolled, industry. A fact that settles the answer alone (is_ad
        False) is a violation; one that is needed and missing gives `uncertain`.
    date_source
        "unknown" gives `uncertain`, with the route's newest rule; so does "note_id" within four days of a day on
        which the answer changes.

    Returns
    -------
    RouteFinding
        `uncertain` changes no label.

    Raises
    ------
    DataError
        If no rule covers the route and platform, or `published_at` has no time zone.

    Examples
    --------
    >>> from datetime import UTC
    >>> day = datetime(2021, 5, 1, tzinfo=UTC)
    >>> facts = Platform()
    >>> route_status("platform_link", platform="taobao", published_at=day, note_platform=facts, date_source="given")
    RouteFinding(rule_id='taobao-card-2020', since='2020-08-01', status='allowed')
    """
    rules = _TABLE.get((route, platform)) or _TABLE.get((route, None))
    if rules is None:
        known = ", ".join(sorted({name if to is None else f"{name} to {to}" for name, to in _TABLE}))
        raise DataError(f"a route must be one of {known}. Got {route!r} to {platform!r} instead.")
    if published_at is None or date_source == "unknown":
        return _finding(rules[-1], "uncertain")
    if published_at.tzinfo is None:
        raise DataError("'published_at' must have a time zone. Got a naive time instead.")
    day = published_at.astimezone(SHANGHAI).date()
    rule = _in_force(rules, day)
    status = _status(rule, note_platform)
    if date_source == "note_id":
        days = (day + timedelta(days=shift) for shift in range(-_ID_DAYS, _ID_DAYS + 1))
        if any(_status(_in_force(rules, near), note_platform) != status for near in days):
            status = "uncertain"
    return _finding(rule, status)


def most_serious(findings: Iterable[RouteFinding]) -> RouteFinding | None:
    """Pick the finding that a verdict shows: violation before uncertain before allowed, the first of equals."""
    return max(findings, key=lambda finding: _SEVERITY[finding.status], default=None)


def _in_force(rules: tuple[PlatformRule, ...], day: date) -> PlatformRule:
    """Rows follow each other without gap (a test holds them to it), so `since` alone decides."""
    return next((rule for rule in reversed(rules) if rule.since <= day), rules[0])


def _status(rule: PlatformRule, note_platform: Platform) -> Status:
    if rule.ad_note and (note_platform.is_ad is False or note_platform.enrolled is False):
        return "violation"
    if rule.industries and note_platform.industry is not None and note_platform.industry not in rule.industries:
        return rule.outside
    is_unknown = rule.ad_note and (note_platform.is_ad is None or note_platform.enrolled is None)
    if is_unknown or (rule.industries and note_platform.industry is None):
        return "uncertain"
    return rule.status


def _finding(rule: PlatformRule, status: Status) -> RouteFinding:
    return RouteFinding(rule_id=rule.id, since=rule.since.isoformat(), status=status)
