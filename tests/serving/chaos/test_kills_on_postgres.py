"""A service on PostgreSQL that is killed at random moments loses no answered verdict and stores none twice."""

from tests.serving.chaos.kills import kill_under_load
from tests.serving.chaos.size import FULL_SIZE


def test_no_verdict_is_lost_or_doubled_by_kills_under_load(service_of, own_postgres):
    kill_under_load(service_of, own_postgres.url, 20 if FULL_SIZE else 6)
