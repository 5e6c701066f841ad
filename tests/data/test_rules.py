"""Platform rules: every cell of the table route x date, each boundary day, missing facts and doubtful dates."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from data.errors import DataError
from data.kinds import KINDS
from data.notes import Link, Platform
from data.rules import (
    OFF_SITE_ROUTES,
    RULES,
    RULESET_VERSION,
    RouteFinding,
    component_route,
    most_serious,
    route_of,
    route_status,
)

ENROLLED = Platform(is_ad=True, enrolled=True, industry="fmcg")
OUTSIDE = Platform(is_ad=True, enrolled=True, industry="other")
NOT_AD = Platform(is_ad=False, enrolled=True, industry="fmcg")
NOTHING = Platform()
YES, NO, OPEN = "allowed", "violation", "uncertain"


def noon(day):
    return datetime.fromisoformat(f"{day}T12:00+08:00").astimezone(UTC)


def status_on(day, route, platform=None, facts=NOTHING, date_source="given"):
    finding = route_status(
        route, platform=platform, published_at=noon(day), note_platform=facts, date_source=date_source
    )
    return finding.status


DAYS = ("2019-06-15", "2021-03-15", "2023-06-15", "2025-03-20", "2025-09-15")
TABLE = [
    # route, to, the note's facts: < 2020-08, 2020-08..2021-07, 2021-08..2025-01, 2025-02..05-11, 2025-05-12..
    ("in_site", None, NOTHING, (YES, YES, YES, YES, YES)),
    ("in_site_card", "xhs", NOTHING, (YES, YES, OPEN, YES, YES)),
    ("blue_link", "xhs", NOTHING, (YES, YES, YES, YES, YES)),
    ("platform_link", "taobao", ENROLLED, (NO, YES, NO, NO, YES)),
    ("platform_link", "taobao", OUTSIDE, (NO, YES, NO, NO, OPEN)),
    ("platform_link", "taobao", NOT_AD, (NO, YES, NO, NO, NO)),
    ("platform_link", "taobao", NOTHING, (NO, YES, NO, NO, OPEN)),
    ("platform_link", "jd", ENROLLED, (NO, NO, NO, NO, YES)),
    ("platform_link", "jd", OUTSIDE, (NO, NO, NO, NO, OPEN)),
    ("platform_link", "jd", NOT_AD, (NO, NO, NO, NO, NO)),
    ("platform_link", "jd", NOTHING, (NO, NO, NO, NO, OPEN)),
    ("platform_link", "pdd", ENROLLED, (NO, NO, NO, NO, OPEN)),
    ("platform_link", "pdd", NOT_AD, (NO, NO, NO, NO, NO)),
    ("platform_link", "wechat", ENROLLED, (NO, NO, NO, NO, OPEN)),
    ("mini_program", "wechat", ENROLLED, (NO, NO, NO, NO, OPEN)),
    ("mini_program", "wechat", NOT_AD, (NO, NO, NO, NO, NO)),
    ("typed_code", None, ENROLLED, (NO, NO, NO, NO, NO)),
    ("contact", None, ENROLLED, (NO, NO, NO, NO, NO)),
    ("lead", None, ENROLLED, (OPEN, OPEN, NO, NO, NO)),
    ("lead_form", None, NOTHING, (OPEN, OPEN, OPEN, YES, YES)),
]
CELLS = [
    pytest.param(day, route, platform, facts, status, id=f"{row}-{route}-{platform}-{day}")
    for row, (route, platform, facts, statuses) in enumerate(TABLE)
    for day, status in zip(DAYS, statuses, strict=True)
]
BOUNDARIES = [
    # first day of the new answer, route, to, facts, the day before, the day itself
    ("2020-08-01", "platform_link", "taobao", NOTHING, NO, YES),
    ("2021-08-01", "platform_link", "taobao", NOTHING, YES, OPEN),  # sources differ: 08-01 or 08-02
    ("2021-08-02", "platform_link", "taobao", NOTHING, OPEN, NO),
    ("2025-05-12", "platform_link", "taobao", ENROLLED, NO, YES),
    ("2025-05-12", "platform_link", "taobao", NOTHING, NO, OPEN),
    ("2025-06-05", "platform_link", "taobao", OUTSIDE, NO, OPEN),
    ("2025-06-05", "platform_link", "jd", ENROLLED, NO, YES),
    ("2025-06-05", "platform_link", "jd", OUTSIDE, NO, OPEN),
    ("2025-07-01", "platform_link", "pdd", ENROLLED, NO, OPEN),
    ("2025-07-01", "platform_link", "wechat", ENROLLED, NO, OPEN),
    ("2025-07-01", "mini_program", "wechat", ENROLLED, NO, OPEN),
    ("2021-06-01", "mini_program", "wechat", NOTHING, NO, OPEN),
    ("2021-08-02", "mini_program", "wechat", NOTHING, OPEN, NO),
    ("2021-08-01", "in_site_card", "xhs", NOTHING, YES, OPEN),
    ("2024-11-01", "in_site_card", "xhs", NOTHING, OPEN, YES),
    ("2025-01-07", "lead_form", None, NOTHING, OPEN, YES),
    ("2022-05-06", "lead", None, NOTHING, OPEN, NO),
]


@pytest.mark.parametrize(("day", "route", "platform", "facts", "status"), CELLS)
def test_cell_of_the_table_route_by_date(day, route, platform, facts, status):
    assert status_on(day, route, platform, facts) == status


@pytest.mark.parametrize(("day", "route", "platform", "facts", "before", "on"), BOUNDARIES)
def test_answer_changes_on_the_boundary_day(day, route, platform, facts, before, on):
    day_before = date.fromisoformat(day) - timedelta(days=1)
    assert (status_on(day_before, route, platform, facts), status_on(day, route, platform, facts)) == (before, on)


@pytest.mark.parametrize("day", ["2018-11-20", "2020-02-24", "2025-03-12"])
def test_typed_contact_names_the_rule_of_its_day(day):
    facts = {"note_platform": NOTHING, "date_source": "given"}
    eve = route_status("contact", published_at=noon(day) - timedelta(days=1), **facts)
    own = route_status("contact", published_at=noon(day), **facts)
    assert (own.since, eve.status, own.status) == (day, NO, NO)
    assert eve.since < day


def test_days_are_cut_in_shanghai():
    facts = {"platform": "taobao", "note_platform": ENROLLED, "date_source": "given"}
    last_minute = datetime(2025, 5, 11, 15, 59, tzinfo=UTC)
    midnight = datetime(2025, 5, 11, 16, 0, tzinfo=UTC)
    statuses = [route_status("platform_link", published_at=at, **facts).status for at in (last_minute, midnight)]
    assert statuses == [NO, YES]


@pytest.mark.parametrize("platform", ["taobao", "jd"])
@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ({"is_ad": True, "enrolled": True, "industry": "health"}, YES),
        ({"is_ad": True, "enrolled": True, "industry": "sports_outdoor"}, YES),
        ({"is_ad": None, "enrolled": True, "industry": "fmcg"}, OPEN),
        ({"is_ad": True, "enrolled": None, "industry": "fmcg"}, OPEN),
        ({"is_ad": True, "enrolled": True, "industry": None}, OPEN),
        ({"is_ad": False, "enrolled": None, "industry": None}, NO),
        ({"is_ad": None, "enrolled": False, "industry": None}, NO),
        ({"is_ad": False, "enrolled": True, "industry": "other"}, NO),
    ],
)
def test_missing_fact_is_uncertain_unless_another_settles_it(platform, facts, status):
    assert status_on("2025-09-15", "platform_link", platform, Platform(**facts)) == status


def test_industry_alone_settles_the_first_weeks():
    assert status_on("2025-05-20", "platform_link", "taobao", Platform(industry="other")) == NO


@pytest.mark.parametrize(
    ("day", "status"), [("2025-05-07", NO), ("2025-05-08", OPEN), ("2025-05-15", OPEN), ("2025-05-16", YES)]
)
def test_decoded_date_is_uncertain_within_four_days_of_a_change(day, status):
    assert status_on(day, "platform_link", "taobao", ENROLLED, date_source="note_id") == status


def test_decoded_date_near_a_boundary_that_changes_nothing_stays_sure():
    assert status_on("2025-05-12", "platform_link", "taobao", NOT_AD, date_source="note_id") == NO
    assert status_on("2025-03-12", "contact", date_source="note_id") == NO


def test_given_date_next_to_a_boundary_is_sure():
    assert status_on("2025-05-13", "platform_link", "taobao", ENROLLED) == YES


@pytest.mark.parametrize("published_at", [None, noon("2019-06-15")])
@pytest.mark.parametrize("route", ["contact", "lead", "in_site", "blue_link"])
def test_unknown_date_is_uncertain(route, published_at):
    finding = route_status(route, published_at=published_at, note_platform=NOT_AD, date_source="unknown")
    assert finding.status == OPEN


def test_finding_names_the_rule_and_its_first_day():
    finding = route_status(
        "platform_link", platform="jd", published_at=noon("2025-09-15"), note_platform=ENROLLED, date_source="given"
    )
    assert finding == RouteFinding(rule_id="red-jd-2025", since="2025-06-05", status=YES)


@pytest.mark.parametrize(("route", "platform"), [("none", None), ("fax", None), ("platform_link", None)])
def test_route_without_rules_is_refused(route, platform):
    with pytest.raises(DataError, match="a route must be one of .*platform_link to taobao"):
        route_status(route, platform=platform, published_at=None, note_platform=NOTHING, date_source="unknown")


def test_naive_time_is_refused():
    naive = datetime.fromisoformat("2025-05-12")
    with pytest.raises(DataError, match="'published_at' must have a time zone"):
        route_status("contact", published_at=naive, note_platform=NOTHING, date_source="given")


@pytest.mark.parametrize(
    ("kind", "platform", "route"),
    [
        ("goods_card", "xhs", "in_site_card"),
        ("goods_card", "taobao", "platform_link"),
        ("ad_link", "xhs", "in_site"),
        ("ad_link", "jd", "platform_link"),
        ("ad_link", "wechat", "platform_link"),
        ("mini_program", "wechat", "mini_program"),
        ("mini_program", "xhs", "in_site"),
        ("blue_link", "xhs", "blue_link"),
        ("blue_link", "taobao", "blue_link"),
        ("lead_form", "wechat", "lead_form"),
    ],
)
def test_component_has_a_route_with_a_rule(kind, platform, route):
    link = Link(kind=kind, platform=platform)
    assert component_route(link) == route
    assert status_on("2025-09-15", route, platform, NOTHING) in (YES, NO, OPEN)


@pytest.mark.parametrize("kind", [kind.id for kind in KINDS.values() if kind.route != "none"])
def test_every_kind_with_a_route_has_a_rule_and_in_site_kinds_are_allowed(kind):
    is_away = route_of(kind) in OFF_SITE_ROUTES
    assert is_away is (KINDS[kind].site == "off")
    assert status_on("2025-09-15", route_of(kind)) == (NO if is_away else YES)


def test_rows_follow_each_other_without_gap():
    keys = {(route, to) for rule in RULES for route in rule.routes for to in rule.platforms or (None,)}
    for route, to in keys:
        rows = sorted(
            (rule for rule in RULES if route in rule.routes and (to in rule.platforms or to is None)),
            key=lambda rule: rule.since,
        )
        assert rows[0].since == date(2013, 6, 1)
        assert [row.until for row in rows[:-1]] == [later.since - timedelta(days=1) for _, later in pairwise(rows)]
        assert rows[-1].until is None


def test_rule_ids_are_unique_and_every_row_names_its_source():
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert all(rule.quote and rule.source for rule in RULES)
    assert RULESET_VERSION


@pytest.mark.parametrize(
    ("statuses", "worst"), [((YES, OPEN), OPEN), ((OPEN, NO, YES), NO), ((YES,), YES), ((NO, OPEN), NO)]
)
def test_most_serious_finding_is_shown(statuses, worst):
    findings = [RouteFinding(rule_id=str(i), since="2025-03-12", status=status) for i, status in enumerate(statuses)]
    assert most_serious(findings).status == worst


def test_no_finding_shows_none():
    assert most_serious([]) is None
