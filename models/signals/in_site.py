"""In-site routes: share links, group codes, shop talk and group chats of this platform; shown, and never a diversion."""

import re

from models.signals.detector import Detector

_HERE = r"(?:小?红书|小红薯|🍠|xhs)"
# Words that make a group an outside one even where "群聊" or "粉丝群" is written.
_OUTSIDE_GROUP = re.compile(
    r"微信|薇信|v信|vx|wx|qq|企鹅|扣扣|🐧|飞书|钉钉|tg|电报|(?:[+加]|^|[^a-z])[vq]\s*(?:粉丝)?群|粉丝裙"
)
# What stands behind ":/#" in a group code: one letter and a row of emoji.
_TAIL = r"(?:[a-z]{2}\d{3,4})?\s*:?\s*/?\s*#[a-z](?![a-z0-9一-鿿])[^\x00\n\w,。!?\"“”「」#@]{0,40}"


def _is_in_site_group(match: re.Match[str]) -> bool:
    return not _OUTSIDE_GROUP.search(match.string[max(0, match.start() - 8) : match.end()].split("\0")[-1])


DETECTORS: tuple[Detector, ...] = (
    Detector(
        name="in_site_share",
        kind="in_site_link",
        # "23 小林发布了一篇小红书笔记，快来看吧！ 😆 aB3… 😆 http://xhslink.com/a/…"; not "第一篇小红书笔记"
        triggers=("xhslink", "xiaohongshu.com", "一篇小红书笔记", "小红书笔记,快来看", "的小红书主页"),
        pattern=re.compile(
            r"(?:\d{1,3}\s+)?(?:[^\x00\n]{0,30}?发布了?一篇小红书笔记|[^\x00\n]{0,30}?的小红书主页)[^\x00]{0,60}?(?:https?:?/*)?xhslink[\s.]?com[\w/.?=&%-]*(?:[\s,]*复制本条信息[^\x00\n]{0,24}精彩内容!?)?"
            r"|(?:https?:?/*)?(?:www\.|m\.)?xhslink[\s.]?com[\w/.?=&%-]*(?:[\s,]*复制本条信息[^\x00\n]{0,24}精彩内容!?)?"
            r"|(?:https?:?/*)?(?:[a-z]{1,8}\.)?xiaohongshu\.com[\w/.?=&%-]*"
            r"|(?:\d{1,3}\s+)?[^\x00\n]{0,30}?发布了?一篇小红书笔记,快来看吧!?(?:\s*[^\x00\n\w]?\s*[a-z0-9]{13,17}(?![a-z0-9])\s*[^\x00\n\w]?)?"
        ),
        before=48,
        after=160,
    ),
    Detector(
        name="in_site_group_code",
        kind="in_site_group",
        # "3【长按复制此邀请码，打开小红书加入该群】…加入群聊"晚风夜跑"CZ1510:/#l🐡🍙"; not "复制打开淘宝", "邀请码29872"
        triggers=("加入群聊", "加入该群", "启动小红书", "打开小红书", "邀请码", "打开【小红书】", ":/#"),
        pattern=re.compile(
            r"(?:\d{1,2}\s*)?[【「\[(\"“]?\s*(?:长按)?复制[^\x00\n]{0,24}?(?:打开|启动|进入?|来|到|去|回)\s*[【「]?"
            + _HERE
            + r"(?:[^\x00]{0,140}?"
            + _TAIL
            + r"|[^\x00]{0,30}?加入(?:该群|群聊|本群)[】」\])]?[^\x00\n]{0,40})?"
            r"|\d{1,2}月\d{1,2}日前?可?加入群聊[^\x00]{0,60}?"
            + _TAIL
            + r"|(?:[a-z]{2}\d{3,4}\s*)?:/#[a-z](?![a-z0-9一-鿿])[^\x00\n\w,。!?#@]{0,40}"
        ),
        before=60,
        after=180,
    ),
    Detector(
        name="in_site_shop",
        kind="in_site_link",
        # "左下角直接拍", "放橱窗了", "主页有店铺", "🍠店", "评论区蓝链"; not "左下角有只猫", "橱窗里的蛋糕真好看"
        triggers=(
            "左下角",
            "橱窗",
            "小黄车",
            "购物车",
            "蓝链",
            "蓝色链接",
            "🍠店",
            "薯店",
            "红薯店",
            "店铺首页",
            "小清单",
            "商品卡",
            "店铺里",
            "主页店铺",
            "评论区链接",
            "链接在评论",
            "链接放评论",
            "小红书商城",
            "小红书店",
            "购物袋",
            "下方链接",
            "置顶链接",
        ),
        pattern=re.compile(
            r"左下(?:角|方)(?:的)?(?:小?(?:黄车|店|链接|商品|购物车|购物袋|橱窗|蓝链|主页|同款)|直接|可以?拍|下单|就有|就能|就可|即可|自取|有链接|有同款|拍|点|👇|🔗|入)?"
            r"|(?:点|戳|看|去|上|进|到|在|放|挂|我的?|主页的?|加入?|逛|开了?|添加|下方|已上)[^\x00\n,。]{0,4}?(?:橱窗|小黄车|购物车|小清单|商品卡)|(?:橱窗|小黄车|购物车|小清单)(?:里|内)?(?:有(?:链接|同款|售|货)?|自取|链接|可拍|直接|下单|见)"
            r"|(?:评论区?的?|置顶的?|下方的?)?(?:蓝链|蓝色链接)|[🍠薯]店(?:铺)?|红薯店(?:铺)?|小红书(?:商城|店铺?|旗舰店)|(?:主页|首页|店铺)(?:的)?(?:店铺|首页)|评论区(?:有|放|的|置顶)?(?:了|个)?链接|链接(?:在|放|放在|我放)(?:了)?(?:评论|置顶)区?|(?:点击?)?(?:下方|左下|置顶)(?:的)?链接"
        ),
        before=10,
        after=12,
    ),
    Detector(
        name="in_site_group",
        kind="in_site_group",
        # "进我主页加入群聊", "粉丝群有优惠", "建了个群聊大家快来"; not "微信粉丝群", "粉丝群体", "#时装周群聊"
        triggers=("群聊", "粉丝群", "入该群"),
        pattern=re.compile(
            r"(?:加入|进|入|拉|建|开|创建|来|求|主页(?:有|的)?|我的|这个|邀请)(?:了|我|一?个|我们|我的|咱们?的?|你|本)?[^\x00\n,。#]{0,8}?(?:群聊|粉丝群)(?!体)|粉丝群(?![体众像])(?:里|内|有|会|专属|福利)?|加入该群"
        ),
        before=20,
        after=8,
        accept=_is_in_site_group,
        outside_topics=True,
    ),
)
