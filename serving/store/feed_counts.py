"""Feeds by what was counted of them: how many verdicts of each label and decision, and from which days."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, func, select

from serving.store.tables import erasure, feed_count

UNDATED = "undated"


@dataclass
class CountedFeed:
    """One feed; days are of publication, in Asia/Shanghai, None where no note has a date."""

    feed: str
    n: int = 0
    labels: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    decisions: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    first_day: str | None = None
    last_day: str | None = None


def list_feeds(connection: Connection, *, after: str, limit: int) -> list[CountedFeed]:
    """Read the first `limit` feeds whose names come after `after`, in the database's order of names."""
    names = select(feed_count.c.feed).where(feed_count.c.feed > after).distinct().order_by(feed_count.c.feed)
    feeds = {name: CountedFeed(name) for name in connection.execute(names.limit(limit)).scalars()}
    day = func.nullif(feed_count.c.day, UNDATED)
    rows = select(
        feed_count.c.feed,
        feed_count.c.label,
        feed_count.c.decision,
        func.sum(feed_count.c.n),
        func.min(day),
        func.max(day),
    ).where(feed_count.c.feed.in_(feeds))
    for name, label, decision, n, first, last in connection.execute(
        rows.group_by(feed_count.c.feed, feed_count.c.label, feed_count.c.decision)
    ):
        found = feeds[name]
        found.n += int(n)
        found.labels[label] += int(n)
        found.decisions[decision] += int(n)
        found.first_day = min(filter(None, (found.first_day, first)), default=None)
        found.last_day = max(filter(None, (found.last_day, last)), default=None)
    return list(feeds.values())


def is_feed(connection: Connection, feed: str) -> bool:
    """Tell whether a verdict was ever counted in this feed."""
    return connection.execute(select(feed_count.c.n).where(feed_count.c.feed == feed).limit(1)).first() is not None


def count_state(connection: Connection, feeds: Sequence[str]) -> tuple[int, int]:
    """Give two numbers of which one changes with every new verdict of these feeds (none: of all) and every erasure."""
    verdicts = select(func.coalesce(func.sum(feed_count.c.n), 0))
    if feeds:
        verdicts = verdicts.where(feed_count.c.feed.in_(feeds))
    erasures = select(func.count()).select_from(erasure)
    return int(connection.execute(verdicts).scalar_one()), int(connection.execute(erasures).scalar_one())
