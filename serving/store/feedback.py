"""Feedback in the database: stored, withdrawn, listed, counted; a verdict it speaks of is never changed."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from serving.store.tables import feedback, verdict
from serving.store.upsert import upsert

Row = Mapping[Any, Any]
Position = tuple[int, str]  # created_us and feedback_id of the last row of a page
_IDS_AT_ONCE = 500


class AppealCount(NamedTuple):
    """Appeals against verdicts of one rule (None: of no rule), and how many of them the verdict lost."""

    rule_id: str | None
    appeals: int
    overturned: int


def add_feedback(connection: Connection, rows: Sequence[Row]) -> None:
    """Store rows; one whose `feedback_id` is stored already changes nothing."""
    if rows:
        connection.execute(upsert(connection, feedback).on_conflict_do_nothing(), list(rows))


def find_feedback(connection: Connection, ids: Iterable[str]) -> dict[str, Row]:
    """Give stored rows by their `feedback_id`."""
    found = connection.execute(sa.select(feedback).where(feedback.c.feedback_id.in_(list(ids))))
    return {row["feedback_id"]: row for row in found.mappings()}


def withdraw_feedback(connection: Connection, feedback_id: str, *, at_us: int) -> bool:
    """Withdraw one; False where none has this id. Once withdrawn it stays so, with its first time."""
    changed = connection.execute(
        sa.update(feedback)
        .where(feedback.c.feedback_id == feedback_id, feedback.c.withdrawn_us.is_(None))
        .values(withdrawn_us=at_us, changed_us=at_us)
    )
    return changed.rowcount > 0 or bool(find_feedback(connection, [feedback_id]))


def list_feedback(
    connection: Connection,
    *,
    limit: int,
    before: Position | None = None,
    since_us: int | None = None,
    note_id: str | None = None,
    kind: str | None = None,
) -> list[Row]:
    """List feedback, withdrawn or not, the newest first.

    Parameters
    ----------
    before
        Where the page before this one ended.
    """
    query = sa.select(feedback).order_by(feedback.c.created_us.desc(), feedback.c.feedback_id.desc()).limit(limit)
    if before is not None:
        query = query.where(sa.tuple_(feedback.c.created_us, feedback.c.feedback_id) < sa.tuple_(*before))
    if since_us is not None:
        query = query.where(feedback.c.created_us >= since_us)
    if note_id is not None:
        query = query.where(feedback.c.note_id == note_id)
    if kind is not None:
        query = query.where(feedback.c.kind == kind)
    return list(connection.execute(query).mappings())


def list_standing(connection: Connection, *, after: Position, limit: int) -> list[Row]:
    """List feedback that was not withdrawn, the oldest first, each with its verdict's label as `verdict_label`.

    Parameters
    ----------
    after
        Where the page before this one ended; (0, "") for the first.
    """
    query = (
        sa.select(feedback, verdict.c.label.label("verdict_label"))
        .join_from(feedback, verdict, feedback.c.verdict_id == verdict.c.verdict_id, isouter=True)
        .where(
            feedback.c.withdrawn_us.is_(None),
            sa.tuple_(feedback.c.created_us, feedback.c.feedback_id) > sa.tuple_(*after),
        )
        .order_by(feedback.c.created_us, feedback.c.feedback_id)
        .limit(limit)
    )
    return list(connection.execute(query).mappings())


def count_appeals(connection: Connection, *, since_us: int = 0) -> list[AppealCount]:
    """Count appeals that were not withdrawn by the rule of the verdict they speak of, the most appealed first."""
    rule_id = sa.func.coalesce(feedback.c.rule_id, verdict.c.rule_id)
    appeals, overturned = sa.func.count(), sa.func.sum(sa.case((feedback.c.appeal == "overturned", 1), else_=0))
    query = (
        sa.select(rule_id.label("rule_id"), appeals.label("appeals"), overturned.label("overturned"))
        .join_from(feedback, verdict, feedback.c.verdict_id == verdict.c.verdict_id, isouter=True)
        .where(feedback.c.appeal.is_not(None), feedback.c.withdrawn_us.is_(None), feedback.c.created_us >= since_us)
        .group_by(rule_id)
        .order_by(appeals.desc(), rule_id)
    )
    return [AppealCount(row.rule_id, row.appeals, int(row.overturned)) for row in connection.execute(query)]


def find_subjects(connection: Connection, verdict_ids: Iterable[str]) -> dict[str, Row]:
    """Give what feedback keeps of stored verdicts, by their ids: verdict_id, note_id, rule_id, model_version."""
    columns = (verdict.c.verdict_id, verdict.c.note_id, verdict.c.rule_id, verdict.c.model_version)
    found = connection.execute(sa.select(*columns).where(verdict.c.verdict_id.in_(list(verdict_ids))))
    return {row["verdict_id"]: row for row in found.mappings()}


def changed_decisions(connection: Connection, *, since_us: int) -> list[tuple[str, str, int]]:
    """List (feedback_id, note_id, changed_us) of feedback with a decision, stored or withdrawn since then."""
    query = sa.select(feedback.c.feedback_id, feedback.c.note_id, feedback.c.changed_us).where(
        feedback.c.changed_us >= since_us, feedback.c.decision.is_not(None)
    )
    return [(row[0], row[1], row[2]) for row in connection.execute(query)]


def standing_decisions(
    connection: Connection, *, note_ids: Sequence[str] | None = None, limit: int | None = None
) -> list[tuple[str, str, str | None]]:
    """List (note_id, decision, reason) that stand, the oldest first: the last one of a note is in force.

    Parameters
    ----------
    note_ids
        Of these notes; None: of all.
    limit
        The newest so many.
    """
    query = sa.select(feedback.c.note_id, feedback.c.decision, feedback.c.reason).where(
        feedback.c.decision.is_not(None), feedback.c.withdrawn_us.is_(None)
    )
    query = query.order_by(feedback.c.created_us.desc(), feedback.c.feedback_id.desc()).limit(limit)
    if note_ids is None:
        return [(row[0], row[1], row[2]) for row in connection.execute(query)][::-1]
    rows: list[tuple[str, str, str | None]] = []
    for start in range(0, len(note_ids), _IDS_AT_ONCE):
        of_these = query.where(feedback.c.note_id.in_(note_ids[start : start + _IDS_AT_ONCE]))
        rows += [(row[0], row[1], row[2]) for row in connection.execute(of_these)][::-1]
    return rows


def newest_change(connection: Connection) -> int:
    """Give the latest `changed_us`; 0 without feedback."""
    return connection.execute(sa.select(sa.func.max(feedback.c.changed_us))).scalar() or 0
