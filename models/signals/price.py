"""Prices: "29.9元", "¥199", "仅需368", "💰59"; a place with a price and booking is a pitch's skeleton."""

import re

from models.signals.detector import Detector

DETECTORS = (
    Detector(
        name="price",
        kind="price",
        # "到手29.9", "¥199", "368元/位", "💰59", "人均80"; not "2025年", "10分钟", "3元钱难倒"
        triggers=("元", "¥", "💰", "rmb", "块", "价", "米", "仅需", "只要", "只需", "人均", "💲", "大洋", "亓", "🉐", "r/"),
        pattern=re.compile(
            r"(?P<span>(?:¥|💰|rmb\s?|💲|人均|单价|价格|售价|团购价|到手价?|券后|仅需|只要|只需|低至|原价|现价|特价|优惠价|参考价)\s*[:约]?\s*(?P<value>\d{1,6}(?:\.\d{1,2})?)(?![\d年月日天分个小])(?:\s*(?:元|块|💰|r|rmb|米|/[一-鿿a-z]{1,2}))?|(?P<amount>\d{1,6}(?:\.\d{1,2})?)\s*(?:元|块钱?|💰|rmb|r/|大洋|亓|🉐|米(?=\d|/|到手|包))(?!素|件|老|宇|旦|宵|气|月))"
        ),
        before=12,
        after=14,
        outside_topics=True,
    ),
)
