"""Store answered verdicts: each once, counted once, and none that was erased."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache

from sqlalchemy import Connection, RowMapping, select

from data.dates import SHANGHAI
from serving.journal.record import VerdictRecord
from serving.store.erasures import drop_erased
from serving.store.tables import feed_count, verdict
from serving.store.upsert import upsert
from serving.store.verdict_rows import add_rows

_HOUR_US = 3_600_000_000


def insert_verdicts(connection: Connection, records: Sequence[VerdictRecord]) -> int:
    """Store verdicts, and count those that are new by feed and day.

    One whose `verdict_id` or `idempotency_hash` is stored already is left out, and so is one that was erased.

    Returns
    -------
    int
        How many were new.
    """
    kept = drop_erased(connection, records)
    by_id = {record.verdict_id: record for record in kept}
    new = [by_id[verdict_id] for verdict_id in add_rows(connection, list(by_id.values()))]
    _count(connection, new)
    return len(new)


def find_verdict(connection: Connection, verdict_id: str) -> RowMapping | None:
    """Find a verdict by its id."""
    query = select(verdict).where(verdict.c.verdict_id == verdict_id)
    return connection.execute(query).mappings().one_or_none()


def latest_verdict(connection: Connection, note_id: str) -> RowMapping | None:
    """Find the verdict on a note that was scored last."""
    query = select(verdict).where(verdict.c.note_id == note_id)
    query = query.order_by(verdict.c.scored_us.desc(), verdict.c.seq.desc()).limit(1)
    return connection.execute(query).mappings().one_or_none()


def _count(connection: Connection, records: Sequence[VerdictRecord]) -> None:
    counts = Counter(
        (record.feed, _day(record.published_us), record.model_version, record.author_label, record.decision)
        for record in records
    )
    if not counts:
        return
    names = ("feed", "day", "model_version", "label", "decision")
    # In one order everywhere: two processes that raise the same rows never wait for each other in a ring.
    rows = [dict(zip(names, key, strict=True), n=n) for key, n in sorted(counts.items())]
    statement = upsert(connection, feed_count)
    statement = statement.on_conflict_do_update(
        index_elements=list(names), set_={"n": feed_count.c.n + statement.excluded.n}
    )
    connection.execute(statement, rows)


def _day(published_us: int | None) -> str:
    return "undated" if published_us is None else _day_of_hour(published_us // _HOUR_US)


@lru_cache(maxsize=100_000)
def _day_of_hour(hour: int) -> str:
    return datetime.fromtimestamp(hour * 3600, UTC).astimezone(SHANGHAI).date().isoformat()
