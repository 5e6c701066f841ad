"""How alarms name a place: the feed and period of a row, in English and Chinese."""

from serving.feeds.rows import FeedRow
from serving.safe_text import safe_text


def where(row: FeedRow) -> str:
    """Name feed and period."""
    return f"{feed_name(row.feed)}, {row.period or 'whole range'}"


def where_zh(row: FeedRow) -> str:
    """Name feed and period in Chinese."""
    return f"{feed_name_zh(row.feed)}，{row.period or '全部时段'}"


def feed_name(feed: str | None) -> str:
    """Name a feed."""
    return "all feeds" if feed is None else safe_text(feed)


def feed_name_zh(feed: str | None) -> str:
    """Name a feed in Chinese."""
    return "全部信息流" if feed is None else safe_text(feed)
