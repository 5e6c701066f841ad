"""Jobs without HTTP: a spool in a folder of the test, and a worker with the classifier that finds "微信"."""

import json

import msgspec
import pytest
from sqlalchemy import select

from serving.api.human_decisions import HumanDecisions
from serving.jobs.options import JobOptions
from serving.jobs.spool import RESULTS, folder_of, host_of, spool_of
from serving.jobs.upload import Upload
from serving.jobs.work import JobWorker
from serving.journal.reader import read_segment
from serving.journal.record import new_id
from serving.journal.writer import JournalWriter
from serving.settings import Settings
from serving.store.clock import DAY_US, now_us
from serving.store.jobs import find_job, insert_job
from serving.store.tables import verdict
from serving.store.verdicts import insert_verdicts

SECRET = b"a secret of tests"


@pytest.fixture
def settings(tmp_path, store):
    url = store.engine.url.render_as_string(hide_password=False)
    return Settings(state=tmp_path / "state", database_url=url, webhook_secret="s" * 16, callback_hosts=("127.0.0.1",))


class Jobs:
    """What a test does with jobs."""

    def __init__(self, store, settings, classifier):
        self.store, self.settings, self.classifier = store, settings, classifier

    def add(self, lines, *, callback_url=None, age_us=0, caller="platform", **options):
        upload = Upload(spool_of(self.settings))
        upload.write("\n".join(lines).encode())
        upload.finish()
        job_id = new_id()
        assert upload.move_to(folder_of(self.settings, job_id))
        upload.discard()
        created_us = now_us() - age_us
        row = {
            "job_id": job_id,
            "state": "queued",
            "total": upload.notes,
            "done": 0,
            "failed": 0,
            "options": msgspec.to_builtins(JobOptions(request_id="r1", body_hash="", **options)),
            "callback_url": callback_url,
            "caller": caller,
            "created_us": created_us,
            "expires_us": created_us + DAY_US,
            "host": host_of(self.settings),
        }
        with self.store.begin() as connection:
            assert insert_job(connection, row)
        return job_id

    def row(self, job_id):
        with self.store.read() as connection:
            return find_job(connection, job_id)

    def folder(self, job_id):
        return folder_of(self.settings, job_id)

    def results(self, job_id):
        return [json.loads(line) for line in (self.folder(job_id) / RESULTS).read_text().splitlines()]

    def worker(self, journal, **changes):
        given = {
            "settings": self.settings,
            "store": self.store,
            "journal": journal,
            "humans": HumanDecisions(),
            "secret": SECRET,
            "ready": lambda policy: self.classifier,
            "is_stopped": lambda: False,
        }
        return JobWorker(**(given | changes))

    def work_off(self, job_id, **changes):
        journal = JournalWriter(self.settings.state / "journal")
        try:
            self.worker(journal, **changes).work_off(self.row(job_id))
        finally:
            journal.close()

    def drain(self):
        """Bring all journals into the database."""
        with self.store.begin() as connection:
            for segment in sorted((self.settings.state / "journal").glob("*/*.segment")):
                for frame in read_segment(segment, is_closed=True):
                    insert_verdicts(connection, frame.records)

    def verdicts(self):
        with self.store.read() as connection:
            return connection.execute(select(verdict).order_by(verdict.c.seq)).all()


@pytest.fixture
def jobs(store, settings, classifier):
    return Jobs(store, settings, classifier)
