"""Contacts in disguise are found with their kind; words and numbers that only resemble them are not."""

import pytest

from data.notes import Note
from models.signals import EXPLICIT, disguised
from models.signals.scan import Scanner
from models.text_batch import TextBatch

SCANNER = Scanner(disguised.DETECTORS, exclusive_kinds=frozenset())


def kinds(text):
    return [hit.kind for hit in SCANNER.scan(TextBatch([Note(note_id="a", body=text)])).evidence]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("修琴请拨 一三九 00①② 零零三四", "phone"),
        ("看店打 1 5 8 三三零七 零零 一 二 都行", "phone"),
        ("修琴139零零零零0012，打通为止", "phone"),
        ("139oooo0012找老周", "phone"),
        ("企鹅群 六二零八一一三五", "qq"),
        ("企鹅裙 六3四 二07 零15 进来报名", "qq"),
        ("来球球聊:83四一0零0五2", "qq"),
        ("加小助手 🛰️ qinghe_cup7", "wechat"),
        ("他卫星 lu_yao0917，就说我介绍的", "wechat"),
        ("咱加个绿泡泡吧，我的是 qinghe0428x", "wechat"),
        ("我的卫星是lu_yao0931", "wechat"),
        ("lu_yao0931（vx）备注城市", "wechat"),
        ("lu_yao0931是我的微信", "wechat"),
        ("要的联系我 微 lu_yao0931", "wechat"),
        ("简历发 xiaohe_lab00艾特linzelab点cn", "email"),
        ("想看的主🏠有", "profile_lead"),
        ("费用看简~介第二行", "profile_lead"),
    ],
)
def test_disguise_is_seen_through(line, kind):
    assert kinds(line) == [kind]


@pytest.mark.parametrize(
    "line",
    [
        "电话一直占线，打了一三五七次",
        "电话13900000012",  # no disguise: the plain detector's
        "2零2四年和80后的五1假期",
        "good food 1ooo元，3ooo人排队",
        "套餐a15（v）和b16（微）",
        "北斗卫星是a320上的",
        "企鹅馆门票一百二十",
        "卫星电话租了三天",
        "北斗卫星a3200",
        "艾特你闺蜜来看",
        "主页都是日常",
        "简单介绍一下",
        "微 微一笑",
    ],
)
def test_resemblance_is_no_contact(line):
    assert not kinds(line)


def test_contacts_in_disguise_count_as_written_out():
    contacts = {detector.name for detector in disguised.DETECTORS if detector.kind != "profile_lead"}
    assert contacts <= EXPLICIT
