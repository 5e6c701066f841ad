"""Services to break, on SQLite and on a PostgreSQL of their own."""

import pytest

from tests.serving.chaos.real_service import RealService
from tests.serving.postgres import BINARIES, PostgresServer


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


@pytest.fixture
def own_postgres():
    """Give a PostgreSQL server to stop and start."""
    if BINARIES is None:
        pytest.skip("PostgreSQL (initdb) is not installed")
    server = PostgresServer()
    try:
        yield server.start()
    finally:
        server.remove()


@pytest.fixture(params=["sqlite", "postgresql"])
def own_url(request, tmp_path):
    """Give the URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/huoren.db"
    return request.getfixturevalue("own_postgres").url
