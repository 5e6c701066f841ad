"""The command itself: one running service of two workers for all tests that only ask, and starts that fail."""

import contextlib
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from serving import cli, serve

ROOT = Path(__file__).parents[2]
NOWHERE = "postgresql://nobody@127.0.0.1:1/none"
NOTE = json.dumps({"note_id": "n1", "body": "想要的加我微信：huoren_test88"}).encode()
ALWAYS = {  # what needs no webhook, no shadow and no refusal
    "huoren_requests_total",
    "huoren_request_seconds_count",
    "huoren_notes_total",
    "huoren_verdicts_total",
    "huoren_queue_notes",
    "huoren_queue_seconds_count",
    "huoren_batch_notes_count",
    "huoren_model_info",
    "huoren_build_info",
    "huoren_store_up",
    "huoren_journal_used_ratio",
    "huoren_journal_aside_files",
    "huoren_journal_waiting_bytes",
    "huoren_journal_drained_timestamp_seconds",
    "huoren_jobs_total",
    "huoren_webhooks_total",
}


class Command:
    """`huoren serve` in a folder of its own; stderr goes to its file `log`."""

    def __init__(self, folder, *arguments, **variables):
        self.folder = folder
        own = {"PYTHONPATH": str(ROOT), "HUOREN_STATE": str(folder / "state"), "TMPDIR": str(folder)}
        with (folder / "log").open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "serving.cli", "serve", "--port", "0", *arguments],
                cwd=folder,
                env=os.environ | own | variables,
                stderr=log,
                start_new_session=True,
            )

    @property
    def log(self):
        return (self.folder / "log").read_text()

    @property
    def url(self):
        """Wait until it says where it listens."""
        return wait_for(self._said_url)

    def end(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=60)

    def _said_url(self):
        said = re.search(r"http://127\.0\.0\.1:\d+", self.log)
        assert said or self.process.poll() is None, self.log
        return said and said[0]


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    command = Command(tmp_path_factory.mktemp("service"), "--workers", "2")
    yield command
    command.end()


@pytest.fixture
def start(tmp_path):
    """Give a function that runs the command."""
    with contextlib.ExitStack() as stack:

        def run(*arguments, **variables):
            command = Command(tmp_path, *arguments, **variables)
            stack.callback(command.end)
            return command

        yield run


def wait_for(find, seconds=180):
    latest = time.monotonic() + seconds
    while not (found := find()):
        assert time.monotonic() < latest, "it must become true in time; it did not"
        time.sleep(0.05)
    return found


def ask(url, body=None, kind="application/json"):
    """Ask until it can answer: after a 503 once more, for that stored nothing; an answer that is lost is a fault."""

    def answered():
        request = urllib.request.Request(url, data=body, headers={"Content-Type": kind})
        try:
            with urllib.request.urlopen(request, timeout=180) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError as error:
            error.close()
            if error.code != 503:
                raise

    return wait_for(answered)


def read_samples(text):
    return [each for family in text_string_to_metric_families(text) for each in family.samples]


def total(samples, name, **labels):
    return sum(each.value for each in samples if each.name == name and labels.items() <= each.labels.items())


def test_a_real_service_answers(service):
    assert json.loads(ask(f"{service.url}/readyz"))["status"] == "ready"
    verdict = json.loads(ask(f"{service.url}/v1/classify", NOTE))
    assert "wechat" in {item["kind"] for item in verdict["evidence"]}


def test_every_metric_is_set_in_a_service_of_several_processes(service):
    before = total(read_samples(ask(f"{service.url}/metrics")), "huoren_notes_total", origin="classify")
    for _ in range(4):
        ask(f"{service.url}/v1/classify", NOTE)
    ask(f"{service.url}/v1/jobs", NOTE, "application/x-ndjson")

    def look():
        samples = read_samples(ask(f"{service.url}/metrics"))
        is_done = total(samples, "huoren_jobs_total", state="done") == 1
        is_drained = total(samples, "huoren_journal_waiting_bytes") == 0
        is_known = total(samples, "huoren_journal_drained_timestamp_seconds") > 0
        return samples if is_done and is_drained and is_known else None

    samples = wait_for(look)
    assert {each.name for each in samples} >= ALWAYS
    assert total(samples, "huoren_notes_total", origin="classify") == before + 4
    assert total(samples, "huoren_notes_total", origin="job") == 1
    assert total(samples, "huoren_store_up") == 1
    assert total(samples, "huoren_model_info") == 1
    assert total(samples, "huoren_queue_notes") == 0
    assert 0 <= time.time() - total(samples, "huoren_journal_drained_timestamp_seconds") < 60


def test_it_stops_in_good_order_and_logs_no_note(service):  # the last one: nobody can ask this service afterwards
    ask(f"{service.url}/v1/classify", NOTE)
    service.process.terminate()
    assert service.process.wait(timeout=120) == 0
    assert all(json.loads(line)["process"] for line in service.log.splitlines())
    assert "huoren_test88" not in service.log
    assert "Traceback" not in service.log


def test_a_start_that_fails_says_one_line(start):
    command = start("--host", "0.0.0.0")
    assert command.process.wait(timeout=180) == 1
    assert "huoren keys create" in command.log
    assert len(command.log.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "variables", "message"),
    [
        (["--model", "nowhere"], {}, "huoren: error:"),
        (["--host", "example.org"], {}, "--host must be an IP address"),
        (["--workers", "65"], {}, "--workers must be at most 64. Got 65 instead."),
        ([], {"HUOREN_DATABASE_URL": NOWHERE}, "the database must answer"),
        ([], {"HUOREN_CALLBACK_HOSTS": "a.example"}, "HUOREN_WEBHOOK_SECRET must be set"),
    ],
    ids=["model", "host that is a name", "workers", "database", "webhooks without a secret"],
)
def test_what_is_wrong_stops_the_start(arguments, variables, message, tmp_path, monkeypatch, capfd):
    monkeypatch.setattr(serve, "configure_logs", lambda *, quiet: None)  # it is the whole process's
    for name, value in ({"HUOREN_STATE": str(tmp_path)} | variables).items():
        monkeypatch.setenv(name, value)
    assert cli.main(["serve", "--port", "0", *arguments]) == 1
    log = capfd.readouterr().err
    assert message in log
    assert len(log.splitlines()) == 1


def test_with_the_database_away_it_starts_where_keys_are_known(start):
    keys = f"pipeline:score:{hashlib.sha256(b'huoren_test').hexdigest()}"
    command = start(HUOREN_API_KEYS=keys, HUOREN_DATABASE_URL=NOWHERE)
    assert json.loads(ask(f"{command.url}/readyz"))["status"] == "degraded"
