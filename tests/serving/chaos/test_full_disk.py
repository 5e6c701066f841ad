"""Where verdicts cannot be kept nothing is answered; once they can, the service goes on by itself."""

import contextlib
import resource

import pytest

from tests.serving.chaos.load import Load
from tests.serving.chaos.real_service import wait_for
from tests.serving.chaos.stored import check_replayed, check_stored


def limit_files(service, size):
    """Let no process of the service write beyond so many bytes of any file, as a full disk does not."""
    for pid in service.members():
        with contextlib.suppress(ProcessLookupError):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def refused(load):
    return load.statuses[503] + load.statuses[409]


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only Linux limits another process's files")
def test_a_disk_that_takes_nothing_more_stops_answers_until_it_does(service_of, own_url):
    service = service_of(HUOREN_DATABASE_URL=own_url, workers=1).start()
    with Load(service) as load:
        load.wait_for_more()
        limit_files(service, 0)
        wait_for(lambda: refused(load) > 50)
        answered = len(load.answered)
        wait_for(lambda: refused(load) > 100)
        assert len(load.answered) == answered
        limit_files(service, resource.RLIM_INFINITY)
        load.wait_for_more()
    assert 200 in load.statuses
    assert set(load.statuses) <= {200, 409, 503}  # 409: a key that no disk could free is at work until one can
    check_stored(own_url, load)
    check_replayed(service, load.answered[-20:])
    assert service.stop() == 0


def test_a_full_journal_stops_answers_until_the_database_is_back(service_of, own_postgres):
    url = own_postgres.url
    service = service_of(HUOREN_DATABASE_URL=url, HUOREN_JOURNAL_BYTES=str(2**20), workers=1).start()
    with Load(service) as load:
        load.wait_for_more()
        own_postgres.stop("immediate")
        wait_for(lambda: load.statuses[503] > 50)
        wait_for(lambda: {"database_away", "journal_filling"} <= set(service.ask("/readyz")[1]["reasons"]))
        assert service.ask("/readyz")[1]["status"] == "degraded"
        own_postgres.start()
        load.wait_for_more()
    assert set(load.statuses) == {200, 503}
    check_stored(url, load)
    wait_for(lambda: service.ask("/readyz")[1]["status"] == "ready")
