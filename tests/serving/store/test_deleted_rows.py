from serving.store.deleted_rows import forget_deleted
from serving.store.engine import Store
from serving.store.tables import verdict
from serving.store.verdicts import insert_verdicts
from tests.serving.store.records import make_record


def test_what_was_deleted_is_in_no_file_afterwards(tmp_path):
    store = Store(f"sqlite:///{tmp_path}/huoren.db")
    store.migrate()
    with store.begin() as connection:
        insert_verdicts(connection, [make_record(note_id="canary-4711"), make_record(2)])
    with store.begin() as connection:
        connection.execute(verdict.delete().where(verdict.c.note_id == "canary-4711"))

    forget_deleted(store)

    assert b"canary-4711" not in b"".join(path.read_bytes() for path in tmp_path.iterdir())
    store.close()


def test_while_somebody_reads_it_waits_for_the_next_time(tmp_path):
    store = Store(f"sqlite:///{tmp_path}/huoren.db")
    store.migrate()
    with store.read() as reader:
        reader.execute(verdict.select()).all()
        with store.begin() as connection:
            insert_verdicts(connection, [make_record()])
        forget_deleted(store)
        assert (tmp_path / "huoren.db-wal").stat().st_size > 0
    forget_deleted(store)
    assert (tmp_path / "huoren.db-wal").stat().st_size == 0
    store.close()
