"""Leads into private messages or to the profile: deals are found, help and tales are not."""

import pytest

from data.kinds import KINDS
from data.notes import Comment, Note
from models.signals import leads
from models.signals.scan import Scanner
from models.text_batch import TextBatch

ROUTES = frozenset(name for name, kind in KINDS.items() if kind.site != "none")
SCANNER = Scanner(leads.DETECTORS, exclusive_kinds=ROUTES)

MATCHES = {
    "back_office": ("大家后台踢我", "可以厚苔dd", "后台滴滴哦"),
    "knock_me": ("需要的宝子滴滴", "快来dd我", "用得着的踢踢", "评论区扣1", "有想学的戳我领"),
    "private_message": (
        "价格私信我",
        "想订的可以丝我",
        "底价直接丝",
        "留学问题欢迎私信",
        "随时私聊",
        "摄影可私",
        "诚心要直接聊",
    ),
    "message_sent": ("踢你啦", "已私你", "图纸发你了", "丝了哦", "今天招呼次数用完", "管㊗发你"),
    "come_to_me": ("想要的联系我", "欢迎联系客服预订", "有意者联系", "买票可以找我"),
    "profile": ("戳👆头像找小编", "约拍看主页资料", "需要讲解可移步主页", "主页有惊喜"),
    "short_reply": ("丝☺", "滴滴啦", "踢踢宝", "斯你啦~"),
    "book_with_me": ("订卡座找我", "夜宵找阿鹿不迷路", "认准我家"),
    "invite_code": ("注册填邀请码 AB12CD", "22330011邀请码"),
    "cv_mail": ("简历投至图二邮箱", "📮见评论", "发我简历", "投递见p3"),
    "help_me_ask": ("有问题可以问我", "不懂的私信我哦"),
    "short_ask": ("dd", "d d", "求求"),
}
TALK = {
    "back_office": ("游戏后台挂着", "在后台敲敲打打", "后台数据又崩了"),
    "knock_me": (
        "评论区扣个1，我拉大家进小红书的群聊",
        "我们打滴滴去酒店",
        "公交或者滴滴都行",
        "看完戳我下一篇",
        "迟到扣1分",
        "这句话戳我心",
    ),
    "private_message": (
        "价格私我呗，谢谢啦",
        "有问题私信我",
        "好多人来私信我问路",
        "私人订制的行程",
        "去售票窗口找工作人员",
        "可以私信衣服链接吗",
    ),
    "message_sent": ("五千粉丝了", "优先关注孩子情绪", "管住嘴迈开腿", "答案已发新笔记", "手册发你们了解"),
    "come_to_me": ("他来找我借钱", "有的请联系我", "有问题可以联系我"),
    "profile": ("换了头像", "更多笔记看主页", "情侣头像", "点击头像关注我"),
    "short_reply": ("丝滑", "滴滴打车", "dd", "私人飞机"),
    "book_with_me": ("周末找我妈吃饭", "关注阿鹿不迷路", "订婚啦@阿鹿"),
    "invite_code": ("邀请码是什么", "复制邀请码29872去小红书"),
    "cv_mail": ("简历怎么写", "投了三十份简历", "这种邮箱很常见"),
    "help_me_ask": ("价格私信我", "这个问题太难了"),
    "short_ask": ("add在第一排", "求是路上的店"),
}


def found(text):
    note = Note(note_id="a", comments=(Comment(text=text, is_author=True),))
    return {
        hit.detector: hit.kind
        for hit in Scanner(leads.DETECTORS, exclusive_kinds=frozenset()).scan(TextBatch([note])).evidence
    }


def counted(text):
    """All detectors that fired, also those that are no evidence."""
    note = Note(note_id="a", comments=(Comment(text=text, is_author=True),))
    hits = Scanner(leads.DETECTORS, exclusive_kinds=frozenset()).scan(TextBatch([note]))
    return {leads.DETECTORS[index].name for index in hits.detectors}


@pytest.mark.parametrize(("name", "line"), [(name, line) for name, lines in MATCHES.items() for line in lines])
def test_lead_is_found(name, line):
    assert name in counted(line)


@pytest.mark.parametrize(("name", "line"), [(name, line) for name, lines in TALK.items() for line in lines])
def test_talk_is_no_lead(name, line):
    assert name not in counted(line)


@pytest.mark.parametrize("line", ["有问题可以问我", "dd", "不懂的私信我哦"])
def test_help_and_askers_are_no_evidence(line):
    assert found(line) == {}


def test_topics_are_no_leads():
    note = Note(note_id="a", body="今天去看海 #后台滴滴我[话题]# 真好", tags=("滴滴", "私信我"))
    assert not SCANNER.scan(TextBatch([note])).evidence


def test_every_detector_is_tried_both_ways_and_has_a_known_kind():
    names = {detector.name for detector in leads.DETECTORS}
    assert names == MATCHES.keys() == TALK.keys()
    assert {detector.kind for detector in leads.DETECTORS} <= KINDS.keys() | {"-"}
