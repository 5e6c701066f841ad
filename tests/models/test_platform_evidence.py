"""Platform evidence: components and facts are shown with their rule and tier, and cut no text."""

from datetime import UTC, datetime
from itertools import product

import pytest

from data.notes import Comment, Link, Note, Platform
from models.platform_evidence import component_evidence, disclosure_evidence, is_disclosed_by_platform
from models.routes import NoteRoutes

DAY = datetime(2025, 8, 1, tzinfo=UTC)


def note(*links, **fields):
    return Note(note_id="a", published_at=DAY, date_source="given", platform=Platform(links=links), **fields)


def shown(one):
    return component_evidence(one, NoteRoutes(one))


@pytest.mark.parametrize(
    ("is_ad", "brand_partner", "declaration"),
    [*product((None, False, True), (None, "", "青禾"), (None, "", "original", "marketing"))],
)
def test_any_one_fact_discloses_and_none_or_false_does_not(is_ad, brand_partner, declaration):
    facts = Platform(is_ad=is_ad, brand_partner=brand_partner, declaration=declaration)
    expected = is_ad is True or brand_partner == "青禾" or declaration == "marketing"
    assert is_disclosed_by_platform(facts) is expected
    assert bool(disclosure_evidence(facts)) is expected


def test_each_fact_is_shown_with_its_tier():
    facts = Platform(is_ad=True, brand_partner="青禾", declaration="marketing")
    evidence = disclosure_evidence(facts)
    assert {item.detector: item.value for item in evidence} == {
        "is_ad": "D3",
        "declaration": "D3",
        "brand_partner": "D2",
    }
    assert {(item.field, item.kind, item.hit_source) for item in evidence} == {("platform", "disclosure", "platform")}


@pytest.mark.parametrize(
    ("kind", "platform", "shown_as"),
    [
        ("ad_link", "taobao", "taobao_link"),
        ("goods_card", "taobao", "taobao_link"),
        ("ad_link", "jd", "jd_link"),
        ("ad_link", "pdd", "pdd"),
        ("mini_program", "wechat", "url"),
        ("goods_card", "xhs", "in_site_link"),
        ("mini_program", "xhs", "in_site_link"),
        ("blue_link", "taobao", "in_site_link"),
        ("lead_form", "wechat", "in_site_link"),
    ],
)
def test_a_link_is_shown_as_what_it_leads_to_with_its_rule(kind, platform, shown_as):
    (item,) = shown(note(Link(kind=kind, platform=platform)))
    assert (item.kind, item.value, item.hit_source) == (shown_as, f"{kind}:{platform}", "platform")
    assert item.rule_id


def test_the_rule_is_the_source_only_where_it_forbids():
    not_enrolled = Platform(links=(Link(kind="ad_link", platform="taobao"),), is_ad=False)
    forbidden = Note(note_id="a", published_at=DAY, date_source="given", platform=not_enrolled)
    (item,) = shown(forbidden)
    assert NoteRoutes(forbidden).of_link(not_enrolled.links[0])[1].status == "violation"
    assert item.hit_source == "rule"


def test_a_blue_link_covers_its_comment():
    comments = (Comment(comment_id="c0", text="好看"), Comment(comment_id="c1", text="戳这里", blue_link=True))
    (item,) = shown(note(comments=comments))
    assert (item.field, item.comment_id, item.start, item.end, item.text) == ("comments[1]", "c1", 0, 3, "戳这里")
    assert (item.kind, item.hit_source) == ("in_site_link", "platform")
