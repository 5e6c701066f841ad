"""The stored verdicts on one note, by time."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from serving.store.tables import verdict

Row = Mapping[Any, Any]
_IDS = 500  # a query
_COMPARED = ("verdict_id", "label", "author_label", "decision", "comments")
_now, _before, _earlier = verdict.alias("now"), verdict.alias("before"), verdict.alias("earlier")
_PREVIOUS_SEQ = (
    sa.select(_earlier.c.seq)
    .where(
        _earlier.c.note_id == _now.c.note_id,
        sa.tuple_(_earlier.c.scored_us, _earlier.c.seq) < sa.tuple_(_now.c.scored_us, _now.c.seq),
    )
    .order_by(_earlier.c.scored_us.desc(), _earlier.c.seq.desc())
    .limit(1)
    .correlate(_now)
    .scalar_subquery()
)
_PAIRS = (
    sa.select(
        *(_now.c[name] for name in (*_COMPARED, "note_id", "scored_us")),
        *(_now.c[name] for name in ("model_version", "ruleset_version", "policy_version")),
        *(_before.c[name].label(f"previous_{name}") for name in _COMPARED),
    )
    .join_from(_now, _before, _before.c.seq == _PREVIOUS_SEQ)
    .where(_now.c.origin == "comments")
)


def list_verdicts(connection: Connection, note_id: str, *, limit: int) -> list[Row]:
    """Give the latest verdicts on a note, the newest first."""
    query = sa.select(verdict).where(verdict.c.note_id == note_id)
    query = query.order_by(verdict.c.scored_us.desc(), verdict.c.seq.desc()).limit(limit)
    return list(connection.execute(query).mappings())


def find_previous(connection: Connection, note_id: str, *, verdict_id: str | None) -> Row | None:
    """Give the note's latest stored verdict before this one (stored or not); None: before what comes next."""
    query = sa.select(verdict).where(verdict.c.note_id == note_id)
    if verdict_id is not None:
        own = sa.select(verdict.c.scored_us, verdict.c.seq).where(verdict.c.verdict_id == verdict_id)
        if (now := connection.execute(own).first()) is not None:
            query = query.where(sa.tuple_(verdict.c.scored_us, verdict.c.seq) < sa.tuple_(*now))
    query = query.order_by(verdict.c.scored_us.desc(), verdict.c.seq.desc()).limit(1)
    return connection.execute(query).mappings().first()


def pair_comments(connection: Connection, note_ids: Sequence[str], *, since_us: int) -> Iterator[tuple[Row, Row]]:
    """Give verdicts after new comments, each with the one before it on the same note, as (previous, now).

    Parameters
    ----------
    since_us
        Scored then or later, in microseconds since 1970.
    """
    for start in range(0, len(note_ids), _IDS):
        query = _PAIRS.where(_now.c.note_id.in_(note_ids[start : start + _IDS]), _now.c.scored_us >= since_us)
        for row in connection.execute(query).mappings().all():
            yield {name: row[f"previous_{name}"] for name in _COMPARED}, row


def is_changed(previous: Row, now: Row) -> bool:
    """Tell whether label, decision or the decision on any comment differs; `comments` as the table holds them.

    Examples
    --------
    >>> one = {"label": "organic", "decision": "pass", "comments": []}
    >>> is_changed(one, one | {"comments": [{"comment_id": "c", "score": 0.9, "decision": "block"}]})
    True
    """
    return (
        previous["label"] != now["label"]
        or previous["decision"] != now["decision"]
        or comment_decisions(previous) != comment_decisions(now)
    )


def comment_decisions(row: Row) -> dict[str, str]:
    """Give what is decided on comments; one that is not listed passes."""
    return {item["comment_id"]: item["decision"] for item in row["comments"] if item["decision"] != "pass"}
