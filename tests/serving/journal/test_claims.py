import contextlib
import logging
import sqlite3
import threading

import msgspec
import pytest

from serving.journal import claims as claims_module
from serving.journal.claims import Claims, Done, Mismatch, New, Running
from serving.journal.failures import JournalFailed
from tests.serving.store.records import make_record

KEY, OTHER_KEY = "a" * 64, "b" * 64


@pytest.fixture
def path(tmp_path):
    return tmp_path / "claims.db"


@pytest.fixture
def claims(path):
    claims = Claims(path, boot="boot-1")
    yield claims
    claims.close()


def test_a_key_is_new_then_running_then_done(claims):
    record = make_record(idempotency_hash=KEY)

    assert claims.claim(KEY, "body") == New()
    assert claims.claim(KEY, "body") == Running()
    claims.finish(KEY, record)

    assert claims.claim(KEY, "body") == Done(record)
    assert claims.claim(OTHER_KEY, "body") == New()


@pytest.mark.parametrize("is_done", [False, True])
def test_a_key_with_another_body_is_a_mismatch(claims, is_done):
    claims.claim(KEY, "body")
    if is_done:
        claims.finish(KEY, make_record())

    assert claims.claim(KEY, "another body") == Mismatch()


def test_a_key_that_another_version_answered_is_new(path, claims):
    record = make_record(idempotency_hash=KEY)
    claims.claim(KEY, "body")
    claims.finish(KEY, record)
    fewer_fields = msgspec.msgpack.encode(msgspec.structs.astuple(record)[:-1])
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE claim SET record = ?", (fewer_fields,))

    assert claims.claim(KEY, "another body") == Mismatch()
    assert claims.claim(KEY, "body") == New()
    assert claims.claim(KEY, "body") == Running()
    claims.finish(KEY, record)
    assert claims.claim(KEY, "body") == Done(record)


def test_a_released_key_is_new_again(claims):
    claims.claim(KEY, "body")
    claims.release(KEY)

    assert claims.claim(KEY, "another body") == New()


def test_a_finished_key_is_not_released(claims):
    claims.claim(KEY, "body")
    claims.finish(KEY, make_record())
    claims.release(KEY)
    claims.release_boot("boot-1")

    assert isinstance(claims.claim(KEY, "body"), Done)


def test_what_was_answered_first_stays(claims):
    first, second = make_record(1, idempotency_hash=KEY), make_record(2, idempotency_hash=KEY)
    claims.claim(KEY, "body")
    claims.settle([first])
    claims.settle([second])

    assert claims.claim(KEY, "body") == Done(first)


def test_of_many_at_once_one_gets_the_key(path):
    keys, found = [f"{number:064x}" for number in range(50)], []

    def take(boot):
        claims = Claims(path, boot=boot)
        found.append([claims.claim(key, "body") for key in keys])
        claims.close()

    threads = [threading.Thread(target=take, args=(f"boot-{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    for of_key in zip(*found, strict=True):
        assert sorted(map(repr, of_key)) == ["New()"] + 3 * ["Running()"]


def test_a_file_that_another_process_is_making_is_waited_for(path, monkeypatch):
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        monkeypatch.setattr(claims_module.time, "sleep", lambda _: other.in_transaction and other.execute("COMMIT"))

        claims = Claims(path, boot="boot-1")

    assert claims.claim(KEY, "body") == New()
    claims.close()


def test_finishing_never_fails_an_answer(path, caplog):
    claims = Claims(path, boot="boot-1")
    claims.close()

    with caplog.at_level(logging.ERROR):
        claims.finish(KEY, make_record())

    assert "claims wait for the disk" in caplog.text


def test_old_keys_are_forgotten(claims, monkeypatch):
    monkeypatch.setattr(claims_module, "_CHUNK", 2)
    keys = [f"{number:064x}" for number in range(5)]
    for now, key in enumerate(keys):
        monkeypatch.setattr(claims_module.time, "time_ns", lambda now=now: now * 1000)
        claims.claim(key, "body")

    claims.forget_before(3)

    assert [claims.claim(key, "body") for key in keys] == 3 * [New()] + 2 * [Running()]


def test_no_more_keys_are_kept_than_fit(claims, monkeypatch):
    monkeypatch.setattr(claims_module, "MOST_KEYS", 2)
    keys = [f"{number:064x}" for number in range(5)]
    for key in keys:
        claims.claim(key, "body")

    claims.tidy()

    assert [claims.claim(key, "body") for key in keys[3:]] == 2 * [Running()]
    assert claims.claim(keys[0], "body") == New()


def test_a_file_of_another_kind_is_refused(path):
    path.write_bytes(b"no database" * 100)

    with pytest.raises(JournalFailed, match=r"claims\.db"):
        Claims(path, boot="boot-1")


def test_nobody_else_may_read_the_keys(claims, path):
    claims.claim(KEY, "body")

    assert {file.stat().st_mode & 0o777 for file in path.parent.glob("claims.db*")} == {0o600}


def test_what_the_disk_refuses_is_done_when_it_takes_something_again(claims, path):
    record = make_record(idempotency_hash=KEY)
    claims.claim(KEY, "body")
    claims.claim(OTHER_KEY, "body")
    claims._connection.execute("PRAGMA query_only = ON")  # as a full disk: nothing can be written
    claims.finish(KEY, record)
    claims.release(OTHER_KEY)
    claims._connection.execute("PRAGMA query_only = OFF")
    assert claims.claim(KEY, "body") == Running()

    claims.pay_owed()

    assert claims.claim(KEY, "body") == Done(record)
    assert claims.claim(OTHER_KEY, "body") == New()


def test_what_is_owed_is_paid_by_several_threads_without_fault(claims, monkeypatch):
    """One thread finds nothing left of what another was paying when both began."""

    class Emptied(dict):
        def __bool__(self):
            return True

    monkeypatch.setattr(claims, "_owed", Emptied())

    claims.pay_owed()

    claims.claim(KEY, "body")
    claims.release(KEY)
    assert claims.claim(KEY, "body") == New()
