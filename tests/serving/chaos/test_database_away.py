"""PostgreSQL that stops, dies or hangs under load costs no answer and no verdict."""

import os
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.serving.chaos.load import Load, worst
from tests.serving.chaos.real_service import wait_for
from tests.serving.chaos.size import FULL_SIZE, report
from tests.serving.chaos.stored import check_replayed, check_stored


def postgres_pids(server):
    """List the server's processes."""
    postmaster = (server.folder / "data" / "postmaster.pid").read_text().split()[0]
    listing = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True).stdout.split()
    pids = zip(listing[::2], listing[1::2], strict=True)
    return [int(postmaster), *(int(pid) for pid, parent in pids if parent == postmaster)]


def send_all(server, number):
    for pid in postgres_pids(server):
        os.kill(pid, number)


LEAVE = {
    "stops": lambda server: server.stop("fast"),
    "dies": lambda server: server.stop("immediate"),
    "hangs": lambda server: send_all(server, signal.SIGSTOP),
}


@pytest.mark.parametrize("how", LEAVE if FULL_SIZE else ["stops", "dies"])
def test_answers_go_on_while_postgres_is_away(service_of, own_postgres, how):
    service = service_of(HUOREN_DATABASE_URL=own_postgres.url).start()
    with Load(service) as load:
        load.wait_for_more()
        LEAVE[how](own_postgres)
        try:
            since = time.monotonic()
            wait_for(lambda: service.ask("/readyz")[1]["status"] == "degraded")
            told = time.monotonic() - since
            time.sleep(30 if FULL_SIZE else 2)
            load.wait_for_more()
            known = load.answered[0].verdict_ids[0]
            assert service.ask(f"/v1/verdicts/{known}")[0] == 503
        finally:
            send_all(own_postgres, signal.SIGCONT) if how == "hangs" else own_postgres.start()
        wait_for(lambda: service.ask("/readyz")[1]["status"] == "ready")
        load.wait_for_more()
    report(how, round(told, 1), len(load.answered), worst(load))
    assert set(load.statuses) == {200}
    check_stored(own_postgres.url, load)


def test_a_service_that_starts_again_while_postgres_is_away_loses_nothing(service_of, own_postgres):
    service = service_of(HUOREN_DATABASE_URL=own_postgres.url).start()
    with Load(service) as load:
        load.wait_for_more()
        own_postgres.stop("immediate")
        load.wait_for_more()
    assert service.stop() == 0
    service.start()
    assert service.ask("/readyz")[1]["status"] == "degraded"
    check_replayed(service, load.answered[-20:])
    with load:
        load.wait_for_more()
        own_postgres.start()
        load.wait_for_more()
    assert set(load.statuses) == {200}
    check_stored(own_postgres.url, load)


def test_a_database_that_hangs_holds_up_nobody_who_does_not_need_it(service_of, own_postgres):
    service = service_of(HUOREN_DATABASE_URL=own_postgres.url, HUOREN_STORE_TEXT="1", workers=1).start()
    verdict_id = service.ask("/v1/classify", {"note_id": "n1", "body": "今天的早餐"})[1]["verdict_id"]
    send_all(own_postgres, signal.SIGSTOP)
    try:
        with ThreadPoolExecutor(40) as askers:
            waiting = [askers.submit(service.ask, f"/v1/verdicts/{verdict_id}") for _ in range(40)]
            large = {"note_id": "n2", "title": "一" * 9000, "body": "二" * 9000, "options": {"dry_run": True}}
            asked = [askers.submit(service.ask, path) for path in ("/healthz", "/readyz", "/metrics")]
            asked.append(askers.submit(service.ask, "/v1/classify", large))
            assert [each.result()[0] for each in asked] == [200, 200, 200, 200]
            assert sum(not each.done() for each in waiting) > 6  # one queue for all would have served them first
            assert {each.result()[0] for each in waiting} == {503}
        wait_for(lambda: service.ask("/readyz")[1]["status"] == "degraded")
        assert service.ask("/v1/classify", {"note_id": "n3", "body": "今天的早餐"})[0] == 200
        assert service.ask(f"/v1/verdicts/{verdict_id}")[0] == 503
    finally:
        send_all(own_postgres, signal.SIGCONT)
    wait_for(lambda: service.ask(f"/v1/verdicts/{verdict_id}")[0] == 200)
