import os
import signal
import time

import pytest

from serving.server import member
from serving.server.member import Member


def beat_and_hang(is_replacement, beats):
    beats.send_bytes(b".")
    time.sleep(600)


def say_whether_replacement(is_replacement, beats):
    beats.send_bytes(b".")
    raise SystemExit(20 + is_replacement)


@pytest.fixture
def make_member():
    members = []

    def make(work):
        members.append(Member("worker", work, beats=True, last_seconds=5))
        return members[-1]

    yield make
    for each in members:
        each.kill()
        each.join(30)


def tend_until(each, claim, wait_for):
    def turn():
        each.read_beats()
        each.tend()
        return claim()

    wait_for(turn, seconds=120)


def test_a_worker_whose_event_loop_stands_still_is_killed_and_replaced(make_member, wait_for, monkeypatch):
    each = make_member(beat_and_hang)
    tend_until(each, lambda: each.has_started, wait_for)
    first = each.process.pid
    monkeypatch.setattr(member, "SILENT_SECONDS", 0.2)
    tend_until(each, lambda: each.process is None, wait_for)
    monkeypatch.undo()
    tend_until(each, lambda: each.process is not None and each.has_started and each.process.pid != first, wait_for)


def test_silence_is_forgiven_when_the_supervisor_itself_stood_still(make_member, wait_for):
    each = make_member(beat_and_hang)
    tend_until(each, lambda: each.has_started, wait_for)
    each._last_beat -= 2 * member.SILENT_SECONDS
    each.forgive_silence()
    each.tend()
    assert not each.join(0.1)


def test_one_that_ends_soon_after_its_start_is_started_again_more_and_more_slowly(
    make_member, wait_for, caplog, monkeypatch
):
    monkeypatch.setattr(member, "_STEADY_SECONDS", 600)  # a busy machine may be slow to start a process
    each = make_member(say_whether_replacement)
    tend_until(each, lambda: caplog.text.count("another starts in") == 2, wait_for)
    assert "exit status 20; another starts in 0.5 s" in caplog.text
    assert "exit status 21; another starts in 1.0 s" in caplog.text
    assert each.failed_starts == 0


def test_a_members_process_hears_no_ctrl_c(make_member, wait_for):
    each = make_member(beat_and_hang)
    tend_until(each, lambda: each.has_started, wait_for)
    os.kill(each.process.pid, signal.SIGINT)
    assert not each.join(0.5)
