"""Calls to search, order or meet on another app: "上🍑搜…", "打开携🐬程搜🔍", a shop's name elsewhere."""

import re

from models.signals.detector import Detector

# Other apps as people write them to pass the filter; in-site search ("小红书搜") is no diversion.
_APPS = (
    r"(?:淘(?:宝|寶|饱|bao|♂?宝♀?|🍑)?(?![气汰])|桃宝|桃🍑|🍑(?:宝|🍑)?|🧡(?:宝|app|软件)|橙色?(?:软件|app)|某(?:宝|东|多|鱼|团|程|猪)|tb|taobao|t宝|tao宝|万能的?(?:淘宝|某宝|tb)|天猫|猫(?:超|🐱)|tmall|京东|🐶东|狗东|jd|j东"
    r"|拼多多|拼夕夕|拼xx|pdd|p多多|并夕夕|拼哆哆|闲鱼|咸鱼|海鲜市场|🐟(?:塘)?|xianyu|1688|阿里巴巴|得物|唯品会|抖(?:音|🎵|yin)|dou音|斗音|douyin|🎵|快手|美团|mt|大众点评|点评|大众(?=搜|上)|饿了么|携(?:🐬)?程|去哪儿?网?|飞猪|同程|艺龙|途牛|马蜂窝|booking|缤客|airbnb|爱彼迎|agoda|klook|客路"
    r"|b站|哔哩哔哩|bilibili|微博|wei博|围脖|wb|wbo|公众号|公中号|公号|微信|wx|v信|绿泡泡|小程序|知乎|百度|谷歌|google|豆瓣|支付宝|zfb|喜马拉雅|小宇宙|网易云|app\s?store|应用商店|应用市场|知识星球|星球|cpp|米画师|微店|有赞|转转|盒马|叮咚|山姆app|麦当劳app|大麦|猫眼|猫眼app|官网|亚马逊|amazon|shopee|ebay|steam)"
)

DETECTORS = (
    Detector(
        name="app_search",
        kind="app_search",
        # "上🍑搜某某旗舰店", "打开美团搜", "淘宝搜就有这家", "某宝直接搜店名"; not "在淘宝买的", "小红书搜", "淘宝上搜了半天没有"
        triggers=("搜", "🔍", "🔎", "检索", "查找"),
        pattern=re.compile(
            _APPS + r"(?:app|平台|软件|网|小程序|里|内|上|中|直接|可以?|去|[\s☺\"'“”「」【】()/+]){0,6}(?:上|里|内)?(?:直接|都?可以?|就能?|能|去|自己|也)?(?:搜|🔍|🔎|检索)(?:索|搜|一?下|🔍)?(?!了|不到|半天|过|出来一堆|遍|图)(?P<value>[^\x00\n,。!?#]{0,24})"
            r"|(?:搜|🔍|🔎)(?:索|一下|搜)?\s*[\"“「【(]?[^\x00\n,。!?#]{1,16}?[\"”」】)]?\s*(?:就能?|即可|可以|都能)[^\x00\n。]{0,6}(?:买|领|下单|预[订定约]|参与|入手|参加|找到)"
        ),
        before=26,
        after=34,
        accept=lambda match: not re.search(r"小红书|本站|站内|🍠", match.string[max(0, match.start() - 6) : match.end()]),
    ),
    Detector(
        name="app_order",
        kind="app_search",
        # "可以通过携程订房", "美团有团购可以买", "打开京东领券", "在某宝可预订"; not "我在携程订的", "美团送得慢"
        triggers=("订", "定", "预约", "购买", "下单", "领", "抢", "拍", "买"),
        pattern=re.compile(
            r"(?:可以?|可在|直接|请|欢迎|快|建议|记得|赶紧|去|上|打开|登录|通过|在各大?|都)[^\x00\n。!?]{0,6}" + _APPS
            + r"(?:app|平台|软件|网|小程序|里|内|上|中|官方|旗舰店|店铺|或|/|[\s]|、){0,6}[^\x00\n。!?吗]{0,8}?(?:预[订定约]|订房|订购|下单|购买|买票|领券|领取|领红包|抢购|抢券|拍下|可买|能买|可订)"
            r"|(?:订购|预[订定约]|购买)(?:方式|渠道|平台|入口|链接)[^\x00\n。]{0,8}" + _APPS
        ),
        before=22,
        after=12,
        accept=lambda match: not re.search(r"小红书|官网|我(?:是)?在|我上|之前|昨天|已经", match.string[max(0, match.start() - 5) : match.end()]),
    ),
    Detector(
        name="shop_elsewhere",
        kind="shop_name",
        # "某宝店铺: 木耳小铺", "店名都在图里", "淘宝同名", "抖音同名", "附链接"; not "这家店名叫", "店名忘了"
        triggers=("同名", "店名", "店铺", "铺名", "店家:", "代购", "找我代", "附🔗", "附链接", "淘🍑", "掏宝"),
        pattern=re.compile(
            _APPS + r"[^\x00\n,。!?]{0,6}?(?:同名|店铺?名?|小店|家店)\s*[:叫是「【\"“]?(?P<value>[^\x00\n,。!?#]{0,16})|(?:同名)[^\x00\n]{0,6}" + _APPS
            + r"|(?:店铺?名字?|店家)(?:都|全|我)?(?:在|放|见|放在|写在|标在)(?:了)?(?:图|p\d|评论|最后|末尾)|附(?:🔗|链接)|找我代(?:购|拿|买)?(?=$|\x00|[,。!~\s])"
        ),
        before=20,
        after=24,
        accept=lambda match: not re.search(r"小红书|🍠|薯店|之前|买过|被骗|骗", match[0]),
    ),
)
