import contextlib
import hashlib
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

ROOT = Path(__file__).parents[2]


@pytest.fixture
def start(tmp_path):
    """Give a function that runs the real command; stderr goes to the file `log` of its folder."""
    started = []

    def run(*arguments, **variables):
        with (tmp_path / "log").open("w") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "serving.cli", "serve", "--port", "0", *arguments],
                cwd=tmp_path,
                env=os.environ | {"PYTHONPATH": str(ROOT), "HUOREN_STATE": str(tmp_path / "state")} | variables,
                stderr=log,
                start_new_session=True,
            )
        started.append(process)
        return process

    yield run
    for process in started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=30)


def read_log(folder):
    return (folder / "log").read_text()


def wait_for_url(process, folder):
    for _ in range(1200):
        if match := re.search(r"http://127\.0\.0\.1:\d+", read_log(folder)):
            return match[0]
        assert process.poll() is None, read_log(folder)
        time.sleep(0.1)
    raise TimeoutError("it never said where it listens")


def ask(url, body=None):
    """Ask until it answers, for at most two minutes."""
    for _ in range(600):
        try:
            with urllib.request.urlopen(urllib.request.Request(url, data=body), timeout=30) as answer:
                return json.load(answer)
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(url)


def test_a_real_service_answers_stores_and_stops_in_good_order(start, tmp_path):
    process = start("--workers", "2")
    url = wait_for_url(process, tmp_path)
    assert ask(f"{url}/readyz")["status"] == "ready"
    body = json.dumps({"note_id": "n1", "body": "想要的加我微信：huoren_test88"}).encode()
    verdict = ask(f"{url}/v1/classify", body)
    assert "wechat" in {item["kind"] for item in verdict["evidence"]}
    process.terminate()
    assert process.wait(timeout=60) == 0
    log = read_log(tmp_path)
    assert all(json.loads(line)["process"] for line in log.splitlines())
    assert "huoren_test88" not in log
    assert "Traceback" not in log


@pytest.mark.parametrize(
    ("arguments", "variables", "message"),
    [
        (["--model", "nowhere"], {}, "huoren: error:"),
        (["--host", "0.0.0.0"], {}, "huoren keys create"),
        (["--host", "example.org"], {}, "--host must be an IP address"),
        (["--workers", "65"], {}, "--workers must be at most 64. Got 65 instead."),
        ([], {"HUOREN_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}, "the database must answer"),
    ],
    ids=["model", "host without key", "host that is a name", "workers", "database"],
)
def test_what_is_wrong_stops_the_start_with_one_line(start, tmp_path, arguments, variables, message):
    assert start(*arguments, **variables).wait(timeout=120) == 1
    log = read_log(tmp_path)
    assert message in log
    assert len(log.splitlines()) == 1


def test_with_the_database_away_it_starts_where_keys_are_known(start, tmp_path):
    keys = f"pipeline:score:{hashlib.sha256(b'huoren_test').hexdigest()}"
    process = start(HUOREN_API_KEYS=keys, HUOREN_DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert ask(f"{wait_for_url(process, tmp_path)}/readyz")["status"] == "degraded"
