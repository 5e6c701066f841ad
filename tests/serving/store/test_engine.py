import os
import signal
import stat
import subprocess
import sys
import threading

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError, DataError, IntegrityError, ProgrammingError

from data.errors import ConfigError
from serving.settings import Settings
from serving.store.audit_log import record_action
from serving.store.engine import Store, StoreUnavailable, open_store, parse_url
from serving.store.tables import audit_log
from serving.store.verdicts import insert_verdicts
from tests.serving.api.conftest import wait_until
from tests.serving.postgres import new_postgres
from tests.serving.store.records import make_record


def write(store, target="a"):
    with store.begin() as connection:
        record_action(connection, actor="ops", action="key.create", target=target)


def write_and_fail(store):
    with store.begin() as connection:
        record_action(connection, actor="ops", action="key.create", target="b")
        raise KeyError


def targets(store):
    with store.read() as connection:
        return list(connection.execute(select(audit_log.c.target).order_by(audit_log.c.seq)).scalars())


def test_a_transaction_is_kept_whole_or_not_at_all(store):
    write(store)
    with pytest.raises(KeyError):
        write_and_fail(store)
    assert targets(store) == ["a"]


def test_a_reader_does_not_wait_for_a_writer(store):
    with store.begin() as connection:
        record_action(connection, actor="ops", action="key.create", target="a")
        assert targets(store) == []


def test_writers_that_read_first_all_get_through(store):
    def add():
        with store.begin() as connection:
            count = len(connection.execute(select(audit_log.c.seq)).all())
            record_action(connection, actor="ops", action="key.create", target=str(count))

    threads = [threading.Thread(target=add) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(targets(store)) == 8


def test_looking_for_what_no_column_holds_finds_nothing(store):
    write(store)
    for strange in ("\0", "\ud83d", "x" * 10_000):
        with store.read() as connection:
            assert connection.execute(select(audit_log.c.seq).where(audit_log.c.actor == strange)).all() == []


def test_our_own_mistakes_are_not_taken_for_a_database_that_is_away(store):
    with pytest.raises(DatabaseError), store.begin() as connection:
        connection.execute(text("SELECT * FROM nowhere"))
    with pytest.raises(IntegrityError), store.begin() as connection:
        connection.execute(audit_log.insert().values(seq=1))


def test_a_value_over_a_limit_of_the_database_is_an_error_of_the_value(store):
    record = make_record(note_id="".join(chr(0x4E00 + number * 7919 % 20_000) for number in range(10_000)))
    if store.dialect == "sqlite":
        with store.begin() as connection:
            assert insert_verdicts(connection, [record]) == 1
        return
    with pytest.raises(DataError), store.begin() as connection:
        insert_verdicts(connection, [record])


def test_an_error_of_the_caller_passes_as_it_is(store):
    with pytest.raises(FileNotFoundError), store.begin():
        open("/nowhere/at/all")  # noqa: SIM115 (it does not open)


def test_a_file_that_cannot_be_made_is_told(tmp_path):
    store = Store(f"sqlite:///{tmp_path}/nowhere/huoren.db")
    assert not store.is_up()
    with pytest.raises(StoreUnavailable, match="No such file"):
        write(store)
    store.close()


def test_whatever_else_comes_is_no_sign_of_life(store, monkeypatch):
    def fail(*_):
        raise ProgrammingError("SELECT 1", {}, Exception())

    monkeypatch.setattr("serving.store.engine.text", fail)
    assert not store.is_up()


def test_no_value_stands_in_an_error(store):
    with pytest.raises(DatabaseError) as caught, store.begin() as connection:
        connection.execute(text("SELECT * FROM nowhere WHERE a = :a"), {"a": "canary"})
    assert "canary" not in str(caught.value)


def test_the_embedded_database_is_for_its_owner_alone(tmp_path):
    store = open_store(Settings(state=tmp_path / "state"))
    store.migrate()
    write(store)
    files = sorted((tmp_path / "state").iterdir())
    assert "huoren.db-wal" in [path.name for path in files]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700
    store.close()


def test_another_process_deletes_no_log_that_is_in_use(tmp_path):
    url, log = f"sqlite:///{tmp_path}/huoren.db", tmp_path / "huoren.db-wal"
    store = Store(url)
    store.migrate()
    with store.read() as connection:
        connection.execute(text("SELECT 1"))
        with store.begin() as other:  # a second connection: opening it must let go of no lock of the first
            other.execute(text("SELECT 1"))
    before = log.stat().st_ino
    look = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('SELECT * FROM audit_log')"  # the end closes it
    subprocess.run([sys.executable, "-c", look, tmp_path / "huoren.db"], check=True, timeout=60)
    assert log.stat().st_ino == before
    store.close()


def test_a_state_folder_may_have_any_name(tmp_path):
    store = open_store(Settings(state=tmp_path / "a b?c%20d#笔记"))
    store.migrate()
    assert (tmp_path / "a b?c%20d#笔记" / "huoren.db").exists()
    store.close()


def test_the_embedded_database_forgets_what_is_deleted(tmp_path):
    store = Store(f"sqlite:///{tmp_path}/huoren.db")
    store.migrate()
    write(store, "canary")
    with store.begin() as connection:
        connection.execute(audit_log.delete())
    with store.engine.connect() as connection:
        connection.connection.dbapi_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
    store.close()
    assert b"canary" not in (tmp_path / "huoren.db").read_bytes()


def test_a_file_that_is_no_database_is_told(tmp_path):
    (tmp_path / "huoren.db").write_bytes(b"x" * 5000)
    store = Store(f"sqlite:///{tmp_path}/huoren.db")
    with pytest.raises(StoreUnavailable, match="NOTADB"):
        store.migrate()
    assert not store.is_up()
    store.close()


@pytest.mark.parametrize(
    "url", ["", "huoren.db", "mysql://a:canary@b/c", "sqlite://", "sqlite:///:memory:", "://canary"]
)
def test_an_unusable_url_is_refused_and_not_quoted(url):
    with pytest.raises(ConfigError, match="HUOREN_DATABASE_URL must") as caught:
        Store(url)
    assert "canary" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_the_driver_is_chosen_by_us():
    assert (
        parse_url("postgres://a@b/c").drivername == parse_url("postgresql://a@b/c").drivername == "postgresql+psycopg"
    )


def test_a_server_that_is_away_is_told_and_its_password_is_not():
    store = Store("postgresql://huoren:canary@127.0.0.1:1/huoren")
    assert not store.is_up()
    with pytest.raises(StoreUnavailable) as caught:
        store.migrate()
    assert "canary" not in f"{caught.value} {caught.value.__cause__} {store.engine!r}"
    store.close()


def test_a_server_that_comes_back_is_used_again():
    with new_postgres() as server:
        store = Store(server.start().url)
        store.migrate()
        write(store, "before")
        server.stop("immediate")
        assert not store.is_up()
        with pytest.raises(StoreUnavailable):
            write(store, "lost")
        server.start()
        write(store, "after")
        assert targets(store) == ["before", "after"]
        store.close()


def ask_a_stopped_server(store):
    with store.read() as connection:
        process = connection.scalar(text("SELECT pg_backend_pid()"))
        os.kill(process, signal.SIGSTOP)
        try:
            connection.execute(text("SELECT 1"))
        finally:
            os.kill(process, signal.SIGCONT)


def test_a_server_that_says_nothing_hangs_no_thread(postgres_server):
    store = Store(postgres_server.url, patience_s=0.5)
    with pytest.raises(StoreUnavailable):
        ask_a_stopped_server(store)
    wait_until(store.is_up)
    store.close()


def test_a_statement_that_takes_too_long_is_broken_off(postgres_server):
    store = Store(postgres_server.url, patience_s=0.5)
    with pytest.raises(StoreUnavailable), store.read() as connection:
        connection.execute(text("SELECT pg_sleep(60)"))
    wait_until(store.is_up)
    store.close()


def test_a_connection_in_use_at_the_close_is_closed_after_it(postgres_server):
    store = Store(postgres_server.url)
    with store.read() as connection:
        raw = connection.connection.dbapi_connection
        store.close()
        assert connection.scalar(text("SELECT 1")) == 1
    assert raw.closed
