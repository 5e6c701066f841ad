import os
from contextlib import closing

import pytest

from serving.jobs.process import work_off_next
from serving.jobs.spool import lock_folder
from serving.journal.writer import JournalWriter

NOTE = '{"note_id": "n1"}'


@pytest.fixture
def work(jobs):
    with closing(JournalWriter(jobs.settings.state / "journal")) as journal:
        yield lambda: work_off_next(jobs.worker(journal), jobs.store, jobs.settings)


def test_the_oldest_job_comes_first(jobs, work):
    newer, older = jobs.add([NOTE]), jobs.add([NOTE], age_us=1_000_000)
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
    lost, whole = jobs.add([NOTE], age_us=1_000_000), jobs.add([NOTE])
    (jobs.folder(lost) / "notes.jsonl").unlink()
    jobs.folder(lost).rmdir()
    assert work()
    assert work()
    assert [jobs.row(job_id).state for job_id in (lost, whole)] == ["failed", "done"]
