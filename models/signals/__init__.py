"""Signals: each file finds one family of evidence; `scanner()` runs them all at once."""

from functools import lru_cache

from data.kinds import KINDS
from models.signals.detector import Detector, Hit
from models.signals.scan import Scanner

__all__ = ["EXPLICIT", "Detector", "Hit", "Scanner", "scanner"]

# Detectors that see a code, link or contact written out in full: it diverts whatever else the note says.
# Not here: a hotline or a 公众号 (an institution's may stand in a notice), leads, and calls to search.
EXPLICIT = frozenset(
    {
        "xianyu", "tmall_code", "dewu", "jd_code", "jd_code_marked", "jd_link", "pdd", "douyin", "kuaishou", "meituan",
        "taobao_link", "taobao_code", "telegram_link", "telegram_handle", "wechat_id", "qq_number", "qq_number_marked",
        "phone", "email", "phone_disguised", "qq_disguised", "wechat_disguised", "email_disguised",
    }
)  # fmt: skip


@lru_cache(maxsize=1)
def scanner() -> Scanner:
    """All detectors, in order of precedence: in-site spans first, so that nothing off-site claims them."""
    from models.signals import app_search, codes, contacts, disclosure, disguised, in_site, leads, lexicon, links, price

    modules = (in_site, codes, links, contacts, disguised, leads, app_search, disclosure, price, lexicon)
    routes = frozenset(kind.id for kind in KINDS.values() if kind.site != "none")
    return Scanner([detector for module in modules for detector in module.DETECTORS], exclusive_kinds=routes)
