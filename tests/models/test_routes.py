"""Routes: each has the rule of the note's date, and what leads off the platform is shown before what stays."""

from datetime import UTC, datetime

import pytest

from data.notes import Link, Note, Platform
from models.routes import NoteRoutes

TAOBAO, CARD = Link(kind="ad_link", platform="taobao"), Link(kind="goods_card", platform="xhs")


def routes(day=None):
    dated = {"published_at": datetime(*day, tzinfo=UTC), "date_source": "given"} if day else {}
    return NoteRoutes(Note(note_id="a", platform=Platform(is_ad=True, enrolled=True, industry="fmcg"), **dated))


@pytest.mark.parametrize("kind", ["price", "offer", "disclosure", "supplier", "no_ad_claim"])
def test_what_is_no_route_has_no_rule(kind):
    assert routes((2025, 4, 1)).of_kind(kind) is None


def test_the_note_date_decides_the_rule():
    assert routes((2021, 1, 1)).of_kind("dm_lead").status == "uncertain"
    assert routes((2023, 1, 1)).of_kind("dm_lead").rule_id == "covenant-2022"
    assert routes().of_kind("wechat").status == "uncertain"


def test_only_components_that_lead_off_are_off_site():
    both = routes((2025, 8, 1))
    both.of_link(CARD)
    both.of_blue_link()
    assert both.off_site_components() == []
    _, finding = both.of_link(TAOBAO)
    assert both.off_site_components() == [finding]


def test_a_route_off_the_platform_is_shown_before_a_more_doubtful_one_in_site():
    found = routes((2021, 1, 1))
    assert found.most_serious() is None
    _, form = found.of_link(Link(kind="lead_form", platform="xhs"))
    assert (found.most_serious(), form.status) == (form, "uncertain")
    _, card = found.of_link(TAOBAO)
    assert (found.most_serious(), card.status) == (card, "allowed")


def test_of_routes_off_the_platform_the_most_serious_is_shown():
    found = routes((2022, 1, 1))
    lead = found.of_kind("dm_lead")
    assert (found.most_serious(), lead.status) == (lead, "uncertain")
    contact = found.of_kind("wechat")
    assert (found.most_serious(), contact.status) == (contact, "violation")
