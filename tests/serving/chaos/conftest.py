"""Services to break, on SQLite and on a PostgreSQL that nobody else uses."""

import psycopg
import pytest

from tests.serving.chaos.real_service import RealService
from tests.serving.postgres import new_postgres


@pytest.fixture
def service_of(tmp_path):
    """Give a function that makes a service, to be started; all are ended."""
    made = []

    def make(*arguments, **variables):
        made.append(RealService(tmp_path, *arguments, **variables))
        return made[-1]

    yield make
    for service in made:
        service.end()


@pytest.fixture(scope="session")
def server_to_break():
    """Make one server for all tests that stop and start it: making one takes seconds."""
    with new_postgres() as server:
        yield server


@pytest.fixture
def own_postgres(server_to_break):
    """Give a PostgreSQL server to stop and start, with nothing in its database."""
    if not server_to_break.is_running:
        server_to_break.start()
    with psycopg.connect(server_to_break.url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    return server_to_break


@pytest.fixture(params=["sqlite", "postgresql"])
def own_url(request, tmp_path):
    """Give the URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/huoren.db"
    return request.getfixturevalue("own_postgres").url
