"""How often a model and its shadow said what of the same note, in the database."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects import postgresql, sqlite

from serving.store.tables import shadow_count


class ShadowKey(NamedTuple):
    """What is counted: the columns of `shadow_count`."""

    day: str
    model_version: str
    shadow_version: str
    label: str
    shadow_label: str
    decision: str
    shadow_decision: str


class LatestShadow(NamedTuple):
    """What the shadow was compared with last, and the first day and last day of it."""

    model_version: str
    since: str
    until: str


class PairCount(NamedTuple):
    """Notes of which model and shadow said these."""

    label: str
    shadow_label: str
    decision: str
    shadow_decision: str
    n: int


def add_counts(connection: Connection, dialect: str, counts: Mapping[ShadowKey, int]) -> None:
    """Add to the counts that are there."""
    insert: Any = postgresql.insert if dialect == "postgresql" else sqlite.insert
    query = insert(shadow_count)
    query = query.on_conflict_do_update(
        index_elements=list(ShadowKey._fields), set_={"n": shadow_count.c.n + query.excluded.n}
    )
    # sorted: two processes that lock rows in two orders would wait for each other
    connection.execute(query, [{**key._asdict(), "n": n} for key, n in sorted(counts.items())])


def find_pair(connection: Connection, model_version: str | None, shadow_version: str) -> LatestShadow | None:
    """Find the days on which a shadow was compared with a model; with None, with the one it met last."""
    columns = (shadow_count.c.model_version, func.min(shadow_count.c.day), func.max(shadow_count.c.day))
    query = (
        select(*columns)
        .where(shadow_count.c.shadow_version == shadow_version)
        .group_by(shadow_count.c.model_version)
        .order_by(func.max(shadow_count.c.day).desc(), shadow_count.c.model_version)
    )
    if model_version is not None:
        query = query.where(shadow_count.c.model_version == model_version)
    row = connection.execute(query).first()
    return None if row is None else LatestShadow(*row)


def read_matrix(connection: Connection, model_version: str, shadow_version: str) -> list[PairCount]:
    """Read the counts of a pair over all its days."""
    keys = [shadow_count.c[name] for name in PairCount._fields[:-1]]
    query = (
        select(*keys, func.sum(shadow_count.c.n))
        .where(shadow_count.c.model_version == model_version, shadow_count.c.shadow_version == shadow_version)
        .group_by(*keys)
    )
    return [PairCount(*row[:4], int(row[4])) for row in connection.execute(query)]
