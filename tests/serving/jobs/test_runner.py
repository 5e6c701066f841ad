import dataclasses
import json
import os
import signal
import time
from collections import Counter

import pytest

from serving.jobs.progress import read_progress
from serving.jobs.runner import JobProcess, run_waiting_jobs, stop_jobs

NOTES = 3000
ROOM = 600_000  # bytes of a journal that takes some 800 of them (a half is for jobs): there a job waits for the keeper
# Each process loads the model; what differs between databases is tested without one.
pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)


@pytest.fixture
def process():
    process = JobProcess()
    yield process
    process.stop()


@pytest.fixture
def jobs(jobs):
    """Jobs judged by the released model, in a real process."""
    jobs.classifier = None
    return jobs


def note(number):
    return json.dumps({"note_id": f"n{number}", "body": "今天去公园，樱花开了" * 5})


def wait_until(is_true, *, seconds=120):
    end = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.002)


def test_a_job_whose_process_is_killed_ends_with_each_line_once(jobs, process):
    job_id = jobs.add([note(number) for number in range(NOTES)])

    def see_to(settings=jobs.settings):
        process._not_before = 0.0
        process.see_to(jobs.store, settings)

    pids = set()
    for turn in (1, 2):
        lines = read_progress(jobs.folder(job_id)).lines
        see_to(dataclasses.replace(jobs.settings, journal_bytes=turn * ROOM))
        pids.add(process.pid)
        wait_until(lambda lines=lines: read_progress(jobs.folder(job_id)).lines > lines)
        os.kill(process.pid, signal.SIGKILL)
        wait_until(lambda: process.pid is None)
        assert jobs.row(job_id).state == "running"
        process.see_to(jobs.store, jobs.settings)  # finds it dead
    wait_until(lambda: see_to() or jobs.row(job_id).state == "done")
    assert len(pids) == 2
    assert (jobs.row(job_id).done, jobs.row(job_id).failed) == (NOTES, 0)
    results = jobs.results(job_id)
    assert [line["line"] for line in results] == list(range(1, NOTES + 1))
    jobs.drain()
    stored = {row.verdict_id: row.note_id for row in jobs.verdicts()}
    assert Counter(stored.values()) == Counter(f"n{number}" for number in range(NOTES))
    assert stored == {line["verdict"]["verdict_id"]: line["verdict"]["note_id"] for line in results}
    assert not (jobs.folder(job_id) / "notes.jsonl").exists()


def test_the_chore_has_all_waiting_jobs_worked_off_by_one_process(jobs):
    job_ids = [jobs.add([note(1)]) for _ in range(2)]
    try:
        run_waiting_jobs(jobs.store, jobs.settings)
        wait_until(lambda: [jobs.row(job_id).state for job_id in job_ids] == ["done", "done"])
    finally:
        stop_jobs(jobs.settings)


def test_without_a_job_there_is_no_process(jobs, process):
    process.see_to(jobs.store, jobs.settings)
    assert process.pid is None


def test_a_process_that_fails_says_so_in_one_line_and_is_not_started_again_at_once(jobs, process, tmp_path, capfd):
    jobs.add([note(1)])
    settings = dataclasses.replace(jobs.settings, model=tmp_path / "no model")
    process.see_to(jobs.store, settings)
    wait_until(lambda: process.pid is None)
    process.see_to(jobs.store, settings)
    assert process.pid is None
    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    assert {"error", "critical"} & {line["level"] for line in lines}


def test_a_job_of_another_machine_is_left_alone(jobs, process, tmp_path):
    jobs.add([note(1)])
    other = dataclasses.replace(jobs.settings, state=tmp_path / "other")
    process.see_to(jobs.store, other)
    assert process.pid is None
