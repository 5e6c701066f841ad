"""The figures of a service of several real processes."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

ROOT = Path(__file__).parents[2]
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
FOLDER = """
import sys
from serving import metrics
metrics.NOTES.labels("classify").inc()
metrics.QUEUE.set(7)
print("counted", flush=True)
sys.stdin.read()
"""
LOOK = """
import os
from pathlib import Path
from prometheus_client import CollectorRegistry, generate_latest, multiprocess
from serving.metric_slots import forget_dead
forget_dead(Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]))
registry = CollectorRegistry()
multiprocess.MultiProcessCollector(registry)
print(generate_latest(registry).decode())
"""


def read_samples(text):
    families = text_string_to_metric_families(text)
    return [each for family in families for each in family.samples]


def total(samples, name, **labels):
    return sum(each.value for each in samples if each.name == name and labels.items() <= each.labels.items())


@pytest.fixture
def service(tmp_path):
    """Run the real command with two workers; gives the address."""
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "serving.cli", "serve", "--port", "0", "--workers", "2"],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(ROOT), "HUOREN_STATE": str(tmp_path / "state")},
            stderr=log,
            start_new_session=True,
        )
    try:
        yield wait_for(lambda: re.search(r"http://127\.0\.0\.1:\d+", (tmp_path / "log").read_text()))[0]
    finally:
        process.terminate()
        try:
            process.wait(timeout=60)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def wait_for(find, seconds=120):
    end = time.monotonic() + seconds
    while not (found := find()):
        if time.monotonic() > end:
            raise TimeoutError("it must become true in time; it did not")
        time.sleep(0.2)
    return found


def ask(url, body=None, kind="application/json"):
    """Ask; None where the service says no, or nothing."""
    request = urllib.request.Request(url, data=body, headers={"Content-Type": kind})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.read().decode()
    except OSError:
        return None


def test_every_metric_is_set_in_a_service_of_several_processes(service):
    note = json.dumps({"note_id": "n1", "body": "想要的加我微信：huoren_test88"}).encode()
    for _ in range(4):
        wait_for(lambda: ask(f"{service}/v1/classify", note))
    wait_for(lambda: ask(f"{service}/v1/jobs", note, "application/x-ndjson"))

    def look():
        samples = read_samples(ask(f"{service}/metrics"))
        is_done = total(samples, "huoren_jobs_total", state="done") == 1
        is_drained = total(samples, "huoren_journal_waiting_bytes") == 0
        is_known = total(samples, "huoren_journal_drained_timestamp_seconds") > 0
        return samples if is_done and is_drained and is_known else None

    samples = wait_for(look)
    assert {each.name for each in samples} >= ALWAYS
    assert total(samples, "huoren_notes_total", origin="classify") == 4
    assert total(samples, "huoren_notes_total", origin="job") == 1
    assert total(samples, "huoren_store_up") == 1
    assert total(samples, "huoren_model_info") == 1
    assert total(samples, "huoren_queue_notes") == 0
    assert 0 <= time.time() - total(samples, "huoren_journal_drained_timestamp_seconds") < 60


def test_a_process_that_died_leaves_its_counts_and_the_next_one_goes_on_with_them(tmp_path):
    variables = os.environ | {"PYTHONPATH": str(ROOT), "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}

    def look():
        return read_samples(subprocess.check_output([sys.executable, "-c", LOOK], env=variables, text=True))

    for count in (1, 2, 3):
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        with subprocess.Popen([sys.executable, "-c", FOLDER], env=variables, **pipes) as process:
            assert process.stdout.readline() == b"counted\n"
            if count == 1:
                assert total(look(), "huoren_queue_notes") == 7
            process.kill()
        samples = look()
        assert total(samples, "huoren_notes_total") == count
        assert total(samples, "huoren_queue_notes") == 0
    assert len(list(tmp_path.glob("counter_*.db"))) == 1


def test_processes_that_live_at_once_count_apart(tmp_path):
    variables = os.environ | {"PYTHONPATH": str(ROOT), "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with (
        subprocess.Popen([sys.executable, "-c", FOLDER], env=variables, **pipes) as one,
        subprocess.Popen([sys.executable, "-c", FOLDER], env=variables, **pipes) as other,
    ):
        assert one.stdout.readline() == other.stdout.readline() == b"counted\n"
        samples = read_samples(subprocess.check_output([sys.executable, "-c", LOOK], env=variables, text=True))
        assert total(samples, "huoren_notes_total") == 2
        assert total(samples, "huoren_queue_notes") == 14
        one.communicate(b"")
        other.communicate(b"")
