import pytest
from sqlalchemy import func, insert, select

from serving.settings import Settings
from serving.store.audit_log import record_action
from serving.store.clock import DAY_US, now_us
from serving.store.retention import delete_due
from serving.store.tables import audit_log, feed_count, job, note_text, verdict, webhook
from serving.store.verdicts import insert_verdicts
from tests.serving.store.records import make_record


def count(store, table):
    with store.read() as connection:
        return connection.scalar(select(func.count()).select_from(table))


@pytest.fixture
def now():
    return now_us()


def test_old_verdicts_and_texts_go_and_counts_and_log_stay(store, now):
    old, new = now - 11 * DAY_US, now - 9 * DAY_US
    with store.begin() as connection:
        insert_verdicts(connection, [make_record(1, scored_us=old), make_record(2, scored_us=new)])
        for name, updated_us in (("a", old), ("b", new)):
            connection.execute(insert(note_text).values(note_id=name, note=b"{}", updated_us=updated_us))
        record_action(connection, actor="ops", action="key.create", target="a")
    delete_due(store, Settings(retention_days=10))
    assert [count(store, table) for table in (verdict, note_text, audit_log)] == [1, 1, 1]
    with store.read() as connection:
        assert connection.scalar(select(func.sum(feed_count.c.n))) == 2
        assert connection.scalar(select(verdict.c.scored_us)) == new


def test_more_than_one_transaction_deletes_all_go(store, now, monkeypatch):
    monkeypatch.setattr("serving.store.retention._ROWS", 3)
    with store.begin() as connection:
        insert_verdicts(connection, [make_record(number, scored_us=1) for number in range(1, 8)])
    delete_due(store, Settings(retention_days=1))
    assert count(store, verdict) == 0


def test_nothing_goes_where_nothing_ever_should(store):
    with store.begin() as connection:
        insert_verdicts(connection, [make_record(scored_us=1)])
    delete_due(store, Settings(retention_days=0))
    assert count(store, verdict) == 1


def test_finished_jobs_and_webhooks_go_after_thirty_days(store, now):
    old, new = now - 31 * DAY_US, now - 29 * DAY_US
    hook = {"event": "job.finished", "url": "https://a.example", "body": b"{}", "attempts": 1, "next_us": 1}
    task = {"total": 1, "done": 1, "failed": 0, "options": {}, "caller": "a", "host": "h", "expires_us": 1}
    with store.begin() as connection:
        for name, state, created_us in (
            ("a", "delivered", old),
            ("b", "waiting", old),
            ("c", "failed", new),
        ):
            connection.execute(
                insert(webhook).values(hook | {"webhook_id": name, "state": state, "created_us": created_us})
            )
        for name, finished_us in (("a", old), ("b", None), ("c", new)):
            connection.execute(
                insert(job).values(
                    task | {"job_id": name, "state": "done", "created_us": old, "finished_us": finished_us}
                )
            )
    delete_due(store, Settings())
    with store.read() as connection:
        assert set(connection.execute(select(webhook.c.webhook_id)).scalars()) == {"b", "c"}
        assert set(connection.execute(select(job.c.job_id)).scalars()) == {"b", "c"}
