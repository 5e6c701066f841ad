"""Disclosure: declarations, gifts and ties with their tier; claims of no ad and presents of friends are none."""

import pytest

from data.notes import Note
from models.signals import disclosure
from models.signals.scan import Scanner
from models.text_batch import TextBatch

SCANNER = Scanner(disclosure.DETECTORS, exclusive_kinds=frozenset())

MATCHES = {
    "disclosure_ad": (
        "本篇含广告",
        "插播一条小广告",
        "广告 | 春日新品",
        "#广告 今天试一支笔",
        "周末拍照（含广告）",
        "给我姐的店打个广告",
    ),
    "disclosure_word": (
        "感谢服装赞助：鹿角衣橱",
        "恰个饭，别走",
        "本文为品牌合作",
        "【合作推广】",
        "秋冬围巾（合作）",
        "这是一条商单",
        "金主爸爸来了",
        "文末有一小段推广",
        "登山杖是和鹿角的商务合作",
        "妆造由鹿角影楼提供",
        "有稿费",
        "恰个小饭",
        "恰饭恰饭",
        "本篇恰饭",
        "有恰饭成分",
        "是广，介意划走",
        "商单介意慎入",
        "含gg",
        "gg预警",
        "【广】",
        "广｜鹿角面霜",
        "用了一周。付费推广",
    ),
    "disclosure_gift": (
        "感谢鹿角家邀请",
        "品牌方寄来的面霜",
        "商家请我去试吃",
        "受邀参加了体验",
        "鹿角牌赠送了一支笔给我试用",
        "被鹿角家粑粑翻牌",
        "样机由厂商提供",
        "鹿角家寄来的样品",
        "谢谢编辑寄书",
        "商家给我免了单",
        "键盘是鹿角科技寄送的",
        "应主办方邀请参加",
        "旅游局邀请",
        "非自购",
        "店家邀请的。",
        "PR package开箱",
    ),
    "disclosure_tie": (
        "利益相关：我在这家公司",
        "抽到了新品试用装",
        "店主是我很好的朋友",
        "闺蜜开的咖啡馆",
        "我表哥家的果园",
        "我在他们家上班",
        "通过链接购买我会有佣金",
        "#好物体验官",
        "收到体验官产品",
        "被选为体验官",
        "新品体验官来交作业",
        "好物体验中了",
        "佣金链接，介意别点",
    ),
}
TALK = {
    "disclosure_ad": (
        "无广告",
        "打广告的真多",
        "我学广告设计",
        "广告公司实习",
        "这是广告吗",
        "广告片里的模特",
        "免费给这座山打广告",
    ),
    "disclosure_word": (
        "绝无恰饭",
        "#品牌推广",
        "非合作",
        "求合作",
        "不接受赞助",
        "推广普通话",
        "和同学合作完成作业",
        "与国际大品牌合作",
        "含商务车接送",
        "世界杯赞助商",
        "新人如何接商单",
        "收了钱不办事",
        "我是广东人",
        "全是广",
        "上班（北上广）",
        "有gg吗",
        "别人都是恰饭的",
    ),
    "disclosure_gift": (
        "朋友送的杯子",
        "感谢大家邀请我玩",
        "下单赠送小样",
        "酒店送我们去车站",
        "诚邀您品鉴",
        "感谢阿鹿提供的视频",
        "酒店免费提供早餐",
        "管家送来花茶",
        "店家送了一份水果",
        "收到面试邀请，开心",
        "被邀请当伴娘",
        "受邀参加婚礼",
        "应邀参加表妹订婚宴",
        "买她家气垫送的小样",
    ),
    "disclosure_tie": (
        "无利益相关",
        "利益相关者很多",
        "与体验官一起出游",
        "诚招合作",
        "参加体验官招募",
        "成为酒店新品品鉴官的同时获赠好酒",
        "佣金链接都是骗子",
        "我妈开的药",
        "老公开的很过瘾",
        "一家新开的店",
        "我在这家公司上班三年，辞职了",
        "没有佣金",
    ),
}


def hits(text):
    return SCANNER.scan(TextBatch([Note(note_id="a", body=text)])).evidence


@pytest.mark.parametrize(("name", "line"), [(name, line) for name, lines in MATCHES.items() for line in lines])
def test_disclosure_is_found(name, line):
    assert name in {hit.detector for hit in hits(line)}


@pytest.mark.parametrize(("name", "line"), [(name, line) for name, lines in TALK.items() for line in lines])
def test_talk_is_no_disclosure(name, line):
    assert name not in {hit.detector for hit in hits(line)}


def test_word_for_advertisement_is_the_highest_tier():
    assert {hit.value for hit in hits("插播一条小广告")} == {"D3"}


@pytest.mark.parametrize("line", ["感谢鹿角家邀请", "感谢服装赞助：鹿角衣橱", "利益相关：我在这家公司"])
def test_gift_sponsor_and_tie_are_the_lowest_tier(line):
    assert {hit.value for hit in hits(line)} == {"D1"}


def test_every_detector_is_tried_both_ways_and_gives_a_tier():
    assert {detector.name for detector in disclosure.DETECTORS} == MATCHES.keys() == TALK.keys()
    assert {(detector.kind, detector.tier) for detector in disclosure.DETECTORS} == {
        ("disclosure", "D1"),
        ("disclosure", "D3"),
    }
