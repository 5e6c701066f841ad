"""External addresses: URLs, mini programs, Telegram, QR codes with a lead."""
# ruff: noqa: E501 (a written line and what it must give are read as one line)

import pytest

from data.kinds import KINDS
from data.notes import Note
from models.signals import codes, in_site, links
from models.signals.scan import Scanner
from models.text_batch import TextBatch

ROUTES = frozenset(name for name, kind in KINDS.items() if kind.route != "none")
SCANNER = Scanner(in_site.DETECTORS + codes.DETECTORS + links.DETECTORS, exclusive_kinds=ROUTES)


def hits(text):
    batch = TextBatch([Note(note_id="a", body=text)])
    return [(hit.kind, text[slice(*batch.original_span(hit.start, hit.end))]) for hit in SCANNER.scan(batch)]


@pytest.mark.parametrize(
    ("text", "kind", "cut"),
    [
        ("报名：https://forms.example.cn/f/aB3，名额有限", "url", "https://forms.example.cn/f/aB3"),
        ("官网www.example.com可以订", "url", "www.example.com"),
        ("看 example.shop/p/12 吧", "url", "example.shop/p/12"),
        ("资料在 pan点baidu点com/s/1aB3d", "url", "pan点baidu点com/s/1aB3d"),
        ("短链 t.cn/A6aB3d", "url", "t.cn/A6aB3d"),
        ("短链 suo.im/aB3dE", "url", "suo.im/aB3dE"),
        ("夸克链接评论区自取", "url", "夸克链接评论"),
        ("戳#小程序：晚风团购 拍下", "url", "#小程序：晚风团购"),
        ("请戳下方公众号链接", "url", "戳下方公众号链接"),
        ("https://t.me/+aB3dE9fGh1代发", "telegram", "https://t.me/+aB3dE9fGh1"),
        ("有货的来详谈联系@lin_pay88", "telegram", "@lin_pay88"),
        ("tg：linxia_99", "telegram", "tg：linxia_99"),
        ("扫码进群领资料", "qr", "扫码进群"),
        ("长按识别二维码报名", "qr", "长按识别二维码报名"),
        ("扫图二码进群", "qr", "扫图二码"),
        ("二维码在评论区", "qr", "二维码在评论"),
    ],
)
def test_address_is_found_with_its_span(text, kind, cut):
    assert (kind, cut) in hits(text)


@pytest.mark.parametrize(
    "text",
    [
        "Booking.com订的酒店", "评分2.5/5", "感谢@momo的推荐", "扫码点餐很方便", "取票用二维码", "求二维码", "小程序里排号", "飞机晚点了", "电报大楼旁边", "联系@客服小助手", "node.js/vue都会", "晚上8点net断了", "work/life平衡", "扫图上的条形码看价格", "长按图片识别文字", "https://www.xiaohongshu.com/user/profile/5f00aa11",
    ],
)  # fmt: skip
def test_talk_is_no_address(text):
    assert not {kind for kind, _ in hits(text)} & {"url", "telegram", "qr"}
