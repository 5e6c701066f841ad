"""Contacts outside the platform: WeChat, QQ, phone, e-mail, official and other accounts, outside groups; given or asked for."""

import re

from models.signals.contact_terms import alternatives, triggers
from models.signals.detector import DIGITS, Detector

_GAP = r"[\s:;☺号是为就=>→➡👉👇🔍🔎🆔\-_.。,~*|丨/\[\]()【】「」\"“”✣]{0,6}?"
_NO_LETTER = r"(?![a-z0-9])"
# A WeChat id: letters first, then letters, digits, "-", "_"; split by one sign at most.
_ID = r"(?P<value>[a-z][a-z0-9_\-]{4,19}|[a-z]{1,3}[\s.·*-]?\d{4,12}|1[3-9]\d(?:[\s\-*·]?\d){8}|\d{5,11})"
# "加我V：", "客服v", "我的微", "威信", "绿信", "加w", "V: ": ordinary words unless an id with a digit follows.
_OWNERS = "我的俺服板手理主师傅务作询约拍名系式号人"
_OWN = (
    rf"(?:(?<=[{_OWNERS}])(?:[微薇威嶶葳](?:信|号|❤)?[\s:号是☺]{{0,3}}|v(?:号[\s:是]{{0,2}}|❤?[\s:☺]{{1,3}}))"
    r"|(?:[威葳]信|[微薇威嶶葳溦徽维唯围危韦伟v]❤信?|(?:[微薇威]|vx)我|[+加](?:我的?)?[葳❤✌]|✌:|企微号?|绿(?:信|v|app|色(?:小|图标|的)?(?:软件|app)))搜?[\s:号是]{0,3}"
    r"|[+加]我?w[\s:]{1,3})(?=[a-z][a-z_\-]{0,18}\d|\d{7,11}(?!\d))"
    r"|(?:(?<![a-z0-9])v|[微薇威葳溦])\s?[:号👉➡]{1,2}\s?(?!av\d|bv\d)(?=[a-z_\-]{2,18}\d)(?=[a-z0-9_\-]{6})"
    r"|(?<![a-z0-9])v\s?[:号]?\s?(?=1[3-9]\d[\s\-]?\d{4}[\s\-]?\d{4}(?!\d))"
)
_ID_WITH_DIGIT = r"(?P<value>(?=[a-z_\-]{0,18}\d)[a-z][a-z0-9_\-]{4,19}|[a-z]{1,3}[\s.·*-]?\d{4,12}|1[3-9]\d(?:[\s\-*·]?\d){8}|\d{6,11})"
_NUMBER = r"(?P<value>[1-9]\d{1,10}(?:[\s\-.*·ж~+]{1,2}\d{2,8}){0,3})"
_WORD = re.compile(
    r"(?:pay|app|ios|android|wechat|weixin|login|http|www|plus|official|store|windows|iphone|ipad|iqoo|redmi|galaxy)"
)
_NAMES = r"(?:qq|163|126|139|189|gmail|outlook|hotmail|foxmail|sina|icloud|yahoo|yeah|aliyun|live|msn|proton(?:mail)?)"
# Complaints, tales and in-app uses that only mention the word.
_TALE_BEFORE = re.compile(
    r"(?:他|她|它|ta|骗子|hr|面试官|店家会|工作人员|对方|中介|销售|渣男|女生|男生|陌生人|小伙|快递员|男的|女的|有人|别人|人家|客服|老师|前任|领导|同事|司机|保安|医生|老板|学长|室友|朋友|对象)[^\x00\n,。!?]{0,10}$|(?:别|不|没|未|勿|拒绝|不要|不用|不能|不让|禁止|无需|避免|小心|谨防|最烦|讨厌|从不|删|退|拉黑|骗我|每次|让我|叫我|要我|逼我|被|已经|之前|后来|当时|昨天|前天|刚刚?|然后就?|于是|终于|上次)[^\x00\n,。!?]{0,6}$|发$"
)
_TALE_BEHIND = re.compile(
    r"[^\x00\n,。!?]{0,3}?(?:骗|被骗|拉黑|删了|以后|之后|后[发就被来才])|支付|付款|钱包|转账|红包|朋友圈|聊天|头像|视频号|读书|运动|步数|小程序|公众|办公|登[录陆]|打卡|上班|状态|文件|记录|名片夹|表情|输入法|里|上|群|搜|提现|余额|结账|收款|扫码|好友列表|官方|团队|客户端|版本|问一问|公开课|商城|商户|立减|优惠|通知|消息提示|地址|壁纸|封面|皮肤|小游戏|小程序|提醒|就走"
)


def _is_request(match: re.Match[str]) -> bool:
    text = match.string
    before = text[max(0, match.start() - 16) : match.start()].split("\0")[-1]
    return not (
        _TALE_BEFORE.search(before)
        or _TALE_BEHIND.match(text, match.end())
        or re.search(r"了[我他她你]|过|[加留要换]了", match[0])
    )


def _is_invitation(match: re.Match[str]) -> bool:
    """Refuse tales of service: hotels and guides put their guests into a group."""
    before = match.string[max(0, match.start() - 16) : match.start()].split("\0")[-1]
    return not (_TALE_BEFORE.search(before) or re.search(r"酒店|管家|导游|客栈|民宿|入住|服务", before))


def _is_id(match: re.Match[str]) -> bool:
    """Refuse ordinary words and years, and words that merely begin with "vx", "wx" ("WXR200", "+VsCode")."""
    value, start = match["value"], match.start("value")
    if match.string[start - 1 : start].isascii() and match.string[start - 1 : start].isalpha() and value[0].isalpha():
        asked = match.string[match.start()] in "加+佳伽嘉夹" or match.string[match.start() - 1 : match.start()] in (
            "加",
            "+",
        )
        if not (asked and any(char.isdigit() for char in value)):
            return False
    return not _WORD.match(value) and not re.match(r"(?:19|20)\d\d(?!\d)|(?:19|20)\d{6}$", value)


def _has_five_digits(match: re.Match[str]) -> bool:
    return sum(char.isdigit() for char in match[0]) >= 5


def _is_qq_number(match: re.Match[str]) -> bool:
    """Refuse dates: "裙20260512上新"."""
    return _has_five_digits(match) and not re.search(r"(?<!\d)20[12]\d(?:0[1-9]|1[0-2])[0-3]\d(?!\d)", match[0])


def _is_phone(match: re.Match[str]) -> bool:
    """Refuse runs such as 13800000000000 parts, order numbers and ids: a phone stands free of other digits and letters."""
    text, start, end = match.string, match.start("value"), match.end("value")
    if match["sign"] and sum(char.isdigit() for char in match["value"]) != 11:
        return False
    return not (text[start - 1 : start].isascii() and text[start - 1 : start].isalnum()) and not re.match(
        r"\d|[-_./=]\d|[a-z]", text[end : end + 2]
    )


def _joined(words: tuple[str, ...], ends: tuple[str, ...]) -> tuple[str, ...]:
    """Every word with every end: triggers that only fire where the pattern can."""
    return tuple(word + end for word in words for end in ends)


_PLATFORMS = (
    "ins",
    "instagram",
    "ig",
    "微博",
    "围脖",
    "weibo",
    "wb",
    "wbo",
    "b站",
    "bilibili",
    "哔哩哔哩",
    "抖音",
    "抖yin",
    "dy",
    "斗音",
    "快手",
    "lofter",
    "推特",
    "twitter",
    "油管",
    "ytb",
    "youtube",
    "小破站",
    "facebook",
    "fb",
    "知乎",
    "喜马拉雅",
    "小宇宙",
    "豆瓣",
)

DETECTORS: tuple[Detector, ...] = (
    Detector(
        name="email",
        kind="email",
        # "lin_xia99@qq.com", "linxia99 艾特 qq 点 com", "lin.xia#gmail.com"; not "感谢@momo", "N@x.bq" of a share link
        triggers=(
            ".com",
            ".cn",
            ".net",
            ".org",
            ".edu",
            ".hk",
            ".jp",
            ".uk",
            ".io",
            ".me",
            ".fr",
            ".de",
            ".tw",
            ".au",
            ".ca",
            ".info",
            ".vip",
            ".top",
            ".xyz",
            ".gov",
            ".eu",
            ".us",
            ".club",
            "艾特",
            "#gmail",
            "#qq",
            "#163",
            "#126",
            "#outlook",
            "#foxmail",
            "点com",
            "点 com",
            "dot com",
            "。com",
            "·com",
            "qq com",
            "qq邮箱",
            "扣扣邮箱",
            "🐧邮箱",
            "(at)",
            "[at]",
            "163邮箱",
            "126邮箱",
            "网易邮箱",
            " com",
            "@qq",
            "@163",
            "@gmail",
        ),
        pattern=re.compile(
            r"(?P<value>(?<![a-z0-9._])[a-z0-9][a-z0-9._+\-]{2,40}\s?@\s?(?:[a-z0-9\-]{2,30}\.)+(?:com|cn|net|org|edu|io|me|hk|uk|jp|fr|de|tw|au|ca|co|info|club|vip|top|xyz|gov|eu|us)(?![a-z0-9])"
            r"|(?<![a-z0-9])[a-z0-9][a-z0-9._+\-]{3,40}\s?(?:@|#|艾特|圈a|[(\[]at[)\]]|\s+at\s+|小老鼠|🌀|◎|⊙|\*)\s?"
            + _NAMES
            + r"\s?(?:\.|点|。|·|,|dot|\s)\s?(?:com|net|cn|c0m|🥚)(?![a-z0-9])"
            r"|(?<![a-z0-9])[1-9]\d{4,10}\s?(?:@|艾特|#)?\s?的?(?:qq|扣扣|🐧)\s?(?:邮箱|\.com|点com)|(?<![a-z0-9])[1-9]\d{4,10}\s?艾特\s?(?:qq|扣扣)|(?:qq|扣扣)邮箱(?:号?是|[\s:]){0,2}[1-9]\d{5,10}(?!\d)|(?:163|126|网易)邮箱(?:号?是|[\s:]){0,2}(?=[a-z_.\-]{1,18}\d)[a-z][a-z0-9_.\-]{5,24})"
        ),
        before=56,
        after=10,
    ),
    Detector(
        name="wechat_id",
        kind="wechat",
        # "vx: lin_xia99", "薇❤ linxia-99", "绿泡泡号 xia2233x", "佳喂：lx220033", "加我V：linxia99"; not "微信支付", "vx群里说", "微信10年", "v我50"
        triggers=triggers("wechat", "add_wechat")
        + _joined(tuple(_OWNERS), ("v", "微", "薇", "威", "嶶", "葳"))
        + _joined(("微", "薇", "威", "嶶", "葳", "溦", "徽", "维", "唯", "围", "危", "韦", "伟"), ("❤",))
        + _joined(("+", "+我", "+我的", "加", "加我", "加我的"), ("葳", "❤", "✌", "w"))
        + (
            "威信",
            "葳信",
            "微我",
            "薇我",
            "威我",
            "✌:",
            "绿信",
            "绿v",
            "绿app",
            "绿色小",
            "绿色图",
            "绿色的",
            "企微",
            "v:",
            "v👉",
            "v➡",
            "薇:",
            "薇👉",
            "溦:",
            "葳:",
            "微:",
            "微👉",
            "威:",
            "v :",
            "v号",
            "v1",
            "v 1",
        ),
        pattern=re.compile(
            r"(?P<span>(?:"
            + _OWN
            + "|"
            + alternatives("wechat", "add_wechat")
            + r"(?:联系|搜一下|搜索?|加|\s?id(?![a-z])|号码|账号|:)?"
            + _GAP
            + ")"
            + _ID
            + _NO_LETTER
            + r")"
        ),
        before=4,
        after=40,
        accept=_is_id,
    ),
    Detector(
        name="wechat_id_weak",
        kind="wechat",
        # "+喂 lx990011", "薇 linx2233", "V13000000000", "卫星号: lx2233a"; not "威士忌18年", "喂了3次", "v2版本"
        triggers=(
            "v1",
            "v 1",
            "v:",
            "薇",
            "喂",
            "卫星",
            "威信",
            "嶶",
            "徽",
            "韦",
            "威:",
            "微:",
            "微号",
            "v号",
            "wei:",
            "维:",
            "+威",
            "+ 威",
            "家威",
            "佳威",
            "围信",
            "危信",
        ),
        pattern=re.compile(
            r"(?P<span>(?:(?<![a-z0-9])v\s?[:号☺]?\s?(?P<phone>1[3-9]\d{9})(?!\d)|(?:(?:^|(?<=[\x00\n\s,。!?+:☺]))|(?<=加)|(?<=找我)|(?<=联系))(?<![a-z0-9])"
            + alternatives("wechat_weak")
            + r"\s?[:号☺]{1,2}\s?(?P<id>(?=[a-z_\-]{0,18}\d)[a-z][a-z0-9_\-]{4,19}|\d{6,11})"
            r"|[喂薇嶶徽威微韦]\s?[:♥❤]?\s?(?P<value>[a-z]{2,4}\d{3,10}|[a-z]{5,8}\d{2,6})"
            + _NO_LETTER
            + r"|(?<![a-z0-9])(?P<before>[a-z]{1,4}\s?\d{3,8})\s?\+{0,2}\s?(?:[+家佳]?喂|[+加家佳]?威|[+加佳]薇|麦?饼?卫星)))"
        ),
        before=8,
        after=30,
    ),
    Detector(
        name="qq_number",
        kind="qq",
        # "QQ:2233001122", "企-鹅-22330011", "🐧裙223300112", "加Q223300112", "联系@qq223300"; not "QQ音乐2023", "q235钢材", "扣30块"
        triggers=triggers("qq")
        + (
            "加q",
            "+q",
            "q群",
            "扣群",
            "企 鹅",
            "口口",
            "q q",
            "加口",
            "+口",
            "+企",
            "+鹅",
            "加企",
            "加鹅",
            "加扣",
            "+扣",
            "家口",
            "家企",
            "家扣",
            "群号",
            "裙号",
            "q裙",
            "扣裙",
            "q峮",
            "q🐏",
            "扣🐏",
            "琦鹅",
            "凡鹅",
        ),
        pattern=re.compile(
            r"(?:@?(?<![a-z])q\s?q(?:号|[群裙峮🐏]号?)?|扣扣(?:企鹅)?号?|企\s?-?\s?鹅[峮🐏]?|[企乞琦凡][\s-]?鹅(?:[群裙号])?|🐧[群裙峮🐏号]?|(?:[加+家佳]\s?){1,2}(?:口{1,2}|扣|企|鹅|q|冦|蔲|窛)|冦|蔲|窛|口口|q[号群裙峮🐏]|扣[号群裙峮🐏]|(?:群|裙)号)(?:搜索?)?"
            r"[\s:☺号是为=→👉👇🔍\-.。,~*/]{0,4}" + _NUMBER + r"(?![a-z0-9年月日天元块%万])"
        ),
        before=4,
        after=40,
        accept=_has_five_digits,
    ),
    Detector(
        name="qq_number_marked",
        kind="qq",
        # "Q223300112", "22330011+口口", "2233001+🐧", "22330 Q 11445", "裙223300112"; not "iq120000000", "粉丝群10000"
        triggers=(DIGITS, "+口", "+ 口"),
        pattern=re.compile(
            r"(?<![a-z0-9])(?<![a-z0-9]\s)q\s?[:是]?\s?(?P<value>[1-9]\d{5,10})(?!\d)|(?:球球|秋秋|丘丘|(?<![a-z])qiuqiu|扣|抠)[:号是]?\s?(?P<said>[1-9]\d{7,10})(?![\d元块年月日天分%万])|(?<!\d)(?P<split>[1-9]\d{4}\s?q\s?\d{5})(?!\d)"
            r"|(?<!\d)(?P<first>[1-9]\d{3,10}(?:[\s+]\d{2,6}){0,2})\s?(?:\+{1,2}\s?口{1,2}|[^\x00\n\w]?\+{0,2}\s?(?:企\+?鹅|鹅\+?企|🐧|蔲|冦|窛|扣扣|qq|[扣q][群裙]))(?!邮箱|音乐)|(?:(?<![人客粉])[群裙峮]|君羊|(?<![a-z])qun)号?[:是]?\s?(?P<group>[1-9]\d{7,10})(?!\d)"
        ),
        before=10,
        after=12,
        accept=_is_qq_number,
    ),
    Detector(
        name="phone",
        kind="phone",
        # "13900000012", "139-0000-0012", "①③⑨ 0000 0012", "1.3.9.0.0.0.0.0.0.1.2", "139~000~000~12"; not "2013年1月", "订单1390000001234"
        triggers=(
            DIGITS,
            "幺三",
            "一三",
            "幺五",
            "一五",
            "幺七",
            "一七",
            "幺八",
            "一八",
            "幺九",
            "一九",
            "壹叁",
            "壹伍",
            "壹柒",
            "壹捌",
            "壹玖",
        ),
        pattern=re.compile(
            r"(?P<value>(?<!\d)1[3-9]\d(?:\d{8}|[\s\-·*](?:\d{4}[\s\-·*]\d{4}|\d{8}|\d{3}[\s\-·*]\d{5})|\d[\s\-·]\d{3}[\s\-·]\d{4}|\d[\s\-·]\d{4}[\s\-·]\d{3}|\d{4}[\s\-·]\d{4})(?!\d)|(?<!\d)1([\s.\-·*])[3-9](?:\2\d){9}(?!\d)|(?<!\d)1[3-9]\d(?P<sign>[\s.\-·*~/_|])\d{2,4}(?:(?P=sign)\d{2,4}){1,2}(?![\d\-.~/_|])|[一幺1][三四五六七八九3-9][零一二三四五六七八九幺0-9]{9}(?![零一二三四五六七八九幺0-9])|[一幺][三四五六七八九][零一二三四五六七八九幺](?P<gap>[\s\-.])[零一二三四五六七八九幺]{4}(?P=gap)[零一二三四五六七八九幺]{4}(?![零一二三四五六七八九幺])|壹[叁伍柒捌玖][零壹贰叁肆伍陆柒捌玖]{9}(?![零壹贰叁肆伍陆柒捌玖]))"
        ),
        before=4,
        after=32,
        accept=_is_phone,
    ),
    Detector(
        name="hotline",
        kind="phone",
        # "预订电话：0770-5550011", "☎️ 5550 0011", "热线400-555-0011"; not "电话里说了3遍", "tel aviv"
        triggers=(
            DIGITS,
            "电话",
            "热线",
            "tel:",
            "tel.",
            "☎",
            "📞",
            "📱",
            "📲",
            "致电",
            "☏",
            "hotline",
            "phone:",
            "座机",
            "来电",
            "拨打",
            "whatsapp",
        ),
        pattern=re.compile(
            r"(?:电话|热线|(?<![a-z])tel|☎|☏|📞|📱|📲|致电|预[订定]|hotline|phone|座机|手机号?|来电|拨打)[^\x00\n\d]{0,14}?(?P<span>(?P<value>(?:\+?\s?\(?(?:86|852|853|886|81|66|65)\)?[\s\-]?)?(?:\(?0\d{2,3}\)?[\s\-]{0,2}(?:\d{7,8}|\d{3,4}[\s\-]\d{4})|[2-9]\d{6,7}|[2-9]\d{2,3}[\s\-]\d{4}|1[3-9]\d[\s\-]{1,2}\d{4}[\s\-]{1,2}\d{4}|1[3-9]\d{9})))(?![\d元块年月日%])"
            r"|(?<!\d)(?P<free>[48]00[\s\-]?(?:\d{3}[\s\-]?\d{4}|\d{4}[\s\-]\d{3}))(?!\d)|whatsapp[^\x00\n\w+]{0,4}(?P<abroad>\+?\d{2,4}(?:[\s\-]?\d){7,10})(?!\d)"
        ),
        before=18,
        after=40,
    ),
    Detector(
        name="official_account",
        kind="official_account",
        # "公众号：晚风夜跑", "关注公主号领资料", "gzh同名"; not "公众号文章说", "看了个公众号", "公众号没有公告"
        triggers=(
            "公众号",
            "公中号",
            "公主号",
            "公粽号",
            "公种号",
            "公仲号",
            "gzh",
            "g众号",
            "公z号",
            "工众号",
            "公众耗",
            "公🀄",
            "👸号",
            "服务号",
            "公号",
            "公众平台",
            "公众微信号",
            "公重号",
            "公終号",
            "公终号",
            "工仲号",
            "公众hao",
            "订阅号",
        ),
        pattern=re.compile(
            r"(?:(?:关注|搜索?|搜一下|添加|扫码关注)[^\x00\n,。!?的]{0,16}?)?(?:微信|wx|vx|薇信|v信)?(?P<name>公[众中主粽种仲重终z]号|公众微信号|工[众仲]号|公众(?:耗|hao)|公🀄号?|(?<![办主])公号(?!码|称)|(?:订阅|(?<![后家])服务)号(?=:|搜(?!不))|👸号|(?<![a-z])gzh(?![a-z])|g众号|(?<=微信)服务号)"
            r"(?:\s?[:是@|\-→👉「“\"【](?!不|没|的)\s?[「“\"【《]?(?P<value>[^\s\x00\n,。!?#「」“”\"【】:@]{2,20})|(?:同名|搜索?|回复|后台回复|私信|留言|报名|(?:预约|预订|购票)(?!好|了)|咨询|领取?|下单|(?<!号)关注|👉)|(?=[^\x00\n,。!?]{0,4}(?:领|免费)))"
            r"|(?:关注|搜索?|添加|可关注|欢迎关注)[^\x00\n,。!?]{0,14}?公[众中主粽种仲]号(?![文推里上的说发看没])"
            r"|(?:完整版?|全文|原文|长文|电子版|资料|教程|攻略|详细版?|更多(?!人)|文件|模板|链接)[^\x00\n,。!?]{0,6}?(?:在|见|去|看)(?:我的?|我们的?|微信|wx|vx|同名){0,2}公[众中主粽种仲]号(?!文|推|说|看|没|上[看说有]|里[看说有])|(?<![a-z])gzh\s(?P<short>[一-鿿][^\s\x00\n,。!?#「」“”\"【】:@]{1,15})|同名(?:公[众中]号|gzh)|我的?公[众中]号(?:里|上)?(?:有|可以?)(?:电子版|完整|全文|资料|教程|下载|领)"
        ),
        before=24,
        after=36,
        accept=lambda match: (
            not re.search(
                r"取关|不(?:用|要|想)?关注|没关注|关注的|别关注|一些|太多|公众号自媒体|看了|看到|我关注|关注了",
                match.string[max(0, match.start() - 4) : match.end()],
            )
        ),
    ),
    Detector(
        name="other_account",
        kind="other_account",
        # "ins: lin_xia.99", "wb@晚风夜跑", "抖音同名", "抖音号lx2233"; not "图源ins@xx", "微博热搜", "b站看的"
        triggers=(
            "同名",
            *_joined(
                ("discord", "skype", "threads", "陌陌", "soul", "line"), (":", " :", "@", " @", "号", "id", " id")
            ),
            *_joined(
                _PLATFORMS,
                (":", " :", "@", " @", "号", "id", " id", "账号", "uid", "找我", "搜我", "昵称", "名:", "主页"),
            ),
        ),
        pattern=re.compile(
            r"(?:(?<![a-z])(?:ins(?:tagram)?|ig|weibo|wbo?|dy|ytb|youtube|twitter|facebook|fb|lofter|bilibili|discord|skype|threads|soul(?=号)|line(?=\s?id|\s?:\s?[a-z][a-z_.]{2,18}\d))(?![a-hj-z])|陌陌(?=号)|老福特|爱发电|微博|围脖|b站|哔哩哔哩|抖音|抖yin|斗音|快手|推特|油管|小破站|知乎|喜马拉雅|小宇宙|豆瓣|视频号|[某d]音|某手|大眼|全网|各(?:大|个)?平台|全平台|[其别][他的]平台)(?:主页)?"
            r"(?:\s?(?:号|id|账号|名|昵称)?\s?(?:@\s?|:\s?@\s?|:\s?(?=[一-鿿]{0,8}[a-z0-9_]))(?!用户)(?P<value>[a-z0-9_.\-一-鿿]{2,24})|(?<=[a-z])(?<!discord)\s?:\s?(?![好真太很])(?P<name>[一-鿿]{2,10})|(?:账号|id|号)?(?:都是|也是|都叫|也叫|都?有)?\s?(?:和|跟|与)?[^\x00\n,。!?]{0,3}同名(?!的)|(?:号|账号|u?id)\s?[:是]?\s?[a-z0-9_.\-]{4,20})|[去来到](?:dy|抖音|某音|快手|微博|wb|b站|小破站)上?[找搜]我(?!们)"
        ),
        before=6,
        after=40,
        accept=lambda match: (
            not re.search(
                r"图源|来源|源自?|via|(?<![a-z])cr(?![a-z])|from|转自|转载|©|摄影|图自|图片|出处|素材|灵感|参考|原作|作者|博主|via|图[:/]|📷|©|pic|credit",
                match.string[max(0, match.start() - 10) : match.start()],
            )
        ),
        outside_topics=True,
    ),
    Detector(
        name="group_invite",
        kind="group_invite",
        # "拉你进微信群", "加v群", "🐧群见", "进群口令"; not "群里说", "被踢出微信群", "裙子", "粉丝群"
        triggers=(
            "微信群",
            "薇信群",
            "v群",
            "wx群",
            "vx群",
            "q群",
            "qq群",
            "企鹅群",
            "扣群",
            "🐧群",
            "🐧裙",
            "q裙",
            "v裙",
            "拉你进群",
            "拉你们进",
            "拉大家进",
            "tg群",
            "电报群",
            "飞书群",
            "钉钉群",
            "社群",
            "拉进群",
            "加群",
            "进裙",
            "瘦厚",
            "企微群",
            "discord群",
            "line群",
            "交流群",
            "学习群",
            "福利群",
            "打卡群",
            "互助群",
        ),
        pattern=re.compile(
            r"(?:加入?|进|入|拉|扫|来|发|送|建(?=个?(?:[vq]|wx|🐧)))(?:我|你们?|大家|个|一个|我们|我的|咱们|本)?[^\x00\n,。!?了]{0,6}?(?:微信|薇信|(?<![a-z])v|(?<![a-z])[vw]x|(?<![a-z])q|qq|企鹅|扣扣?|🐧|(?<![a-z])tg|电报|飞书|钉钉|企微|discord|(?<![a-z])line)的?\s?(?:社|交流|学习|福利|打卡|互助)?[群裙](?!里|主|友|聊天)|(?:建|拉|组|弄|搞)了?个?(?:微信|(?<![a-z])v|(?<![a-z])[vw]x|(?<![a-z])q|qq|企鹅)[群裙][^\x00\n。!?]{0,8}?(?:来(?=$|[\x00\n\s,。!?☺~吗呀])|[进加]的|要进|想进|一起(?:来|进|加)|拉你|私|留言|扣|缺|滴)|拉(?:你|你们|大家)进[群裙]|(?:微信|薇信|(?<![a-z])[vw]x|qq|(?<![a-z])q|企鹅|🐧)[群裙]\s?[:号]|加[群裙](?:领|私|滴|号|:|\d)|进裙"
        ),
        before=16,
        after=14,
        accept=_is_invitation,
    ),
    Detector(
        name="wechat_request",
        kind="wechat",
        # "加个微信吧", "可以拥有你的微信吗", "想➕v", "加店主微信预约", "互加微信"; not "他加我微信骗钱", "加微信支付", "企业微信打卡", "+v领毛衣"
        triggers=triggers("wechat", "add_wechat")
        + _joined(("个", "下", "我", "你", "您"), ("v", "微", "薇"))
        + _joined(("v", "薇", "卫星", "🛰"), ("在", "见", "放"))
        + ("企微", "v同", "主页有v", "头像有v", "简介有v", "图有v"),
        pattern=re.compile(
            r"(?:[加+佳迦伽](?:下|个|一下|一个|我|你|您|他|她|ta|们|家|店|的|店主|老板娘?|餐厅|客服|小姐姐|小哥哥|博主|楼主|群主|工作|私人|好友|[+\s☺]){0,4}|互加|添加|扫我|私|留(?:一?个|下)|换个?|交换|求(?:个|老板|店主|师傅|卖家|商家|店家)?的?|推(?:一?下|我|给我|一?个)[^\x00\n,。!?荐]{0,5}?|要个|给个|可以?拥有你的|有(?:没有)?(?:店里的?|老板的?|店主的?|联系)|亲~?|[推发给](?:小姐姐|小哥哥|店主|老板|店家|卖家)的?|(?:需要|想要|问)你的)"
            r"(?:(?:企业)?微信号?|企微|薇信|微❤|薇❤|v信|v❤|(?<![a-z])[vw]x(?![a-z])|weixin|wechat|绿泡泡?|绿色软件|(?<=[加+])v(?=领(?:资|取|券|福|课|优惠|试)|拉(?:群|你|进))|(?<=[加+])v(?![a-z0-9领脸字型口家拉认])|(?<=[加+] )v(?![a-z0-9领脸字型口家拉认])|(?<=[加+])[薇嶶](?![a-z娅甘])|(?<=[加+])[微威](?=$|[\x00\n\s,。!?☺]|我|聊|哦|吧|私|详|咨询|拉[群你]|领取|备注|发你)"
            r"|(?<=[个下我你您])(?:v|[微薇])(?=$|[\x00\n!?☺~)]|(?<=[加+]我.)[\s,。]|吧|呗|吗|嘛|么|呀|哦|啊|哈|聊|说|细|详聊|咨询|联系|发|拉|给))"
            r"(?:号|吗|嘛|么|吧|呗|呀|哦|啊|\?|给你|发你|联系|预[约订定]|咨询|聊|详聊|私聊)?|(?:微信|(?<![a-z])[vw]x)(?:都|也)?(?:放|写|在|见)(?:了|在)?(?:最后|图|评论|主页|简介|置顶|p\d)|(?:(?<![a-z0-9])v|薇|卫星|🛰)(?:在|见|放)(?:了|在)?(?:主页|简介|置顶)|(?<![a-z0-9])(?:v|[vw]x)同(?:号|手机)|微信(?:同号|(?:给|发|推)你|联系|咨询|预[约订定]|详聊|加我|私我|私聊)|(?:电话|手机)(?:或|/|和|、)?微信|(?:看|见|找我?)绿泡泡?"
            r"|(?:微信|(?<![a-z])[vw]x)号?是?多少(?=$|[\x00\n\s,。!?☺~]|呀|啊|呢|我加|来着)|(?:有|要[你您]的?)(?:微信|(?<![a-z])[vw]x)[吗么嘛](?=$|[\x00\n\s,。!?☺~])|[给发]我[你您]?的?(?:微信|[vw]x)(?=吧|呗|我加)|(?:微信|(?<![a-z])[vw]x)发我(?:一下|吧|我加)"
            r"|(?:主页|头像|简介|背景图)[里上]?有我?的?(?:微信|[vw]x|v)(?![a-z0-9领])"
        ),
        before=20,
        after=18,
        accept=_is_request,
    ),
)
