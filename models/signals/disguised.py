"""Contacts in disguise: digits of several scripts mixed, "卫星" or "🛰" for WeChat, e-mail signs spelt out, "主🏠" for the profile."""

import re

from models.signals.detector import Detector

_DIGIT = "[0-9零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖两]"
_HAN_DIGIT = re.compile("[零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖]")
_SEAMS = tuple(
    seam
    for digit in "0123456789"
    for han in "零一二三四五六七八九幺"
    for seam in (digit + han, han + digit, f"{digit} {han}")
)  # where a number passes from one script to the other
_GAP = r"[\s\-·.*]{0,2}"
_ID = r"(?P<value>(?=[a-z_\-]{0,18}\d)[a-z][a-z0-9_\-]{4,19}|[a-z]{2,}_[a-z0-9_\-]{3,16})(?![a-z0-9])"


def _is_mixed(match: re.Match[str]) -> bool:
    """Ask for digits of two scripts: "一八五4410 00幺7", "139oooo0012"; dates and counts in one script are no disguise."""
    value = match["value"]
    return "o" in value or bool(_HAN_DIGIT.search(value)) and sum(char in "0123456789" for char in value) >= 2


def _is_qq(match: re.Match[str]) -> bool:
    """Take seven Han digits or more in a row too: behind "企鹅群" they count nothing."""
    return _is_mixed(match) or len(_HAN_DIGIT.findall(match["value"])) >= 7


DETECTORS = (
    Detector(
        name="phone_disguised",
        kind="phone",
        # "电话约 1 5 7 三二零四 零零 八 八", "看房打 一八五4410 00幺7"; not "打了一三五七次", "电话一直占线"
        triggers=(
            "电话",
            "拨",
            "打 ",
            "房打",
            "手机",
            "短信",
            "号码",
            "热线",
            "致电",
            "来电",
            "老板 ",
            "车打",
            *_SEAMS,
            "oo",
            "o0",
            "0o",
        ),
        pattern=re.compile(
            rf"(?P<span>(?P<value>(?<!{_DIGIT})[1一幺]{_GAP}[3-9三四五六七八九](?:{_GAP}{_DIGIT}){{9}}(?!{_GAP}{_DIGIT})|(?<![a-z0-9])[1l][3-9](?=[0-9]{{0,8}}o)[0-9o]{{9}}(?![a-z0-9])))"
        ),
        before=24,
        after=56,
        accept=_is_mixed,
    ),
    Detector(
        name="qq_disguised",
        kind="qq",
        # "来球球聊:29四一07零0五8", "企鹅群 七八1 六0四 39贰", "扣裙58零6 0097", "企鹅群 六二零八一一三五"; not "企鹅馆门票一百20"
        triggers=("球球", "秋秋", "企鹅", "扣扣", "扣裙", "扣群", "q裙", "q群", "qq", "🐧", "裙号", "群号", "鹅号"),
        pattern=re.compile(
            r"(?:球球|秋秋|企鹅|扣扣|[扣q企鹅]\s?[裙群]|qq|🐧|[裙群]号)[^\x00\n0-9零一二三四五六七八九]{0,10}?"
            rf"(?P<span>(?P<value>{_DIGIT}(?:{_GAP}{_DIGIT}){{5,11}}(?!{_GAP}{_DIGIT})))"
        ),
        before=2,
        after=48,
        accept=_is_qq,
    ),
    Detector(
        name="wechat_disguised",
        kind="wechat",
        # "小助手 + 🛰 xue_guo66s", "他卫星bo_cailiao06", "加个绿泡泡,我的是 maoniu0428x", "联系我 微 ligh_tx0931"; not "卫星电话", "北斗卫星a320"
        triggers=(
            "🛰",
            "卫星",
            "泡泡",
            " 微 ",
            "薇信",
            "微信",
            "我微",
            "我薇",
            "我v",
            "是我wx",
            "是我的v",
            "是我的wx",
            "(v)",
            "(vx)",
            "(wx)",
            "(微)",
            "(薇)",
        ),
        pattern=re.compile(
            r"(?P<span>(?:🛰|(?<!北斗)(?<!人造)卫星)[\s:号是搜]{0,4}"
            + _ID
            + r"|(?:泡泡|[微薇威]信)[^\x00\n。]{0,8}?(?:我的|号码?|这边)?(?:就?是|叫)[\s:]{0,3}(?P<said>(?=[a-z_\-]{0,18}\d)[a-z][a-z0-9_\-]{4,19})(?![a-z0-9])"
            r"|(?<=[\s,。我找])[微薇v]\s{1,3}(?P<short>[a-z]{2,}_[a-z0-9_\-]{3,16}|[a-z]{2,12}\d{2,8})(?![a-z0-9])"
            r"|(?<![a-z0-9_\-])(?=[a-z_\-]{2,18}\d)(?P<first>[a-z][a-z0-9_\-]{5,19})\s?(?:是我的?(?:微信|薇信|v信?|vx|wx|薇)(?![a-z])|\((?:v|vx|wx|微|微信|薇|薇信|绿泡泡)\)))"
        ),
        before=26,
        after=40,
    ),
    Detector(
        name="email_disguised",
        kind="email",
        # "shidi_niao00艾特yczshidi0点cn"; not "艾特闺蜜", "点com是什么"
        triggers=("艾特", "圈a"),
        pattern=re.compile(
            r"(?P<value>(?<![a-z0-9._])[a-z0-9][a-z0-9._\-]{3,40}\s?(?:艾特|圈a)\s?[a-z0-9\-]{2,24}\s?(?:点|\.|·)\s?(?:com|cn|net|org|edu)(?![a-z0-9]))"
        ),
        before=44,
        after=36,
    ),
    Detector(
        name="profile_disguised",
        kind="profile_lead",
        # "主🏠有", "简~介第二行", "真题我主页有,自取"; not "主页都是日常", "简单介绍"
        triggers=("主🏠", "主~页", "主.页", "简~介", "简.介", "主页有", "主業", "主夜"),
        pattern=re.compile(
            r"主\s?🏠(?:有|见|看|里)?|主[~.*\-]\s?页|简[~.*\-]\s?介|(?:我|本|俺)(?:的)?主页有[\s,。!~]{0,2}(?:自取|自己拿|免费|需要|可领|可拿|资料)"
        ),
        before=4,
        after=12,
    ),
)
