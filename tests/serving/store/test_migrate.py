import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from data.errors import ConfigError
from serving.store.engine import Store
from serving.store.new_revision import write_revision
from serving.store.tables import metadata
from serving.store.verdicts import insert_verdicts
from tests.serving.store.records import make_record

ROOT = Path(__file__).parents[3]
MIGRATE = "import sys; from serving.store.engine import Store; Store(sys.argv[1]).migrate()"


@pytest.fixture
def new_store(empty_url):
    store = Store(empty_url)
    yield store
    store.close()


def test_the_revisions_make_the_tables_that_the_code_declares(new_store):
    new_store.migrate()
    with new_store.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_a_second_run_changes_nothing(new_store):
    new_store.migrate()
    with new_store.begin() as connection:
        insert_verdicts(connection, [make_record()])
    new_store.migrate()
    with new_store.begin() as connection:
        assert insert_verdicts(connection, [make_record()]) == 1
        assert connection.scalar(text("SELECT sum(n) FROM feed_count")) == 2


def test_processes_that_start_at_once_do_not_disturb_each_other(new_store, empty_url):
    processes = [
        subprocess.Popen([sys.executable, "-c", MIGRATE, empty_url], cwd=ROOT, stderr=subprocess.PIPE) for _ in range(4)
    ]
    errors = [process.communicate(timeout=300)[1] for process in processes]
    assert [process.returncode for process in processes] == [0] * 4, errors
    with new_store.begin() as connection:
        assert insert_verdicts(connection, [make_record()]) == 1


def test_tables_of_a_newer_version_are_refused(new_store):
    new_store.migrate()
    with new_store.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ConfigError, match="install a newer huoren"):
        new_store.migrate()


def test_there_is_no_revision_to_write(tmp_path):
    with pytest.raises(SystemExit, match="Nothing has changed"):
        write_revision("nothing", tmp_path)
    assert list(tmp_path.iterdir()) == []
