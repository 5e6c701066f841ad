import os
import stat
import subprocess
import sys
import time

import msgspec
import pytest
from sqlalchemy import select, update

from data.errors import DataError
from serving.jobs import upload as upload_module
from serving.jobs.spool import INPUT, RESULTS, delete_expired, folder_of, host_of, remove, spool_of
from serving.jobs.upload import Upload
from serving.settings import Settings
from serving.store.clock import DAY_US
from serving.store.jobs import cancel_job
from serving.store.tables import job, webhook

NOTE = '{"note_id": "n1"}'
_UPLOAD_AND_HANG = """
import sys, time
from pathlib import Path
from serving.jobs.upload import Upload

Upload(Path(sys.argv[1])).write(b"half a note")
print("written", flush=True)
time.sleep(600)
"""


def make_old(folder):
    os.utime(folder, (time.time() - 3600,) * 2)


def test_folders_and_files_are_readable_by_nobody_else(jobs):
    job_id = jobs.add([NOTE])
    jobs.work_off(job_id)
    for path in [spool_of(jobs.settings), *spool_of(jobs.settings).rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_a_state_folder_has_one_name_for_ever(tmp_path):
    settings = Settings(state=tmp_path / "a")
    assert host_of(settings) == host_of(settings)
    assert host_of(settings) != host_of(Settings(state=tmp_path / "b"))


@pytest.mark.parametrize("job_id", ["..", "../../etc", "A" * 32, "0" * 31, "0" * 32 + "/x", ""])
def test_no_path_is_made_of_what_is_no_id(tmp_path, job_id):
    with pytest.raises(ValueError, match="32 hex digits"):
        folder_of(Settings(state=tmp_path), job_id)


def test_a_job_that_expires_before_its_end_fails_and_its_input_is_deleted(jobs):
    job_id = jobs.add([NOTE], age_us=DAY_US)
    delete_expired(jobs.store, jobs.settings)
    assert jobs.row(job_id).state == "failed"
    assert "24 hours" in jobs.row(job_id).error
    assert not jobs.folder(job_id).exists()


def test_a_job_that_expires_is_told_to_its_callback_once(jobs):
    job_id = jobs.add([NOTE], age_us=DAY_US, callback_url="http://127.0.0.1:9/")
    for _machine in range(2):
        delete_expired(jobs.store, jobs.settings)
    with jobs.store.read() as connection:
        (body,) = connection.execute(select(webhook.c.body)).scalars()
    told = msgspec.json.decode(body)
    assert (told["event"], told["job_id"], told["state"]) == ("job.finished", job_id, "failed")


def test_results_are_deleted_a_day_after_the_end(jobs):
    job_id = jobs.add([NOTE])
    jobs.work_off(job_id)
    delete_expired(jobs.store, jobs.settings)
    assert (jobs.folder(job_id) / RESULTS).exists()
    with jobs.store.begin() as connection:
        connection.execute(update(job).values(expires_us=job.c.expires_us - DAY_US))
    delete_expired(jobs.store, jobs.settings)
    assert not jobs.folder(job_id).exists()
    assert jobs.row(job_id).state == "done"


def test_a_waiting_job_keeps_its_input(jobs):
    job_id = jobs.add([NOTE])
    make_old(jobs.folder(job_id))
    delete_expired(jobs.store, jobs.settings)
    assert (jobs.folder(job_id) / INPUT).exists()


def test_input_that_a_killed_process_left_after_the_end_is_deleted(jobs):
    job_id = jobs.add([NOTE])
    jobs.work_off(job_id)
    (jobs.folder(job_id) / INPUT).write_text(NOTE)
    delete_expired(jobs.store, jobs.settings)
    assert not (jobs.folder(job_id) / INPUT).exists()
    assert (jobs.folder(job_id) / RESULTS).exists()


def test_a_job_cancelled_on_another_machine_is_deleted_here(jobs):
    job_id = jobs.add([NOTE])
    with jobs.store.begin() as connection:
        cancel_job(connection, job_id)
    delete_expired(jobs.store, jobs.settings)
    assert not jobs.folder(job_id).exists()


def test_a_folder_without_a_job_is_deleted_once_it_is_old(jobs):
    folder = jobs.folder("0" * 32)
    folder.mkdir()
    delete_expired(jobs.store, jobs.settings)
    assert folder.exists()
    make_old(folder)
    delete_expired(jobs.store, jobs.settings)
    assert not folder.exists()


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_what_a_killed_process_uploaded_is_deleted_and_what_a_living_one_uploads_is_kept(jobs):
    command = [sys.executable, "-c", _UPLOAD_AND_HANG, str(spool_of(jobs.settings))]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"written\n"
        (folder,) = spool_of(jobs.settings).glob("*.upload")
        make_old(folder)
        delete_expired(jobs.store, jobs.settings)
        assert folder.exists()
        process.kill()
    make_old(folder)
    delete_expired(jobs.store, jobs.settings)
    assert not folder.exists()


def test_a_folder_that_an_upload_holds_waits_for_its_job_however_old_it_is(jobs):
    upload, folder = Upload(spool_of(jobs.settings)), jobs.folder("0" * 32)
    assert upload.move_to(folder)
    make_old(folder)
    delete_expired(jobs.store, jobs.settings)
    assert folder.exists()
    upload.discard()
    delete_expired(jobs.store, jobs.settings)
    assert not folder.exists()


def test_an_upload_that_cannot_begin_leaves_nothing(tmp_path, monkeypatch):
    held, lock_folder = [], upload_module.lock_folder
    monkeypatch.setattr(upload_module, "lock_folder", lambda folder: held.append(lock_folder(folder)) or held[0])
    monkeypatch.setattr(upload_module, "INPUT", "no/such/folder")
    with pytest.raises(OSError, match="No such file"):
        Upload(tmp_path)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(held[0])


def test_an_upload_that_is_discarded_leaves_nothing(tmp_path):
    upload = Upload(tmp_path)
    upload.write(b"half a note")
    upload.discard()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("parts", "notes"),
    [
        ([b"a\nb\n"], 2),
        ([b"a\nb"], 2),
        ([b"a", b"b\n", b"c"], 2),
        ([b"\n \n\r\n", b"\t"], 0),
        ([b" ", b"a", b" \n", b"\n"], 1),
        ([b""], 0),
    ],
)
def test_lines_are_counted_however_the_bytes_are_cut(tmp_path, parts, notes):
    upload = Upload(tmp_path)
    for part in parts:
        upload.write(part)
    upload.finish()
    assert upload.notes == notes
    upload.discard()


def test_blank_lines_without_end_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("serving.jobs.upload.MAX_NOTES", 10)
    upload = Upload(tmp_path)
    upload.write(b"a\n" + b"\n" * 19)
    with pytest.raises(DataError, match="20 lines"):
        upload.write(b"\n")
    upload.discard()


def test_removing_a_folder_twice_or_over_a_remnant_leaves_nothing(tmp_path):
    for name in ("a", "a.gone"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").touch()
    remove(tmp_path / "a")
    remove(tmp_path / "a")
    assert list(tmp_path.iterdir()) == []
