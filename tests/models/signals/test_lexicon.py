"""Lexicon files: each names its source, its groups give known kinds, and broken files are refused."""

import re
from importlib import resources

import pytest

from data.errors import DataError
from data.kinds import KINDS
from data.normalize import normalize
from data.notes import Note
from models.signals import lexicon
from models.signals.scan import Scanner
from models.text_batch import TextBatch

SCANNER = Scanner(lexicon.DETECTORS, exclusive_kinds=frozenset())
LEXICONS = sorted(
    path.name for path in resources.files("data").joinpath("lexicons").iterdir() if path.name.endswith(".txt")
)

MATCHES = {
    "merchant_voice": "本店周年庆",
    "hosting_voice": "静候莅临",
    "polite_you": "期待您的到来",
    "supplier_trade": "源头厂家直发",
    "trade_terms": "团队与客户",
    "offer_order": "宝子直接拍",
    "urgency": "手慢无",
    "gift": "买就赠送小样",
    "booking": "提前预订",
    "order_to_buy": "闭眼冲",
    "in_site_buy": "左下角",
    "ad_prose": "不仅好看，更是轻松",
    "ad_care": "再也不用排队",
    "addressing": "姐妹们来啦",
    "this_product": "这款入手不亏",
    "efficacy": "补水提亮",
    "exam_bait": "整理好了电子版",
    "hedges": "其实还好",
    "telling": "后来我们走了",
    "question": "请问有没有人去过",
    "drawback": "踩了坑，不推荐",
    "knowledge": "这部小说的作者",
    "recruiting": "岗位在杭州，可内推",
    "free_gesture": "图纸自取，无偿",
    "reader_asks": "求链接",
    "reader_asks_price": "多少钱",
    "reader_asks_file": "求一份",
    "crowd_suspects": "一眼广",
    "opening_news": "首家门店下月开业",
    "solves": "搞定这个难题",
    "shop_talk": "店主现做",
    "poetic_copy": "邂逅一段静谧",
    "no_ad_claim": "自费，无广",
}
PLAIN = "猫在窗台晒太阳，风很轻。"


def found(text):
    return {
        lexicon.DETECTORS[index].name for index in SCANNER.scan(TextBatch([Note(note_id="a", body=text)])).detectors
    }


@pytest.mark.parametrize(("name", "line"), MATCHES.items())
def test_group_is_found(name, line):
    assert name in found(line)


def test_plain_words_fire_no_group():
    assert not found(PLAIN)


def test_merchant_is_not_heard_where_a_guest_speaks():
    assert not found("这家小店的窗台") & {"merchant_voice", "hosting_voice", "supplier_trade"}


@pytest.mark.parametrize("name", LEXICONS)
def test_first_line_names_source_and_date(name):
    first = resources.files("data").joinpath(f"lexicons/{name}").read_text(encoding="utf-8").splitlines()[0]
    assert re.match(r"# .*Source: .*20\d\d-\d\d", first)


def test_every_group_is_tried_and_has_a_known_kind():
    assert {detector.name for detector in lexicon.DETECTORS} == MATCHES.keys()
    assert {detector.kind for detector in lexicon.DETECTORS} <= KINDS.keys() | {"-"}


def test_terms_are_written_as_the_normaliser_writes_them():
    odd = [term for detector in lexicon.DETECTORS for term in detector.triggers if normalize(term).lower() != term]
    assert odd == []


@pytest.mark.parametrize(
    ("text", "message"),
    [("词\n[a] -\n", r"x\.txt:1: terms must follow"), ("[a] -\n词\n[a] -\n", r"x\.txt:3: a group must stand once")],
)
def test_broken_file_is_refused(tmp_path, monkeypatch, text, message):
    (tmp_path / "lexicons").mkdir()
    (tmp_path / "lexicons" / "x.txt").write_text(text, encoding="utf-8")
    monkeypatch.setattr(lexicon.resources, "files", lambda _: tmp_path)
    with pytest.raises(DataError, match=message):
        lexicon.read_groups("x.txt")
