"""Delete what has stood long enough; the audit log, feedback and the counts of feeds stay."""

from sqlalchemy import ColumnElement, Table, and_, delete, select

from serving.settings import Settings
from serving.store.clock import DAY_US, now_us
from serving.store.engine import Store
from serving.store.tables import job, note_text, verdict, webhook

_ROWS = 2000  # a transaction: others write in between
_FINISHED_DAYS = 30


def delete_due(store: Store, settings: Settings) -> None:
    """Delete verdicts and stored text older than HUOREN_RETENTION_DAYS, and finished jobs and webhooks after 30 days.

    Raises
    ------
    StoreUnavailable
        If the database is away; what was deleted stays so.
    """
    now = now_us()
    if settings.retention_days:
        oldest = now - settings.retention_days * DAY_US
        _delete(store, verdict, verdict.c.scored_us < oldest)
        _delete(store, note_text, note_text.c.updated_us < oldest)
    oldest = now - _FINISHED_DAYS * DAY_US
    _delete(store, webhook, and_(webhook.c.state != "waiting", webhook.c.created_us < oldest))
    _delete(store, job, job.c.finished_us < oldest)


def _delete(store: Store, table: Table, where: ColumnElement[bool]) -> None:
    (key,) = table.primary_key.columns
    deleted = _ROWS
    while deleted >= _ROWS:
        with store.begin() as connection:
            due = select(key).where(where).limit(_ROWS)
            deleted = connection.execute(delete(table).where(key.in_(due))).rowcount
