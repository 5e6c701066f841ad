"""A service that is killed at random moments loses no answered verdict and stores none twice."""

import random
import time

from tests.serving.chaos.load import Load
from tests.serving.chaos.size import FULL_SIZE, report
from tests.serving.chaos.stored import check_replayed, check_stored

PARTS = ("all", "worker", "keeper", "supervisor")


def test_no_verdict_is_lost_or_doubled_by_kills_under_load(service_of, own_url):
    service = service_of(HUOREN_DATABASE_URL=own_url).start()
    moments = random.Random(7)
    rounds = 5 if FULL_SIZE else 1
    with Load(service) as load:
        for part in PARTS * rounds:
            load.wait_for_more()
            before = moments.sample(load.answered, 10)
            time.sleep(moments.random())
            service.kill(part)
            if part in ("all", "supervisor"):
                service.wait_until_gone()
                service.start()
            check_replayed(service, before)
    report(len(load.answered), load.sent, load.statuses)
    assert set(load.statuses) <= {0, 200, 409, 503}  # 503: a worker that starts with the service is still loading
    check_stored(own_url, load)
    check_replayed(service, load.answered[-20:])
