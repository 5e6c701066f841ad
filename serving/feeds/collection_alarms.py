"""Alarms of how notes were collected: earlier or later than before, or before a period ended."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from serving.feeds.place_words import where, where_zh
from serving.feeds.report_shape import Alarm
from serving.feeds.rows import FeedRow

LAG_FACTOR, LAG_DAYS = 2.0, 3.0  # by which the lag must move, both
_LAG_PERIODS = 3  # before, that a lag is compared with


def lag_shifts(rows: Sequence[FeedRow]) -> Iterator[Alarm]:
    """Compare each period's median lag with the median of the 3 periods before."""
    earlier: dict[str | None, list[float]] = defaultdict(list)
    for row in rows:
        lag = row.checks.lag_days_median
        if row.period is None or lag is None:
            continue
        if len(earlier[row.feed]) >= _LAG_PERIODS:
            usual = float(np.median(earlier[row.feed][-_LAG_PERIODS:]))
            low, high = sorted((usual, lag))
            if high - low >= LAG_DAYS and high >= LAG_FACTOR * low:
                yield Alarm(
                    kind="lag_shift",
                    feed=row.feed,
                    period=row.period,
                    text=f"{where(row)}: notes were collected {lag:.1f} days after publishing, {usual:.1f} before; "
                    "moderation had another time to take notes down, so shares may not compare.",
                    text_zh=f"{where_zh(row)}：采集距发布的中位数为 {lag:.1f} 天，此前为 {usual:.1f} 天；"
                    "平台下架所用时间不同，占比可能不可比。",
                )
        earlier[row.feed].append(lag)


def unfinished_periods(rows: Sequence[FeedRow]) -> Iterator[Alarm]:
    """Alarm once for each period that some feed was collected in before it ended."""
    by_period: dict[str, list[FeedRow]] = defaultdict(list)
    for row in rows:
        if row.period is not None and row.feed is not None and not row.is_complete:
            by_period[row.period].append(row)
    for period, unfinished in sorted(by_period.items()):
        one = unfinished[0].feed if len(unfinished) == 1 else None
        feed, feed_zh = (one, one) if one else (f"{len(unfinished)} feeds", f"{len(unfinished)} 个信息流")
        yield Alarm(
            kind="unfinished_period",
            feed=one,
            period=period,
            text=f"{feed}, {period}: collected before the period ended; its numbers will move.",
            text_zh=f"{feed_zh}，{period}：采集时该周期尚未结束，数字还会变化。",
        )
