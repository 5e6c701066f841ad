"""Codes and share links of every generation: right kind, a span over the code, the bare code as value."""
# ruff: noqa: E501 (a written line and what it must give are read as one line)

import random
import string

import pytest

from data.kinds import KINDS
from data.notes import Comment, Note
from models.signals import codes, in_site
from models.signals.scan import Scanner
from models.text_batch import TextBatch

ROUTES = frozenset(name for name, kind in KINDS.items() if kind.route != "none")
SCANNER = Scanner(in_site.DETECTORS + codes.DETECTORS, exclusive_kinds=ROUTES)
CODE = "aB3dE9fGh1j"

TAOBAO = [
    "￥{}￥",
    "【法式碎花裙】http://m.tb.cn/h.3aB3dE9?sm=0a1b2c 点链接，用浏览器咑閞；或復·制这段描述￥{}￥后到👉淘♂寳♀👈",
    "復·制这段描述《{})后到淘♂寳♀",
    "复制这条信息，€{}€，到【手机淘宝】即可查看",
    "5覆置本段内容 Http:/T￥{}￥转移至τa0寶",
    "0.0付致内容 Http:/T${}$到ta0寶【藤编收纳筐】",
    "fu植内容¢{}¢达开τao寶",
    "7.0幅治内容{}到τao寶",
    "3(￥{}￥)/:/",
    "8/{}//",
    "0_0({}(/",
    "a:/😺{}₤",
    "（￥{}",
    "￥{}$",
    "🎵{}📲",
    "{}₴ 复制即可",
    "/ HU591 {}/",
    "/{}/ MU918/",
    "51( CZ3457 {}(/",
    "￥{}￥/ CZ0001",
    "🛒666:/₴{}《 CZ225",
    "89￥ CZ001 {}￥ https://m.tb.cn/h.aB3dE9f  藤编收纳筐",
    "7/{}// CZ0001",
    "{} tG-#22>lD",
    "3👈 {}:// HU926",
]
OTHERS = [
    ("taobao_link", "【淘宝】https://m.tb.cn/h.aB3dE9f?tk={} CZ3457 「藤编收纳筐」点击链接直接打开"),
    ("taobao_link", "【淘宝】退货包运费 https://e.tb.cn/h.aB3dE9fGh1jK2mN?tk={} MF278 「藤编收纳筐」"),
    ("taobao_link", "http://m.qxzb.top/h.3aB3dE9"),
    ("taobao_link", "http://qzxnb.com/s/aB3dE?tm=0a1b2c"),
    ("taobao_link", "https://item.taobao.com/item.htm?id=1200330044"),
    ("xianyu_code", "【闲鱼】https://m.tb.cn/h.aB3dE9f?tk={} HU006 「我的闲鱼小摊，来逛」点击链接直接打开"),
    ("xianyu_code", "https://m.tb.cn/h.aB3dE9f?tk={} tG-#22>lD 「快来捡漏【九成新书桌】」"),
    (
        "tmall_code",
        "复制整段，打开👉手机天猫👈，看这件:【藤编收纳筐】(未安装App点这里：http://qzxnb.com/s/aB3dE?tm=0a1b2c )🔑喵口令🔑",
    ),
    ("jd_code", "【京东】https://3.cn/-2aB3dE9?jkl=@{}@ CA1507 「键盘」点击链接直接打开"),
    ("jd_code", "20:/！47aB3dE9fGh1！"),
    ("jd_link", "https://u.jd.com/aB3dE9f"),
    ("jd_link", "item.m.jd.com/product/100200300.html"),
    ("pdd", "https://mobile.yangkeduo.com/goods2.html?ps=aB3dE9fGh1"),
    ("douyin", "4.15 复制打开抖音，看看【小满的作品】晚霞 https://v.douyin.com/{}/ N@x.bq pLd:/ 03/05"),
    ("douyin", "0.35 04/17 QQQ:/ h@M.zD 晚霞 https://v.douyin.com/{}/ 复制此链接，打开Dou音搜索来看！"),
    ("kuaishou", "https://v.kuaishou.com/2aB3dE9"),
    ("dewu", "【得物】得物er-小满发现一件好物，6 CZ0001 ¥aB3dE9fG¥ https://dw4.co/t/A/1aB3dE9f 短袖"),
    ("meituan", "http://dpurl.cn/aB3dE9fz"),
]
NOT_CODES = [
    "买了/iPhone15Pro/真香", "🔥OPPOFindX8s🔥", "（iPhone16Pro）", "到手￥199", "¥12345678", "密码是AbCdEf12345", "https://example.org/watch/aB3dE9fGh1j/", "在淘宝买的iPhone15Pro",
    "#GeForceRTX4[话题]#", "MyApp1Callback://open", "坐CZ3457去三亚", "好吃！iPhone！推荐！", "京东自营发货快", "抖音上刷到的", "天猫旗舰店买的", "美团评分很高", "闲鱼收的二手", "拼多多也有卖", "得物上鉴定过", "快手看的菜谱", "打开淘宝看了一眼价格",
]  # fmt: skip


def hits(text):
    batch = TextBatch([Note(note_id="a", body=text)])
    return [(hit.kind, hit.value, text[slice(*batch.original_span(hit.start, hit.end))]) for hit in SCANNER.scan(batch)]


@pytest.mark.parametrize("form", TAOBAO)
def test_taobao_code_of_every_generation_is_found(form):
    assert any(kind == "taobao_code" and value == CODE and CODE in cut for kind, value, cut in hits(form.format(CODE)))


@pytest.mark.parametrize(("kind", "form"), OTHERS)
def test_other_codes_and_links_are_found(kind, form):
    assert kind in {hit[0] for hit in hits(form.format(CODE))}


def test_link_span_covers_the_address_and_its_code():
    text = f"看这个【淘宝】https://e.tb.cn/h.aB3dE9fGh1jK2mN?tk={CODE} MF278 「藤编收纳筐」"
    assert any(f"https://e.tb.cn/h.aB3dE9fGh1jK2mN?tk={CODE} MF278" in cut for _, _, cut in hits(text))


@pytest.mark.parametrize("text", NOT_CODES)
def test_prices_products_and_talk_are_no_codes(text):
    assert hits(text) == []


def test_case_of_the_code_is_kept_in_the_value():
    assert ("taobao_code", "QwE1rTy2UiO", "￥QwE1rTy2UiO￥") in hits("￥QwE1rTy2UiO￥")


def test_random_codes_are_found_in_any_wrapping_in_a_comment():
    random_ = random.Random(7)
    for _ in range(60):
        code = "aA1" + "".join(random_.choices(string.ascii_letters + string.digits, k=8))
        text = random_.choice([form for form in TAOBAO if not form.startswith(("🎵", "復"))]).format(code)
        batch = TextBatch([Note(note_id="a", comments=(Comment(text=text, is_author=False),))])
        assert [hit.value for hit in SCANNER.scan(batch) if hit.kind == "taobao_code"] == [code], text
