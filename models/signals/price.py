"""Prices: "29.9元", "¥199", "仅需368", "💰59"; a place with a price and booking is a pitch's skeleton."""

import re

from models.signals.detector import Detector

_BEFORE = r"(?:¥|💰|rmb\s?|💲|人均|均价|单价|价格|售价|团购价|到手价?|券后|仅需|只要|只需|低至|原价|现价|特价|优惠价|参考价|一口价|门票)"
_AFTER = r"(?:元|块钱?|💰|rmb|r/|大洋|亓|🉐|🥣|米(?=/|到手|包)|万💰|w💰|q/月)"

DETECTORS = (
    Detector(
        name="price",
        kind="price",
        # "到手29.9", "¥199", "368元/位", "💰59", "人均80"; not "2025年", "10分钟", "3元钱难倒"
        triggers=(
            *(digit + unit for digit in "0123456789" for unit in ("元", "块", " 元", "米/", "米到", "r/", "亓")),
            *(word + digit for word in ("只要", "只需", "仅需", "到手") for digit in "123456789"),
            "¥",
            "💰",
            "rmb",
            "💲",
            "人均",
            "均价",
            "单价",
            "价格",
            "售价",
            "团购价",
            "到手价",
            "券后",
            "低至",
            "原价",
            "现价",
            "特价",
            "优惠价",
            "参考价",
            "一口价",
            "🉐",
            "🥣",
            "q/月",
        ),  # fmt: skip
        pattern=re.compile(
            r"(?P<span>"
            + _BEFORE
            + r"\s*[:约]?\s*(?P<value>\d{1,6}(?:\.\d{1,2})?)(?![\d年月日天分个小])(?:\s*(?:元|块|💰|r|rmb|米|/[一-鿿a-z]{1,2}))?|(?P<amount>\d{1,6}(?:\.\d{1,2})?)\s*"
            + _AFTER
            + r"(?!素|件|老|宇|旦|宵|气|月))"
        ),
        before=9,
        after=12,
        outside_topics=True,
    ),
)
