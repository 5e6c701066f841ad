import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from serving.rate_limit import RateLimit

ROOT = Path(__file__).parents[2]
TAKE = """
import sys
from pathlib import Path
from serving.rate_limit import RateLimit
limit = RateLimit(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.read()
print(sum(limit.take(7, 0.001) == 0.0 for _ in range(2000)))
print(sum(limit.take(8, 500.0) == 0.0 for _ in range(2000)))
"""


class Clock:
    now = 1000.0

    def monotonic(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr("serving.rate_limit.time", clock)
    return clock


@pytest.fixture
def limit(tmp_path):
    limit = RateLimit(tmp_path / "rates")
    yield limit
    limit.close()


def taken(limit, times, rate, slot=0):
    return sum(limit.take(slot, rate) == 0.0 for _ in range(times))


def test_a_rested_key_has_one_second_at_once(limit, clock):
    assert taken(limit, 30, 10.0) == 10


def test_then_it_has_its_rate(limit, clock):
    taken(limit, 10, 10.0)
    clock.now += 0.35
    assert taken(limit, 10, 10.0) == 3
    clock.now += 1000
    assert taken(limit, 30, 10.0) == 10


def test_a_rate_below_one_admits_one_and_says_when_the_next(limit, clock):
    assert limit.take(0, 0.1) == 0.0
    clock.now += 4
    assert limit.take(0, 0.1) == pytest.approx(6.0)
    clock.now += 6
    assert limit.take(0, 0.1) == 0.0


def test_what_is_refused_costs_nothing(limit, clock):
    taken(limit, 100, 10.0)
    clock.now += 0.1
    assert taken(limit, 5, 10.0) == 1


def test_keys_do_not_share_their_rates(limit, clock):
    assert [taken(limit, 3, 1.0, slot) for slot in (0, 1, 65_535)] == [1, 1, 1]


def test_times_of_before_a_restart_lock_nobody_out(limit, clock):
    taken(limit, 10, 10.0)
    clock.now = 5.0
    assert taken(limit, 20, 10.0) == 10


def test_the_file_is_for_its_owner_alone(limit, tmp_path):
    assert stat.S_IMODE((tmp_path / "rates").stat().st_mode) == 0o600


@pytest.mark.skipif(sys.platform == "darwin", reason="there nothing sets space aside")
def test_its_space_is_set_aside_so_that_a_full_disk_ends_no_process(limit, tmp_path):
    status = (tmp_path / "rates").stat()
    assert status.st_blocks * 512 >= status.st_size == 2**19


def test_threads_share_one_rate(limit):
    admitted = []
    threads = [threading.Thread(target=lambda: admitted.append(taken(limit, 500, 0.001))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(admitted) == 1


def test_processes_share_one_rate(tmp_path):
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", TAKE, tmp_path / "rates"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    begun = time.monotonic()
    for process in processes:
        process.stdin.close()
    admitted = [list(map(int, process.stdout.read().split())) for process in processes]
    lasted = time.monotonic() - begun
    for process in processes:
        process.stdout.close()
        assert process.wait(60) == 0
    slow, fast = map(sum, zip(*admitted, strict=True))
    assert slow == 1
    assert 500 <= fast <= 500 + 500 * lasted + 1
