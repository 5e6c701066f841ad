"""A state folder with journals and a drain to the database of the test."""

from contextlib import contextmanager

import pytest
from sqlalchemy import func, select

from serving.journal.claims import Claims
from serving.journal.writer import JournalWriter
from serving.keeper.drain import Drain
from serving.settings import Settings
from serving.store.engine import StoreUnavailable
from serving.store.tables import feed_count, verdict


class AwayStore:
    """A store whose database can go away."""

    def __init__(self, store):
        self.store, self.dialect = store, store.dialect
        self.transactions_left = self.migrations = 0

    def migrate(self):
        self.store.migrate()
        self.migrations += 1

    @contextmanager
    def begin(self):
        if not self.transactions_left:
            raise StoreUnavailable("The database must answer. Got no connection instead.")
        self.transactions_left -= 1
        with self.store.begin() as connection:
            yield connection


@pytest.fixture
def away_store(store):
    return AwayStore(store)


@pytest.fixture
def settings(tmp_path, database_url):
    return Settings(state=tmp_path / "state", database_url=database_url)


@pytest.fixture
def root(settings):
    return settings.state / "journal"


@pytest.fixture
def journal(root):
    journal = JournalWriter(root)
    yield journal
    journal.close()


@pytest.fixture
def claims(settings):
    claims = Claims(settings.state / "claims.db", boot="")
    yield claims
    claims.close()


@pytest.fixture
def drain(root, store, claims):
    return Drain(root, store, claims)


@pytest.fixture
def stored(store):
    """Give a function that reads the ids of the stored verdicts, in their order, and how many were counted."""

    def read():
        with store.read() as connection:
            ids = connection.execute(select(verdict.c.verdict_id).order_by(verdict.c.seq)).scalars().all()
            counted = connection.execute(select(func.coalesce(func.sum(feed_count.c.n), 0))).scalar_one()
        return ids, counted

    return read
