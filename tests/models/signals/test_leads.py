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
    "back_office": (
        "大家后台踢我",
        "可以厚苔dd",
        "后台滴滴哦",
        "价格后台发你咯",
        "后台已回",
        "看一下后台哦",
        "后台回复“清单”领券",
        "后台扣1",
    ),
    "knock_me": (
        "需要的宝子滴滴",
        "快来dd我",
        "用得着的踢踢",
        "评论区扣1",
        "有想学的戳我领",
        "需要的d我",
        "想要的s 我",
        "需要的宝吱一声",
        "有需要的扣我",
        "评论666我私发",
    ),
    "private_message": (
        "价格私信我",
        "想订的可以丝我",
        "底价直接丝",
        "留学问题欢迎私信",
        "随时私聊",
        "摄影可私",
        "诚心要直接聊",
        "详情请私",
        "货源私信",
        "档期私信咨询",
        "有意来私，手慢无",
        "私信回复“1”领电子版",
        "私信拿课表",
        "小刀，私聊",
        "可dm",
    ),
    "message_sent": (
        "踢你啦",
        "已私你",
        "图纸发你了",
        "丝了哦",
        "今天招呼次数用完",
        "管㊗发你",
        "私信你啦",
        "私信回你了",
        "看一下私信~",
        "dd你了",
        "已思",
        "互关才能发你",
    ),
    "come_to_me": (
        "想要的联系我",
        "欢迎联系客服预订",
        "有意者联系",
        "买票可以找我",
        "有意请联系",
        "有需要请联系",
        "想租的朋友联系我",
    ),
    "profile": (
        "戳👆头像找小编",
        "约拍看主页资料",
        "需要讲解可移步主页",
        "主页有惊喜",
        "置顶笔记有联系方式",
        "价目表看置顶",
        "方式在简介",
        "简介自取",
        "怎么加我看我名字",
        "看我昵称",
        "背景图有联系",
        "方式在瞬间",
        "头像就是微信",
        "左上角头像点进来",
    ),
    "short_reply": ("丝☺", "滴滴啦", "踢踢宝", "斯你啦~"),
    "book_with_me": ("订卡座找我", "夜宵找阿鹿不迷路", "认准我家"),
    "invite_code": ("注册填邀请码 AB12CD", "22330011邀请码"),
    "cv_mail": ("简历投至图二邮箱", "📮见评论", "发我简历", "投递见p3"),
    "help_me_ask": ("有问题可以问我", "不懂的私信我哦"),
    "short_ask": ("dd", "d d", "求求"),
}
TALK = {
    "back_office": (
        "游戏后台挂着",
        "在后台敲敲打打",
        "后台数据又崩了",
        "后台发你邮箱验证码",
        "后台看一下数据",
        "看一下后台数据",
        "后台回复了粉丝",
        "后台扣100元",
    ),
    "knock_me": (
        "评论区扣个1，我拉大家进小红书的群聊",
        "我们打滴滴去酒店",
        "公交或者滴滴都行",
        "看完戳我下一篇",
        "迟到扣1分",
        "这句话戳我心",
        "宝宝在肚子里踢我",
        "猫老踢我脸",
        "半夜有人敲我房门",
        "求链接滴滴我",
        "感兴趣的滴滴我一起去爬山",
        "老板扣我工资",
        "需要s我不懂",
    ),
    "private_message": (
        "价格私我呗，谢谢啦",
        "有问题私信我",
        "好多人来私信我问路",
        "私人订制的行程",
        "去售票窗口找工作人员",
        "可以私信衣服链接吗",
        "请尊重隐私",
        "本来私心不想推荐",
        "有意思的私信",
        "有没有姐妹私我一下，想问问",
        "想领养的私信我",
        "找室友，合租的可以私",
        "客服私信了解到要排队",
    ),
    "message_sent": (
        "五千粉丝了",
        "优先关注孩子情绪",
        "管住嘴迈开腿",
        "答案已发新笔记",
        "手册发你们了解",
        "互相关注才能发私信",
        "做完dd你呢",
        "他私信你了吗",
    ),
    "come_to_me": (
        "他来找我借钱",
        "有的请联系我",
        "有问题可以联系我",
        "有意思的联系",
        "有需要联系物业",
        "有需要帮助可以来找我",
    ),
    "profile": (
        "换了头像",
        "更多笔记看主页",
        "情侣头像",
        "点击头像关注我",
        "点头像可以看IP",
        "简介里有错别字",
        "背景有点乱",
        "瞬间有了方向",
        "看我名字就知道",
        "怎么找工作看置顶",
        "预约攻略看置顶评论",
        "左上角头像点不开",
    ),
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
