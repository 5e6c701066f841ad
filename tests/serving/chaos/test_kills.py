"""A service on SQLite that is killed at random moments loses no answered verdict and stores none twice."""

from tests.serving.chaos.kills import kill_under_load


def test_no_verdict_is_lost_or_doubled_by_20_kills_under_load(service_of, tmp_path):
    kill_under_load(service_of, f"sqlite:///{tmp_path}/huoren.db", 20)
