"""What the database holds in the end, against what was answered: none lost, none doubled, counts that agree."""

from collections import Counter

import sqlalchemy as sa

from serving.store.engine import Store
from serving.store.tables import feed_count, verdict
from tests.serving.chaos.load import Client, verdicts_of
from tests.serving.chaos.real_service import wait_for


def wait_until_stored(url, load):
    """Wait until every verdict that was answered is in the database; gives the rows."""
    wanted = {verdict_id for each in load.answered for verdict_id in each.verdict_ids}
    store = Store(url)
    try:
        wait_for(lambda: wanted <= {row.verdict_id for row in _rows(store)})
        return _rows(store)
    finally:
        store.close()


def check_stored(url, load):
    """Check that each note that was sent has one verdict, the answered one, and is counted once."""
    rows = wait_until_stored(url, load)
    answered = Counter(verdict_id for each in load.answered for verdict_id in each.verdict_ids)
    assert max(answered.values()) == 1
    assert len(rows) == len(answered)
    check_counted(url, load.sent)


def check_counted(url, sent):
    """Wait until as many verdicts are stored as notes were sent; check that each note has one and is counted once."""
    store = Store(url)
    try:
        wait_for(lambda: len(_rows(store)) >= sent)
        rows = _rows(store)
        assert len(rows) == sent
        assert len({row.note_id for row in rows}) == len(rows)
        with store.read() as connection:
            counted = connection.execute(sa.select(feed_count)).all()
    finally:
        store.close()
    by_row = Counter((row.feed, row.model_version, row.author_label, row.decision) for row in rows)
    by_count = Counter({(row.feed, row.model_version, row.label, row.decision): row.n for row in counted})
    assert by_count == by_row


def check_replayed(service, answered):
    """Check that requests which were answered once get the same verdicts under the same keys."""
    client = Client(service, {})
    try:
        for each in answered:
            status, answer = wait_for(lambda each=each: _replay(client, each))
            assert status == 200, answer
            again = [verdict["verdict_id"] for verdict in verdicts_of(answer)]
            assert again == each.verdict_ids, f"{each.key}: {again} instead of {each.verdict_ids}"
    finally:
        client.close()


def _replay(client, each):
    """Ask again; None where nobody answers yet: killed, still loading, or it died before it had finished the key."""
    status, answer = client.post(each.path, each.key, each.body)
    return (status, answer) if status not in (0, 409, 503) else None


def _rows(store):
    columns = (verdict.c.verdict_id, verdict.c.note_id, verdict.c.feed)
    with store.read() as connection:
        return connection.execute(
            sa.select(*columns, verdict.c.model_version, verdict.c.author_label, verdict.c.decision)
        ).all()
