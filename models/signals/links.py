"""Ways out by address: external URLs, mini programs, Telegram, QR codes with a lead, registration links."""

import re

from models.signals.detector import Detector

_HTTP = r"h\s?t\s?t\s?p\s?s?\s?:\s?/+\s?"
_REST = r"(?:[a-z0-9\-._~:/?#@$&*+=%]*[a-z0-9/=_%&])?"
_TLD = r"(?:com|cn|net|org|top|cc|me|io|xyz|vip|shop|club|site|fun|app|link|ly|co|info|live|online|store|tv|wang|pro|ink|ltd|work|tech|art|gg|hk|tw|jp|uk|us|icu|so|im|la)"
_HERE = re.compile(r"xhslink|xiaohongshu\.com|xhscdn")
_QR = r"(?:二维码|小程序码|海报码|群码|微信码|qr\s?code)"
# Words before a handle that make "@name" an address elsewhere; "@name" alone is a mention on this platform.
_ADDRESS = r"(?:联系(?:人|方式|我)?|咨询|懂的来|来谈|详谈|私聊|(?<![a-z])tg|飞机号?|纸飞机|电报号?|telegram|热线|对接|合作|频道)"


_HANDLE_WORDS = (
    "联系",
    "联系人",
    "联系方式",
    "联系我",
    "咨询",
    "懂的来",
    "来谈",
    "详谈",
    "私聊",
    "tg",
    "飞机",
    "飞机号",
    "纸飞机",
    "电报",
    "电报号",
    "telegram",
    "热线",
    "对接",
    "合作",
    "频道",
)
_HANDLE_TRIGGERS = (
    *(word + gap + "@" for word in _HANDLE_WORDS for gap in ("", ":", " ", ": ", "👉", "👇")),
    *("tg:", "tg号", "telegram:", "telegram号", "电报", "飞机号", "加飞机", "加灰机", "纸飞机", "tg id", "tg "),
)


def _is_elsewhere(match: re.Match[str]) -> bool:
    return not _HERE.search(match[0])


DETECTORS: tuple[Detector, ...] = (
    Detector(
        name="telegram_link",
        kind="telegram",
        # "https://t.me/+aB3…", "/t.me/xiaolin"; not "tell.me/what"
        triggers=("t.me/", "telegram.me/", "telegra.ph", "telegram.dog"),
        pattern=re.compile(
            r"(?:https?:/+)?/?(?<![a-z0-9])(?:t\.me|telegram\.(?:me|dog)|telegra\.ph)/(?P<value>\+?[\w-]+)", re.ASCII
        ),
        before=10,
        after=60,
    ),
    Detector(
        name="telegram_handle",
        kind="telegram",
        # "详情联系@lin_pay88", "tg: xiaolin99", "懂的来@abc_d"; not "感谢@momo", "联系@qq12345678"
        triggers=_HANDLE_TRIGGERS,
        pattern=re.compile(
            _ADDRESS
            + r"[\s:☺👉👇]{0,4}(?P<span>@(?!qq\d|wx|vx|weixin|v信)(?P<value>[a-z][a-z0-9_]{2,31})(?![a-z0-9_.]))"
            r"|(?<![a-z])(?:tg|telegram|电报号?|飞机号|加飞机|加灰机|纸飞机号?)\s?(?:号|id|账号)?\s?[:@]\s?@?[a-z][a-z0-9_]{4,31}(?![a-z0-9_])"
        ),
        before=16,
        after=40,
    ),
    Detector(
        name="mini_program",
        kind="url",
        # "#小程序://小铺/aB3dE9", "#小程序：晚风团购"; not "小程序里排号"
        triggers=("#小程序",),
        pattern=re.compile(r"#小程序\s?:\s?(?://)?(?P<value>[^\s\x00#,。]{1,24})"),
        before=0,
        after=40,
    ),
    Detector(
        name="url",
        kind="url",
        # "https://forms.example.cn/f/aB3", "www.example.com", "example.shop/p/12"; not "Booking.com订的", "xiaohongshu.com/…", "2.5/5"
        triggers=(
            "http",
            "www.",
            ".com/",
            ".cn/",
            ".net/",
            ".org/",
            ".top/",
            ".cc/",
            ".io/",
            ".xyz/",
            ".vip/",
            ".shop/",
            ".club/",
            ".site/",
            ".fun/",
            ".app/",
            ".link/",
            ".ly/",
            ".co/",
            ".me/",
            ".tv/",
            ".ink/",
            ".icu/",
            ".so/",
            ".hk/",
            ".jp/",
            ".info/",
            ".live/",
            ".online/",
            ".ltd/",
            ".work/",
            ".tech/",
            ".art/",
            ".gg/",
            ".tw/",
            ".uk/",
            ".us/",
            ".im/",
            ".la/",
            ".wang/",
            ".store/",
            ".pro/",
            "h t t p",
            "点com",
            "点cn",
            "点net",
        ),
        pattern=re.compile(
            _HTTP
            + r"(?P<value>(?:[a-z0-9-]+\.)+[a-z]{2,}(?::\d+)?)"
            + _REST
            + r"|(?<![a-z0-9@._-])www\.[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}(?:/"
            + _REST
            + r")?"
            r"|(?<![a-z0-9@._/-])(?:t(?=\.cn/)|[a-z0-9-]{2,})(?:\.[a-z0-9-]+)*\."
            + _TLD
            + r"/(?=[a-z0-9?#@])"
            + _REST
            # "pan点baidu点com"; not "lin艾特qq点com" (an e-mail address)
            + r"|(?<![a-z0-9@._-])(?:[a-z0-9-]{1,20}点){0,3}(?!(?:qq|163|126|139|sina|gmail|yeah|vip|outlook|hotmail|foxmail|icloud)点)(?:[a-z][a-z0-9-]{1,20}|百度|淘宝|天猫|京东)点(?:com|cn|net)(?![a-z0-9@])(?:/"
            + _REST
            + r")?"
        ),
        before=40,
        after=300,
        accept=_is_elsewhere,
    ),
    Detector(
        name="registration_link",
        kind="url",
        # "报名链接见评论", "戳下方公众号链接", "网址放评论区了"; not "求链接", "左下角链接"
        triggers=(
            "报名链接",
            "注册链接",
            "公众号链接",
            "问卷链接",
            "网盘链接",
            "百度云链接",
            "夸克链接",
            "推荐链接",
            "购票链接",
            "淘宝链接",
            "下载链接",
            "小程序链接",
            "链接:提取码",
            "提取码",
        ),
        pattern=re.compile(
            r"(?:戳|点击?|见|附上?|放|打开|通过|这是|复制|扫)[^\x00\n,。!?]{0,10}?(?:报名|注册|公众号|问卷|网盘|推荐|购票|淘宝|下载|小程序)(?:的)?链接|(?:报名|注册|公众号|问卷|网盘|夸克|百度云|购票|小程序)链接[^\x00\n,。!?]{0,4}?(?:见|在|评论|放|附|戳|:|👇|置顶)"
            r"|提取码\s?:?\s?[a-z0-9]{4}(?![a-z0-9])"
        ),
        before=16,
        after=20,
    ),
    Detector(
        name="qr_code",
        kind="qr",
        # "扫码进群领资料", "长按识别二维码报名", "扫描图2二维码"; not "扫码点餐", "二维码进站", "求二维码"
        triggers=("扫码", "二维码", "扫一扫", "扫描", "扫我", "小程序码", "群码", "微信码", "识别图", "扫图", "片识别"),
        pattern=re.compile(
            r"(?:长按|扫描?|识别|保存)[^\x00\n。!?旁桌墙门]{0,10}?"
            + _QR
            + r"[^\x00\n。!?]{0,8}?(?:进群|入群|加入|加我|添加|报名|咨询|领取?|关注|购票|购买|下单|预[约订定]|了解|联系|参与|填写|抢|注册|获取|查看|解锁|进入)"
            r"|扫码(?:即可|就能?|可以?|来|,)?(?:进群|入群|加入|加我|添加|报名|咨询|领取?(?!票)|关注|购票|下单|预[约订定]|了解|联系|参与|填写|抢|注册|获取|解锁)"
            r"|(?:见|看|在|扫|点|识别|长按)[^\x00\n。!?,]{0,6}?(?:图|p|海报|末尾|最后)[^\x00\n。!?,]{0,4}?"
            + _QR
            + r"|"
            + _QR
            + r"(?:在|见|放)(?:了|在)?(?:我?主页|评论|图|p\d|最后|置顶|简介|下方|海报)|扫(?:一扫|描)(?:下方|图片|图中|上方|海报|文末|图\d)|扫我(?:微信|二维码|加)|扫图[^\x00\n。!?,条]{0,4}码|长按图片?识别(?=[进加入领]|二维码)"
        ),
        before=16,
        after=24,
        accept=lambda match: (
            not re.search(
                r"求|没有|取票|换票|进站|入场|检票|健康码|支付|付款|点[餐单]|登录",
                match.string[max(0, match.start() - 6) : match.end() + 4],
            )
        ),
    ),
)
