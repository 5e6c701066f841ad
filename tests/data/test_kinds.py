"""Evidence kinds: the fixed list, the words that resolve to it, and which kinds lead off the platform."""

import pytest

from data.errors import DataError
from data.kinds import KINDS, is_off_site, resolve_kind

FIXED = [
    "wechat",
    "qq",
    "phone",
    "email",
    "official_account",
    "taobao_code",
    "taobao_link",
    "tmall_code",
    "xianyu_code",
    "jd_code",
    "jd_link",
    "pdd",
    "douyin",
    "kuaishou",
    "dewu",
    "meituan",
    "telegram",
    "url",
    "qr",
    "shop_name",
    "app_search",
    "dm_lead",
    "profile_lead",
    "group_invite",
    "disclosure",
    "no_ad_claim",
    "supplier",
    "offer",
    "price",
    "in_site_link",
    "in_site_group",
    "other_account",
    "other",
    "phrase",
    "human",
]
GUIDELINE = [
    "wechat",
    "qq",
    "phone",
    "email",
    "shop_name",
    "code",
    "link",
    "dm",
    "profile",
    "app_search",
    "qr",
    "group",
    "other",
]
CORPORA = [
    "app_search",
    "code",
    "dewu",
    "dm",
    "douyin",
    "email",
    "group",
    "jd_code",
    "jd_url",
    "kuaishou",
    "link",
    "other",
    "pdd",
    "phone",
    "profile",
    "qq",
    "shop_name",
    "taobao_code",
    "taobao_link",
    "telegram",
    "tmall_miao_code",
    "wechat",
    "wechat_id",
    "xhs",
    "xianyu_code",
]


def test_kinds_are_the_fixed_list_in_its_order():
    assert list(KINDS) == FIXED


@pytest.mark.parametrize("name", sorted({*FIXED, *GUIDELINE, *CORPORA}))
def test_every_word_of_corpora_and_guideline_resolves(name):
    assert resolve_kind(name).id in FIXED


@pytest.mark.parametrize(
    ("alias", "kind"),
    [
        ("dm", "dm_lead"),
        ("profile", "profile_lead"),
        ("group", "group_invite"),
        ("jd_url", "jd_link"),
        ("xhs", "in_site_link"),
    ],
)
def test_alias_means_the_fixed_kind(alias, kind):
    assert resolve_kind(alias) is KINDS[kind]


def test_no_word_means_two_kinds():
    words = [word for kind in KINDS.values() for word in (kind.id, *kind.aliases)]
    assert len(words) == len(set(words))


def test_unknown_kind_lists_the_known_ones():
    with pytest.raises(DataError, match=r"must be one of app_search, .*wechat_id.* Got 'fax' instead"):
        resolve_kind("fax")


@pytest.mark.parametrize(
    ("kind", "leads_away"),
    [
        ("wechat", True),
        ("dm", True),
        ("other", True),
        ("xhs", False),
        ("in_site_group", False),
        ("price", False),
        ("phrase", False),
        ("human", False),
    ],
)
def test_only_off_site_kinds_lead_away(kind, leads_away):
    assert is_off_site(kind) is leads_away


def test_site_agrees_with_route():
    sites = {"contact": "off", "typed_code": "off", "lead": "off", "in_site": "in", "none": "none"}
    assert {kind.id: kind.site for kind in KINDS.values()} == {kind.id: sites[kind.route] for kind in KINDS.values()}


def test_table_cannot_be_changed():
    with pytest.raises(TypeError, match="does not support item assignment"):
        KINDS["fax"] = KINDS["phone"]
