"""Tests of properties fail by their examples alone: not by chance, and not because a machine is busy."""

from hypothesis import HealthCheck, settings


def test_every_run_tries_the_same_examples_however_long_they_take():
    used = settings()
    assert used.derandomize
    assert used.deadline is None
    assert HealthCheck.too_slow in used.suppress_health_check
