"""A PostgreSQL that takes requests and answers none holds up what needs it, and nothing else."""

import signal
from concurrent.futures import ThreadPoolExecutor

from tests.serving.chaos.real_service import wait_for


def test_a_database_that_hangs_holds_up_nobody_who_does_not_need_it(service_of, own_postgres):
    service = service_of(HUOREN_DATABASE_URL=own_postgres.url, HUOREN_STORE_TEXT="1", workers=1).start()
    verdict_id = service.ask("/v1/classify", {"note_id": "n1", "body": "今天的早餐"})[1]["verdict_id"]
    own_postgres.send(signal.SIGSTOP)
    try:
        with ThreadPoolExecutor(44) as askers:
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
        own_postgres.send(signal.SIGCONT)
    wait_for(lambda: service.ask(f"/v1/verdicts/{verdict_id}")[0] == 200)
