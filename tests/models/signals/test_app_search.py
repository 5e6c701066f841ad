"""Calls to search, order or shop on another app; facts and tales about other apps are no calls."""

import pytest

from data.kinds import KINDS
from data.notes import Note
from models.signals import app_search
from models.signals.scan import Scanner
from models.text_batch import TextBatch

SCANNER = Scanner(app_search.DETECTORS, exclusive_kinds=frozenset())

MATCHES = {
    "app_search": (
        "上🍑搜木耳小铺",
        "打开美团搜鹿角面馆",
        "淘宝搜晚风台灯就有",
        "某宝直接搜店名",
        "搜「鹿角抱枕」就能买",
        "橘色软件搜木耳小铺",
        "🍊软件搜木耳小铺",
        "某音搜木耳小铺",
        "抖y搜木耳小铺",
        "xy搜木耳小铺",
        "pxx搜木耳小铺",
        "小黄鱼搜木耳小铺",
        "马云家搜木耳小铺",
    ),
    "app_order": ("可以通过携程订房", "预定方式：携程", "打开京东领券", "可在飞猪购买门票", "去橙色软件拍"),
    "shop_elsewhere": (
        "某宝店铺：木耳小铺",
        "店名都在图里",
        "淘宝同名",
        "可爱抱枕附🔗",
        "某音同名",
        "小黄鱼同名",
        "某宝有店",
        "tb店：木耳小铺",
        "咸鱼id：木耳小铺",
    ),
}
TALK = {
    "app_search": (
        "在淘宝买的",
        "小红书搜就有",
        "百度搜索广告怎么投",
        "常看知乎 搜狐",
        "我在携程上无意间搜到的",
        "淘宝搜了半天",
        "我们搜罗了一圈可以买的",
        "知乎搜一下全是劝退",
        "B站搜教程学会了",
        "某多肉植物搜了三家",
    ),
    "app_order": ("我在携程订的房", "大多都是通过美团购买的", "美团送得真慢", "她直接打开京东下单", "我去淘宝拍了两件"),
    "shop_elsewhere": (
        "这家店名忘了",
        "大众点评的新开店铺",
        "百度地图搜索店名",
        "🎵🏨酒店：携程可订",
        "图9转自咸鱼ID：木耳",
        "桃饱满多汁同名",
        "某宝有店主骂人",
    ),
}


def found(text):
    return {hit.detector for hit in SCANNER.scan(TextBatch([Note(note_id="a", body=text)])).evidence}


@pytest.mark.parametrize(("name", "line"), [(name, line) for name, lines in MATCHES.items() for line in lines])
def test_call_is_found(name, line):
    assert name in found(line)


@pytest.mark.parametrize(("name", "line"), [(name, line) for name, lines in TALK.items() for line in lines])
def test_talk_is_no_call(name, line):
    assert name not in found(line)


def test_what_to_search_is_the_value():
    (hit,) = SCANNER.scan(TextBatch([Note(note_id="a", body="上🍑搜木耳小铺")])).evidence
    assert hit.value == "木耳小铺"


def test_every_detector_is_tried_both_ways_and_has_a_known_kind():
    assert {detector.name for detector in app_search.DETECTORS} == MATCHES.keys() == TALK.keys()
    assert {detector.kind for detector in app_search.DETECTORS} <= KINDS.keys()
