"""Two machines over one PostgreSQL: whichever dies, each note is stored and counted once."""

from itertools import cycle

import pytest

from tests.serving.chaos.load import Load
from tests.serving.chaos.real_service import RealService
from tests.serving.chaos.size import report
from tests.serving.chaos.stored import check_counted


class Balancer:
    """Looks like one service: each new connection goes to the next machine."""

    def __init__(self, machines):
        self._turns = cycle(machines)

    @property
    def port(self):
        return next(self._turns).port


@pytest.fixture
def machines(tmp_path, own_postgres):
    shared = {"HUOREN_DATABASE_URL": own_postgres.url, "HUOREN_SECRET": "a secret of tests"}
    machines = []
    try:
        for name in ("first", "second"):
            (tmp_path / name).mkdir()
            machines.append(RealService(tmp_path / name, workers=1, **shared).start())
        yield machines
    finally:
        for machine in machines:
            machine.end()


def test_notes_that_go_to_another_machine_when_theirs_dies_are_counted_once(machines, own_postgres):
    with Load(Balancer(machines)) as load:
        for machine in machines:
            load.wait_for_more()
            machine.kill("all")
            machine.wait_until_gone()
            load.wait_for_more()
            machine.start()
        load.wait_for_more()
    report(len(load.answered), load.sent, load.statuses)
    check_counted(own_postgres.url, load.sent)
    assert [machine.stop() for machine in machines] == [0, 0]
    check_counted(own_postgres.url, load.sent)  # what still waited was stored already
