"""The database: an embedded SQLite file, or PostgreSQL by its URL; one that is away never hangs a thread."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    DataError,
    DBAPIError,
    InterfaceError,
    InternalError,
    OperationalError,
    SQLAlchemyError,
    TimeoutError,
)

from data.errors import AppError, ConfigError
from serving.settings import Settings
from serving.store.json_text import to_json
from serving.store.patience import PatientConnection

_POSTGRESQL = ("postgresql", "postgres", "postgresql+psycopg")
_WAIT_FOR_LOCK_S = 10
_TOO_LARGE, _READ_ONLY = "54", "25006"  # PostgreSQL's codes: a value over a limit of its own; a standby
_READ = "huoren_read"  # execution option: this transaction only reads


class StoreUnavailable(AppError):
    """The database does not answer, or cannot be written (HTTP 503)."""


class Store:
    """One database; threads and forked work share it, each in a transaction of its own.

    Parameters
    ----------
    url
        `sqlite:///FILE` or `postgresql://...`; it may hold a password and is never shown.
    patience_s
        Seconds after which a PostgreSQL server that accepted a statement and says nothing counts as away.

    Attributes
    ----------
    is_shut
        Whoever asks it for signs of life got none: transactions are refused at once, so that no threads pile up.
    """

    def __init__(self, url: str | URL, *, patience_s: float = 30.0) -> None:
        self._url = parse_url(url)
        self.engine = _make_engine(self._url, patience_s)
        self.dialect = self.engine.dialect.name
        self.is_shut = False
        self._is_closed = False

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Open a transaction that may write; it commits at the end, or leaves nothing.

        SQLite lets one such transaction in at a time, from its start: use `read` where nothing is written.

        Raises
        ------
        StoreUnavailable
            If the database is away, or breaks off on the way.
        """
        self._refuse_if_shut()
        with self._closing(), _told_apart(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a transaction that only reads: in SQLite it neither waits for writers nor holds them up.

        Raises
        ------
        StoreUnavailable
            If the database is away, or breaks off on the way.
        """
        self._refuse_if_shut()
        with self._read() as connection:
            yield connection

    @contextmanager
    def outside_transactions(self) -> Iterator[Any]:
        """Give a connection of the driver's own, for what no transaction may hold.

        Raises
        ------
        StoreUnavailable
            If the database is away.
        """
        self._refuse_if_shut()
        with self._closing(), _told_apart(), self.engine.connect() as connection:
            yield connection.connection.driver_connection

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        with (
            self._closing(),
            _told_apart(),
            self.engine.connect().execution_options(**{_READ: True}) as connection,
            connection.begin(),
        ):
            yield connection

    def migrate(self) -> None:
        """Bring the tables to what this version of huoren needs; several processes may do so at once.

        Raises
        ------
        StoreUnavailable
            If the database is away.
        ConfigError
            If a newer version of huoren has changed the tables already.
        """
        from serving.store.migrate import migrate  # here: Alembic is slow to load, and most processes need it not

        engine = _make_engine(self._url, patience_s=3600.0)
        try:
            with _told_apart():
                migrate(engine)
        finally:
            engine.dispose()

    def is_up(self) -> bool:
        """Ask the database for a sign of life; whatever else comes is none."""
        try:
            with self._read() as connection:
                connection.execute(text("SELECT 1"))
        except (StoreUnavailable, SQLAlchemyError):
            return False
        return True

    def close(self) -> None:
        """Close the connections; those that other threads still use, when they are done."""
        self._is_closed = True
        self.engine.pool.dispose()

    def _refuse_if_shut(self) -> None:
        if self.is_shut:
            raise StoreUnavailable("the database must answer. It has not for a while.")

    @contextmanager
    def _closing(self) -> Iterator[None]:
        try:
            yield
        finally:
            if self._is_closed:
                self.engine.pool.dispose()


def open_store(settings: Settings) -> Store:
    """Open the database of the settings, without asking it anything yet.

    Raises
    ------
    ConfigError
        If HUOREN_DATABASE_URL is unusable.
    """
    if settings.database_url is not None:
        return Store(settings.database_url)
    settings.state.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Store(URL.create("sqlite", database=str(settings.state / "huoren.db")))


def parse_url(url: str | URL) -> URL:
    """Read a database URL.

    Raises
    ------
    ConfigError
        If it is none, or of a database that huoren does not know; it is not quoted.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise ConfigError("HUOREN_DATABASE_URL must be a URL. Got something else.") from None
    if parsed.drivername in _POSTGRESQL:
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername != "sqlite":
        raise ConfigError("HUOREN_DATABASE_URL must begin with postgresql:// or sqlite:///. Got something else.")
    if parsed.database in (None, "", ":memory:") or str(parsed.database).startswith("file:"):
        raise ConfigError("HUOREN_DATABASE_URL must name a file after sqlite:///. Got none.")
    return parsed


def _make_engine(url: URL, patience_s: float) -> Engine:
    options: dict[str, Any] = {
        "hide_parameters": True,  # no value in an error or a log
        "json_serializer": to_json,
        "pool_size": 5,
        "max_overflow": 10,
        "pool_timeout": 5,
    }
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, connect_args={"timeout": _WAIT_FOR_LOCK_S}, **options)
        event.listen(engine, "do_connect", _make_private_file)
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    engine = create_engine(url, pool_pre_ping=True, **options)

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: Any, _record: Any, arguments: Any, named: dict[str, Any]) -> PatientConnection:
        return PatientConnection.connect_patiently(patience_s, *arguments, **named)

    return engine


def _make_private_file(_dialect: Any, _record: Any, arguments: Any, _named: Any) -> None:
    """Make the file before SQLite does: it, and what SQLite lays beside it, is for its owner alone."""
    # Never opened where it is there: closing it would let go of the locks that this process's other connections hold,
    # and another process would delete the log that they still write to.
    try:
        os.close(os.open(arguments[0], os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        return
    except OSError as error:
        raise StoreUnavailable(f"the database's file must open. Got: {error.strerror}.") from error


def _set_up_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # transactions begin where `_begin_sqlite` says
    for pragma in ("synchronous=NORMAL", "foreign_keys=ON", "secure_delete=ON"):  # what is erased is overwritten
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and writes later fails where another has written meanwhile: lock at once.
    reads = connection.get_execution_options().get(_READ, False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


@contextmanager
def _told_apart() -> Iterator[None]:
    """Turn what a database that is away raises into `StoreUnavailable`, and let through what a statement's fault is."""
    try:
        yield
    except TimeoutError as error:  # of the pool
        raise StoreUnavailable("the database must answer. Got no free connection instead.") from error
    except DBAPIError as error:
        code = getattr(error.orig, "sqlite_errorcode", None)
        name = getattr(error.orig, "sqlite_errorname", None) or getattr(error.orig, "sqlstate", None)
        if error.orig is not None and name is not None and name.startswith(_TOO_LARGE):
            raise DataError(error.statement, error.params, error.orig, hide_parameters=True) from error
        if code == sqlite3.SQLITE_ERROR or not (
            isinstance(error, OperationalError)
            or type(error) is DatabaseError  # a file that is no database, or a damaged one
            or (isinstance(error, InternalError) and name == _READ_ONLY)
            or (isinstance(error, InterfaceError) and not isinstance(error.orig, sqlite3.Error))
        ):
            raise
        raise StoreUnavailable(f"the database must answer. Got {name or 'no connection'} instead.") from error
