"""PostgreSQL that stops, dies or hangs under load costs no answer and no verdict."""

import signal
import time

from tests.serving.chaos.load import Load, worst
from tests.serving.chaos.real_service import wait_for
from tests.serving.chaos.size import FULL_SIZE, report
from tests.serving.chaos.stored import check_replayed, check_stored

LEAVE = {
    "stops": lambda server: server.stop("fast"),
    "dies": lambda server: server.stop("immediate"),
    "hangs": lambda server: server.send(signal.SIGSTOP),
}


def test_answers_go_on_however_postgres_goes_away(service_of, own_postgres):
    service = service_of(HUOREN_DATABASE_URL=own_postgres.url, workers=1).start()
    with Load(service) as load:
        for how in LEAVE if FULL_SIZE else ("stops", "dies"):
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
                own_postgres.send(signal.SIGCONT) if how == "hangs" else own_postgres.start()
            wait_for(lambda: service.ask("/readyz")[1]["status"] == "ready")
            report(how, round(told, 1), len(load.answered), worst(load))
        load.wait_for_more()
    assert set(load.statuses) == {200}
    check_stored(own_postgres.url, load)


def test_a_service_that_starts_again_while_postgres_is_away_loses_nothing(service_of, own_postgres):
    service = service_of(HUOREN_DATABASE_URL=own_postgres.url, workers=1).start()
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
