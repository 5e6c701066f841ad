"""Bring the tables to the newest revision with Alembic: in one transaction, one process at a time."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from data.errors import ConfigError

_LOCK = 0x68756F72656E  # "huoren": the number of PostgreSQL's advisory lock


def migrate(engine: Engine) -> None:
    """Run the revisions that the database lacks.

    Raises
    ------
    ConfigError
        If the database knows a revision that this version of huoren does not.
    """
    config = Config()
    config.set_main_option("script_location", "serving.store:migrations")
    script = ScriptDirectory.from_config(config)

    def steps(current: tuple[str, ...], _context: MigrationContext) -> list[RevisionStep]:
        known = {revision.revision for revision in script.walk_revisions()}
        if not set(current) <= known:
            raise ConfigError(
                "the database's tables must be known to this huoren. Got newer ones; install a newer huoren."
            )
        return script._upgrade_revs("heads", current)  # type: ignore[arg-type]  # it takes several; so calls alembic

    with _alone(engine), engine.begin() as connection, EnvironmentContext(config, script, fn=steps) as environment:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL lock_timeout = 0"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        environment.configure(connection=connection, transactional_ddl=True)
        with environment.begin_transaction():
            environment.run_migrations()


@contextmanager
def _alone(engine: Engine) -> Iterator[None]:
    """Keep other processes out of a SQLite file while its journal is set to WAL, which no busy time-out covers."""
    if engine.dialect.name != "sqlite":
        yield
        return
    lock = os.open(f"{engine.url.database}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with engine.connect() as connection:
            _set_wal(connection)
        yield
    finally:
        os.close(lock)


def _set_wal(connection: Connection) -> None:
    """WAL is kept in the file: readers and a writer do not wait for one another."""
    raw = connection.connection.dbapi_connection
    if raw is not None:
        raw.cursor().execute("PRAGMA journal_mode=WAL").close()
