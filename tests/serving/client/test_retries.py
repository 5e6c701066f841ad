"""When a client tries again, and how long it waits: decided by rule, without a clock."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from serving.client.calls import ApiCall
from serving.client.retries import KEY_RUNNING, Attempts, Retries, read_retry_after

READ = ApiCall(method="GET", path="/", answer=dict)
UNNAMED = ApiCall(method="POST", path="/", answer=dict, is_repeatable=False)
FOUR_TRIES = Retries(attempts=4, seconds=100.0, first_wait=1.0, longest_wait=3.0)


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def attempts(call=READ, retries=FOUR_TRIES, *, clock=None, chance=1.0):
    return Attempts(call, retries, clock=clock or Clock(), chance=lambda: chance)


def test_waits_double_up_to_the_longest_and_then_it_gives_up():
    tries = attempts()
    assert [tries.wait_after_failure() for _ in range(4)] == [1.0, 2.0, 3.0, None]


def test_waits_are_spread_from_nothing_to_the_whole():
    assert attempts(chance=0.0).wait_after_failure() == 0.0
    assert attempts(chance=0.5).wait_after_failure() == 0.5


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_load_is_waited_out_never_less_than_the_service_asks(status):
    assert attempts(chance=0.5).wait_after_answer(status, "about:blank", 7.0) == 7.5


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 422, 500])
def test_what_would_be_refused_again_stands(status):
    assert attempts().wait_after_answer(status, "about:blank", None) is None


def test_the_answer_to_a_request_that_still_runs_is_waited_for():
    assert attempts().wait_after_answer(409, KEY_RUNNING, 1.0) == 2.0


def test_a_change_without_a_name_is_sent_again_only_where_it_was_not_taken():
    assert attempts(UNNAMED).wait_after_failure() is None
    assert attempts(UNNAMED).wait_after_answer(503, "about:blank", 1.0) is None
    assert attempts(UNNAMED).wait_after_answer(429, "about:blank", 1.0) == 2.0


def test_no_wait_outlasts_the_time_for_all_tries():
    clock = Clock()
    tries = attempts(retries=Retries(seconds=10.0), clock=clock, chance=0.0)
    assert tries.wait_after_answer(503, "about:blank", 11.0) is None
    assert tries.wait_after_answer(503, "about:blank", 9.0) == 9.0
    clock.now = 9.5
    assert tries.wait_after_answer(503, "about:blank", 1.0) is None


def test_retry_after_may_be_a_date():
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    assert 50 < read_retry_after(later) <= 60


@pytest.mark.parametrize("value", [None, "", "-1", "1.5", "soon", "9" * 20, "Wed, 99 Oct 2015 07:28:00 GMT"])
def test_another_retry_after_says_nothing(value):
    assert read_retry_after(value) is None
