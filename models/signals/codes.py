"""Codes and share links of other apps, in every generation since 2017 (one-sided, emoji-paired, tagged, homophone-wrapped)."""

import re

from models.signals.detector import TOKEN, Detector

# The rest of a URL; NFKC has turned "，" and "！" into ASCII, so they end it. The last character is never punctuation.
_REST = r"(?:[A-Za-z0-9\-._~:/?#@$&*+=%]*[A-Za-z0-9/=_%&])?"
_HTTP = r"(?:[Hh][Tt]{2}[Pp][Ss]?\s*:\s*/+\s*)?(?<![A-Za-z0-9@])"
_DOT = r"\s?[.。·•]\s?"
# The app's check tag behind or before a code: "CZ3457", "HU591", the literal "tG-#22>lD".
_TAG = r"(?:[A-Z]{2}\s?\d{3,5}|[A-Za-z]{2}-#\d{2}>[A-Za-z]{2})"
_TB_HOST = r"(?:[mestvc]" + _DOT + r"tb" + _DOT + r"cn|tb\.cn|(?:[a-z0-9-]+\.)*(?:taobao|tmall|laiwang)\.com|tmall\.hk)"
# Look-alike short hosts come and go; their paths stay: "/h.3Pd2dRC", "/s/HKvLP?tm=2d6aaf".
_TB_LOOKALIKE = r"[a-z0-9-]+(?:\.[a-z0-9-]+)+(?=/h\.[A-Za-z0-9]{3,20}(?![A-Za-z0-9.])|/s/[A-Za-z0-9]{4,8}\?tm=)"
_TB_LINK = (
    _HTTP
    + r"(?:"
    + _TB_HOST
    + r"(?=[/?])|"
    + _TB_LOOKALIKE
    + r")(?:/h\.[A-Za-z0-9]+(?:\?"
    + _REST
    + r")?|"
    + _REST
    + r")"
)
_TAGGED = r"(?:\s*" + _TAG + r"(?![A-Za-z0-9]))?"
_MONEY = r"[¥$€£¢₤₳₴₪₽₩₱฿₫₭₦₲₵₸₰₣₧₨₡₢₥]"
_EMOJI = r"[\u2190-\u2bff\u3030\u303d☺❤\U0001f000-\U0001faff]"
# 復·制, 覆置, 付致, fu植, 幅治, 緮置: "copy" as Taobao writes it.
_COPY = r"(?:[复覆付幅腹负副富馥缚赋緮]|[Ff][Uu])[·.\s]?(?:[制置致治植至质志挚製]|zhi)"
_COPY_BEFORE = re.compile(_COPY + r"|口令|淘")
_APP_BEHIND = re.compile(r"[^\x00\n]{0,14}?(?:淘|[tTτ][aA][o0O]|绹|桃宝|手机天猫|🍑)")
_SEGMENTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_PRODUCT = re.compile(
    r"(?i)phone|pad|pro|max|mac|air|mini|plus|ultra|watch|book|galaxy|oppo|vivo|redmi|mate|nova|reno|honor|sony|canon|switch|xbox|steam|gpt"
)
_INSIDE_URL = re.compile(r"(?:://|[A-Za-z0-9]\.[A-Za-z]{2,}[/?]|[?&=])[^\s\x00一-鿿]*$")
_HAS_EMOJI = re.compile(_EMOJI)
_HAS_MONEY = re.compile(_MONEY)


def _is_taobao_code(match: re.Match[str]) -> bool:
    """Judge a token by what stands around it: a pair of money signs, one sign, a check tag, slashes, emoji, words."""
    value, left, right = match["value"], match["left"], match["right"]
    if (
        value.islower()
        or value.isupper()
        or value.isdigit()
        or _in_url(match)
        or (right.startswith("://") and not match["tag_behind"])
    ):
        return False
    money_left, money_right = bool(_HAS_MONEY.search(left)), bool(_HAS_MONEY.search(right))
    if money_left and (money_right or right[:1] in ("/", ")", "》")) and right:
        return True
    if len(value) != 11 or not _has_all_classes(value):
        return False
    if money_left or money_right or match["tag_before"] or match["tag_behind"] or right.startswith(("//", "(/")):
        return True
    # Weaker surroundings need a token that is no name such as "iPhone15Pro", "OPPOFindX8s".
    if len(_SEGMENTS.findall(value)) < 4 or _PRODUCT.search(value):
        return False
    paired = (left.endswith("/") and right.startswith("/")) or (
        left[-1:] in ("(", "《") and right[:1] in ("(", ")", "》", "/")
    )
    emoji = _HAS_EMOJI.search(left) and _HAS_EMOJI.search(right)
    text = match.string
    words = _COPY_BEFORE.search(text, max(0, match.start() - 24), match.start()) or _APP_BEHIND.match(text, match.end())
    return bool(paired or emoji or words)


def _is_jd_code(match: re.Match[str]) -> bool:
    return _has_all_classes(match["value"]) and not _in_url(match)


def _has_all_classes(value: str) -> bool:
    """Tell whether a token has a lower-case letter, a capital and a digit: 86 % of random words of 11, hardly any real one."""
    return not value.islower() and not value.isupper() and not value.isalpha() and value.upper() != value.lower()


def _in_url(match: re.Match[str]) -> bool:
    start = match.start("value")
    return bool(_INSIDE_URL.search(match.string, max(0, start - 60), start))


DETECTORS: tuple[Detector, ...] = (
    Detector(
        name="xianyu",
        kind="xianyu_code",
        # "【闲鱼】https://m.tb.cn/h.aB3dE9f?tk=… HU591 「快来捡漏【旧相机】」", goofish.com/…; not "咸鱼买的", "【闲鱼】上看到"
        triggers=("闲鱼】", "我在闲鱼", "快来捡漏", "我的闲鱼号", "goofish", "小程序://闲鱼", "闲鱼]"),
        pattern=re.compile(
            r"(?P<span>[【\[]\s*闲\s?鱼\s*[】\]][^\x00\n]{0,30}?"
            + _TB_LINK
            + _TAGGED
            + r"|"
            + _TB_LINK
            + _TAGGED
            + r"(?=\s*[「【\[\"“]\s*(?:我在闲鱼|快来捡漏|这是我的闲鱼))|"
            + _HTTP
            + r"(?:[a-z0-9-]+\.)?goofish\.com"
            + _REST
            + r"|#小程序://闲鱼/[A-Za-z0-9]+|(?:我在闲鱼发布了|快来捡漏)\s*【[^\x00\n】]{0,60}】?|这是我的闲鱼号,快来看看吧~?)"
        ),
        before=120,
        after=160,
        cased=True,
    ),
    Detector(
        name="tmall_code",
        kind="tmall_code",
        # "复制整段信息，打开👉手机天猫👈…🔑喵口令🔑"; not "天猫旗舰店买的"
        triggers=("喵口令",),
        pattern=re.compile(
            r"(?:" + _COPY + r"[^\x00\n]{0,20}信息[^\x00]{0,240}?)?" + _EMOJI + r"?喵口令" + _EMOJI + r"?"
        ),
        before=280,
        after=8,
        cased=True,
    ),
    Detector(
        name="dewu",
        kind="dewu",
        # "【得物】…，6 CZ0001 ¥…¥ https://dw4.co/t/A/…"; not "得物上买的鞋"
        triggers=("【得物】", "[得物]", "dw4.co", "dewu.com", "poizon.com", "得物er"),
        pattern=re.compile(
            r"(?:[【\[]得物[】\]][^\x00\n]{0,80}?)?"
            + _HTTP
            + r"(?:dw4\.co|(?:[a-z0-9-]+\.)?(?:dewu|poizon)\.com)"
            + _REST
            + r"|[【\[]得物[】\]][^\x00\n]{0,60}?"
            + _TAG
            + r"\s*\S{8,16}"
        ),
        before=100,
        after=160,
        cased=True,
    ),
    Detector(
        name="jd_code",
        kind="jd_code",
        # "【京东】https://3.cn/-aB3?jkl=@…@ CA1507"; not "京东自营"
        triggers=("jkl=",),
        pattern=re.compile(
            r"(?:[【\[]京东[】\]]\s*)?"
            + _HTTP
            + r"3\.cn/[A-Za-z0-9\-]+\?jkl=@?(?P<value>[A-Za-z0-9]{8,16})@?"
            + _TAGGED
        ),
        before=48,
        after=40,
        cased=True,
    ),
    Detector(
        name="jd_code_marked",
        kind="jd_code",
        # "20:/！aB3dE9fGh1jK2！"; not "好吃！iPhone！"
        triggers=(TOKEN,),
        pattern=re.compile(r"(?:\d{1,2}\s?:\s?/\s?)?!(?P<value>[A-Za-z0-9]{10,16})!"),
        before=8,
        after=8,
        cased=True,
        accept=_is_jd_code,
    ),
    Detector(
        name="jd_link",
        kind="jd_link",
        # "https://u.jd.com/aB3dE9f"; not "京东自营"
        triggers=("jd.com", "jd.hk", "3.cn/", "jingxi.com", "360buy"),
        pattern=re.compile(
            r"(?:[【\[]京东[】\]]\s*)?"
            + _HTTP
            + r"(?:(?:[a-z0-9-]+\.)*(?:jd\.com|jd\.hk|jingxi\.com|360buy\.com)(?:(?=/)"
            + _REST
            + r"|(?![\w.]))|3\.cn/"
            + _REST
            + r")"
            + _TAGGED
        ),
        before=24,
        after=260,
        cased=True,
    ),
    Detector(
        name="pdd",
        kind="pdd",
        # "https://mobile.yangkeduo.com/goods2.html?ps=aB3dE9f"; not "拼多多上也有"
        triggers=("yangkeduo", "pinduoduo.com", "pdd.cn", "pdd.com", "pinduoduo.net"),
        pattern=re.compile(
            _HTTP + r"(?:[a-z0-9-]+\.)*(?:yangkeduo\.com|pinduoduo\.(?:com|net)|pdd\.c(?:n|om))" + _REST
        ),
        before=24,
        after=260,
        cased=True,
    ),
    Detector(
        name="douyin",
        kind="douyin",
        # "4.15 复制打开抖音，看看【小林的作品】… https://v.douyin.com/aB3dE9f/ N@x.bq pLd:/ 03/05"; not "在抖音刷到过"
        triggers=(
            "douyin.com",
            "iesdouyin",
            "tiktok.com",
            "复制打开抖音",
            "打开抖音",
            "打开dou音",
            "打开抖y",
            "amemv.com",
        ),
        pattern=re.compile(
            r"(?:\d{1,2}\.?\d{0,2}-?\s+)?(?:\d\d/\d\d\s+)?(?:[A-Za-z]{2,4}:/\s+)?(?:[A-Za-z0-9]@[A-Za-z0-9]+\.[A-Za-z]{2,3}\s+)?(?:[A-Za-z]{2,4}:/\s+)?(?:\d\d/\d\d\s+)?"
            r"(?:(?:长按)?复制[^\x00\n]{0,14}打开[【「]?(?:抖音|[Dd]ou音|抖y)[^\x00\n]{0,120}?)?"
            + _HTTP
            + r"(?:[a-z0-9-]+\.)*(?:douyin|iesdouyin|amemv|tiktok)\.com(?:/"
            + _REST
            + r"|(?![\w.]))"
            r"(?:\s*:\d{1,2}[ap]m)?(?:\s+[A-Za-z0-9]@[A-Za-z0-9]+\.[A-Za-z]{2,3})?(?:\s*:\d{1,2}[ap]m)?(?:\s+[A-Za-z]{2,4}:/)?(?:\s+\d\d/\d\d)?(?:\s*复制此链接[^\x00\n]{0,24})?"
            r"|(?:长按)?复制[^\x00\n]{0,14}打开[【「]?(?:抖音|[Dd]ou音|抖y)[】」]?(?:[^\x00\n]{0,4}(?:搜索|看看|查看|观看))?"
        ),
        before=150,
        after=200,
        cased=True,
    ),
    Detector(
        name="kuaishou",
        kind="kuaishou",
        # "https://v.kuaishou.com/2aB3dE"; not "快手上很火"
        triggers=("kuaishou", "chenzhongtech", "gifshow.com", "kwai.com", "打开快手", "打开【快手"),
        pattern=re.compile(
            _HTTP
            + r"(?:[a-z0-9-]+\.)*(?:kuaishou(?:app)?\.com|chenzhongtech\.com|gifshow\.com|kwai\.com)(?:/"
            + _REST
            + r"|(?![\w.]))(?:\s*复制此(?:消息|链接)[^\x00\n]{0,30})?|复制[^\x00\n]{0,14}打开[【「]?快手[】」]?"
        ),
        before=40,
        after=200,
        cased=True,
    ),
    Detector(
        name="meituan",
        kind="meituan",
        # "http://dpurl.cn/aB3dE9fz"; not "美团上评分很高"
        triggers=("dpurl.cn", "meituan.com", "dianping.com", "meituan.net"),
        pattern=re.compile(
            _HTTP
            + r"(?:dpurl\.cn|(?:[a-z0-9-]+\.)*(?:meituan\.(?:com|net)|dianping\.com))(?:/"
            + _REST
            + r"|(?![\w.]))"
            + _TAGGED
        ),
        before=24,
        after=200,
        cased=True,
    ),
    Detector(
        name="taobao_link",
        kind="taobao_link",
        # "【淘宝】https://e.tb.cn/h.aB3dE9fGh1jK2mN?tk=… CZ321 「收纳盒」", "http://m.qxz8.top/h.3aB3dE9"; not "淘宝买的"
        triggers=(
            "tb.cn",
            "taobao.com",
            "tmall.com",
            "tmall.hk",
            "laiwang.com",
            "/h.",
            "?tm=",
            "tk=",
            "tb。cn",
            "tb·cn",
            "tb. cn",
            "tb .cn",
        ),
        pattern=re.compile(
            r"(?:[【\[](?:淘宝|天猫|tb|TB|手淘)[】\]][^\x00\n]{0,20}?)?"
            + _TB_LINK
            + _TAGGED
            + r"|(?<![A-Za-z])tk=(?P<value>[A-Za-z0-9]{11})(?![A-Za-z0-9])"
            + _TAGGED
        ),
        before=60,
        after=200,
        cased=True,
    ),
    Detector(
        name="taobao_code",
        kind="taobao_code",
        # "￥aB3dE9fGh1j￥", "8/aB3dE9fGh1j//", "/ HU591 aB3dE9fGh1j/", "(￥aB3dE9fGh1j", "🎵aB3dE9fGh1j📲"; not "￥199", "/iPhone15Pro/", a token inside a URL
        triggers=(TOKEN,),
        pattern=re.compile(
            r"(?:\d{1,2}\s?)?(?P<left>[^\w\s\x00,.。、;?\"'=@#&+%!-]{0,4})\s?(?:(?P<tag_before>"
            + _TAG
            + r")\s+)?(?<![A-Za-z0-9])(?P<value>[A-Za-z0-9]{8,13})(?![A-Za-z0-9])"
            r"\s?(?P<right>[^\w\s\x00,.。、;?\"'=@#&+%!-]{0,4})(?:\s?(?P<tag_behind>" + _TAG + r")(?![A-Za-z0-9])/?)?"
        ),
        before=24,
        after=24,
        cased=True,
        accept=_is_taobao_code,
    ),
)
