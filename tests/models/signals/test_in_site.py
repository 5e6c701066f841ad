"""In-site routes: claimed first, so that no code detector takes them for a diversion."""

import pytest

from data.kinds import KINDS, is_off_site
from data.notes import Note
from models.signals import codes, contacts, in_site, links
from models.signals.scan import Scanner
from models.text_batch import TextBatch

ROUTES = frozenset(name for name, kind in KINDS.items() if kind.route != "none")
SCANNER = Scanner(in_site.DETECTORS + codes.DETECTORS + links.DETECTORS + contacts.DETECTORS, exclusive_kinds=ROUTES)


def kinds(text):
    return {hit.kind for hit in SCANNER.scan(TextBatch([Note(note_id="a", body=text)]))}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (
            "12 小满在南方发布了一篇小红书笔记，快来看！ 😆 aB3dE9fGh1jK2mN 😆 http://xhslink.com/a/aB3dE9fGh1j，复制本条信息，打开【小红书】慢慢看！",
            "in_site_link",
        ),
        ("http://xhslink.com/o/4aB3dE9fGh1", "in_site_link"),
        ("httpxhslinkcomaB3dE9fGh1jK 复制本条信息", "in_site_link"),
        ("https://www.xiaohongshu.com/discovery/item/5f00aa11bb22cc33dd44ee55?xsec_token=aB3dE9fGh1j=", "in_site_link"),
        ("左下角直接拍就好", "in_site_link"),
        ("链接放橱窗啦", "in_site_link"),
        ("去🍠店看看", "in_site_link"),
        (
            "3【长按复制此邀请码，打开小红书就能加入该群】 5月2日前可加入群聊“晚风夜跑团”CZ3401:/#t🥥🍙🍤",
            "in_site_group",
        ),
        ("6【复制口令，启动小红书】 桂花糕品鉴组 11月3日期间开放 MF8547 #l", "in_site_group"),
        ("0【长按复制此邀请码打开小红书即可加入该群】 1月9日前可加入群聊夜跑aB3dE9fGh1j MU5918 #s", "in_site_group"),
        ("CZ1510:/#l🐡🍙🥞", "in_site_group"),
        ("进我主页加入群聊吧", "in_site_group"),
        ("粉丝群会先放消息", "in_site_group"),
    ],
)
def test_in_site_routes_are_found_and_nothing_off_site_beside_them(text, kind):
    found = kinds(text)
    assert kind in found
    assert not any(is_off_site(name) for name in found)


@pytest.mark.parametrize(
    "text",
    [
        "左下角有只猫",
        "橱窗里的蛋糕真好看",
        "我的第一篇小红书笔记",
        "#时装周群聊",
        "这个品牌的粉丝群体很年轻",
        "邀请码29872被抢光了",
    ],
)
def test_look_alike_talk_is_no_in_site_route(text):
    assert not kinds(text) & {"in_site_group"}


def test_outside_fan_group_is_no_in_site_group():
    assert "in_site_group" not in kinds("进微信粉丝群领券")
