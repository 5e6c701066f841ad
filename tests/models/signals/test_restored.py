"""Restoration: rewritten decisive words are read as meant, ordinary text as it stands, and hits keep their places."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.notes import Comment, Note
from models.signals import scanner
from models.signals.restored import restore
from models.text_batch import TextBatch
from training.perturbations import PERTURBATIONS, TRAINED_KINDS

LINE = "预约的加微信聊，或者私信我，想要的看主页简介，淘宝搜店名，电话13900001234"
REWRITTEN = st.builds(
    lambda text, kind, seed: PERTURBATIONS[kind](text, random.Random(seed)),
    st.sampled_from([LINE, "看主页简介，后台滴滴我", "周末爬山", "二维码进群，链接在头像"]),
    st.sampled_from(sorted(PERTURBATIONS)),
    st.integers(0, 500),
)


def read(text):
    return restore(TextBatch([Note(note_id="a", body=text)])).batch.text.text.removeprefix("\0")


def hits(*bodies):
    batch = TextBatch([Note(note_id=str(n), body=body) for n, body in enumerate(bodies)])
    found = scanner().scan(batch)
    return [
        (hit.detector, batch.originals[batch.field_at(hit.start)][slice(*batch.original_span(hit.start, hit.end))])
        for hit in found
    ]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("加彳敚信聊", "加微信聊"),
        ("加微亻言", "加微信"),
        ("力口微信", "加微信"),
        ("进君羊领", "进群领"),
        ("佳薇芯", "加微信"),
        ("殿话联细", "电话联系"),
        ("嶶訫", "微信"),
        ("weixin: lin_2233a", "微信: lin_2233a"),
        ("私xin我", "私信我"),
        ("微✨信", "微信"),
        ("公.众-号", "公众号"),
        ("加v/x", "加vx"),
        ("扫🌸码", "扫码"),
        ("想约的sx我", "想约的私信我"),
        ("私🌸亻言我", "私信我"),
        ("加信微聊", "加微信聊"),
        ("众公号同名", "公众号同名"),
        ("宝淘搜店名", "淘宝搜店名"),
        ("话电系联", "电话联系"),
        ("信微：lin_2233a", "微信:lin_2233a"),
        ("🔍🍑宝", "淘宝搜"),
        ("🐕东自营", "京东自营"),
        ("携🐬程订", "携程订"),
        ("想要的加我💬", "想要的加微信"),
        ("请➕💬", "请加微信"),
        ("🛰️号 lin_2233a", "微信号 lin_2233a"),
        ("咨询👩‍💻", "联系客服"),
    ],
)
def test_rewritten_word_is_read_as_meant(written, meant):
    assert read(written) == meant


@pytest.mark.parametrize(
    "text",
    [
        "听力口语考试，买了一次口红",  # 力口, 次口 inside other words
        "好滴 我去看看",
        "威信很高，唯心主义，分钟",
        "https://weixin.qq.com/a 和 www.taobao.com",
        "w x 品牌联名，www.x.com",
        "主~页有",  # a lead of its own
        "群里说。聊天",
        "微信微博都有，微信私聊，二维码扫描",  # 信微, 博微 and 信私 where words meet
        "好滴，我私下去东京，像头猪",
        "点赞➕💗➕💬",  # a comment, in a giveaway
        "水蜜桃🍑真甜，💧我用了三天，坐🚕我们出发",
        "周末去爬山",
        "",
    ],
)
def test_ordinary_text_stays(text):
    batch = TextBatch([Note(note_id="a", body=text)])
    assert restore(batch).batch is batch


def test_a_word_is_never_restored_across_fields():
    note = Note(note_id="a", title="加微", body="芯片 私", comments=(Comment(text="✨信"),))
    batch = TextBatch([note])
    assert restore(batch).batch is batch


def test_evidence_cuts_what_was_written():
    assert hits("随便", "想约的私🌸亻言我") == [("private_message", "想约的私🌸亻言")]
    assert hits("🔍🍑宝晚风旗舰店，🐬🔎晚风") == [("app_search", "🔍🍑宝晚风旗舰店"), ("app_search", "🐬🔎晚风")]
    assert ("wechat_id", "彳敚信：lin_2233a") in hits("佳薇芯和殿话", "彳敚信：lin_2233a")


@pytest.mark.parametrize("kind", [*TRAINED_KINDS, "shuffled_neighbours"])
def test_the_same_detectors_find_a_rewritten_line(kind):
    meant = {detector for detector, _ in hits(LINE)}
    found = [{detector for detector, _ in hits(PERTURBATIONS[kind](LINE, random.Random(seed)))} for seed in range(20)]
    assert sum(len(each & meant) for each in found) >= 0.45 * 20 * len(meant)


@given(st.lists(REWRITTEN, min_size=1, max_size=4))
def test_fields_are_restored_as_if_alone(bodies):
    together = restore(TextBatch([Note(note_id=str(n), body=body) for n, body in enumerate(bodies)])).batch
    for number, body in enumerate(bodies):
        field = 2 * number + 1
        assert together.text.text[together.bounds[field] : together.bounds[field + 1] - 1] == read(body)


@given(st.lists(REWRITTEN, min_size=1, max_size=4))
def test_hits_stay_inside_their_field_and_do_not_depend_on_the_batch(bodies):
    assert hits(*bodies) == [hit for body in bodies for hit in hits(body)]


@given(REWRITTEN)
def test_case_and_code_points_follow_the_text(body):
    batch = restore(TextBatch([Note(note_id="a", body=body + " AbC")])).batch
    assert batch.text.cased.lower() == batch.text.text
    assert batch.text.cased.endswith("AbC")
    assert "".join(map(chr, batch.text.codes.tolist())) == batch.text.text
