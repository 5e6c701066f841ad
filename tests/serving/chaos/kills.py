"""Kills at random moments of a service under load, and what must then hold."""

import random
import time
from itertools import cycle, islice

from tests.serving.chaos.load import Load
from tests.serving.chaos.size import report
from tests.serving.chaos.stored import check_replayed, check_stored

PARTS = ("all", "worker", "keeper", "supervisor", "worker", "keeper")


def kill_under_load(service_of, url, kills):
    """Kill part after part at random moments, and check what is answered then, and what is stored in the end."""
    service = service_of(HUOREN_DATABASE_URL=url).start()
    moments = random.Random(7)
    with Load(service) as load:
        for part in islice(cycle(PARTS), kills):
            load.wait_for_more(10)
            before = moments.sample(load.answered, 10)
            time.sleep(moments.random() / 2)
            service.kill(part)
            if part in ("all", "supervisor"):
                service.wait_until_gone()
                service.start()
            check_replayed(service, before)
    report(len(load.answered), load.sent, load.statuses)
    assert set(load.statuses) <= {0, 200, 409, 503}  # 503: a worker that starts with the service is still loading
    check_stored(url, load)
    check_replayed(service, load.answered[-20:])
