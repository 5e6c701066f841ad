import os
from contextlib import closing

import pytest
from sqlalchemy import select

from serving.jobs.process import work_off_next
from serving.jobs.spool import lock_folder
from serving.journal.writer import JournalWriter
from serving.store.jobs import start_job
from serving.store.tables import job

NOTE = '{"note_id": "n1"}'
HOUR_US = 3600 * 1_000_000


@pytest.fixture
def work(jobs):
    with closing(JournalWriter(jobs.settings.state / "journal")) as journal:
        yield lambda: work_off_next(jobs.worker(journal), jobs.store, jobs.settings)


def test_callers_take_turns_however_many_jobs_one_has(jobs, work):
    ages = {"crowd": (9, 8, 7), "other": (3, 2), "third": (1,)}
    for caller, its_ages in ages.items():
        for age in its_ages:
            jobs.add([NOTE], age_us=age * 1_000_000, caller=caller)
    while work():
        pass
    with jobs.store.read() as connection:
        rows = connection.execute(select(job).order_by(job.c.started_us)).all()
    assert [row.caller for row in rows] == ["crowd", "other", "third", "crowd", "other", "crowd"]
    for caller in ages:
        created_us = [row.created_us for row in rows if row.caller == caller]
        assert created_us == sorted(created_us)


def test_a_job_that_was_left_goes_on_before_another_callers_begins(jobs, work):
    newer, older = jobs.add([NOTE], caller="left"), jobs.add([NOTE], age_us=HOUR_US, caller="other")
    with jobs.store.begin() as connection:
        start_job(connection, newer)
    assert work()
    assert [jobs.row(job_id).state for job_id in (newer, older)] == ["done", "queued"]


def test_the_oldest_job_of_a_caller_comes_first(jobs, work):
    newer, older = jobs.add([NOTE]), jobs.add([NOTE], age_us=HOUR_US)
    assert work()
    assert [jobs.row(job_id).state for job_id in (newer, older)] == ["queued", "done"]
    assert work()
    assert not work()


def test_a_job_that_another_process_holds_is_left_to_it(jobs, work):
    job_id = jobs.add([NOTE])
    held = lock_folder(jobs.folder(job_id))
    assert not work()
    os.close(held)
    assert jobs.row(job_id).state == "queued"
    assert work()
    assert jobs.row(job_id).state == "done"


def test_a_job_whose_folder_is_gone_fails_and_holds_up_no_other(jobs, work):
    lost, whole = jobs.add([NOTE], age_us=HOUR_US), jobs.add([NOTE])
    (jobs.folder(lost) / "notes.jsonl").unlink()
    jobs.folder(lost).rmdir()
    assert work()
    assert work()
    assert [jobs.row(job_id).state for job_id in (lost, whole)] == ["failed", "done"]
