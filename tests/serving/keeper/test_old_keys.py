import pytest
from sqlalchemy import select

from serving.journal.claims import KEPT_US
from serving.keeper import old_keys
from serving.keeper.old_keys import free_keys, tidy_claims
from serving.store.clock import now_us
from serving.store.tables import verdict
from serving.store.verdicts import insert_verdicts
from tests.serving.store.records import make_record


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_claims_are_forgotten_after_a_day(settings, store, claims, monkeypatch):
    monkeypatch.setattr("serving.journal.claims.time.time_ns", lambda: 0)
    claims.claim("a" * 64, "body")
    monkeypatch.undo()

    tidy_claims(store, settings)

    assert claims.running_boots() == []


def test_a_key_that_comes_again_after_a_day_is_stored_again(settings, store, stored, monkeypatch):
    monkeypatch.setattr(old_keys, "_CHUNK", 2)
    due, recent = now_us() - KEPT_US - 1, now_us()
    old = [make_record(number, idempotency_hash=f"{number:064x}", scored_us=due) for number in range(5)]
    young = make_record(6, idempotency_hash="b" * 64, scored_us=recent)
    with store.begin() as connection:
        insert_verdicts(connection, [*old, young])

    free_keys(store, settings)
    with store.begin() as connection:
        again = make_record(7, idempotency_hash=old[0].idempotency_hash)
        assert insert_verdicts(connection, [again, make_record(8, idempotency_hash=young.idempotency_hash)]) == 1

    with store.read() as connection:
        keys = dict(connection.execute(select(verdict.c.verdict_id, verdict.c.idempotency_hash)).all())
    assert keys == {record.verdict_id: None for record in old} | {
        young.verdict_id: young.idempotency_hash,
        again.verdict_id: again.idempotency_hash,
    }
