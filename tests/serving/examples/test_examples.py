"""The examples as a reader would run them, against a running service, with an emoji before the evidence."""

import hashlib
import json
import shutil
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources

import pytest

from serving.note_classifier import load_classifier
from tests.serving.running_service import run_service

JAVA = shutil.which("java")
CURL = shutil.which("curl")
KEY = "hr_example_key_0123456789"
needs_java = pytest.mark.skipif(JAVA is None, reason="no java: the example for Java is not run")
needs_curl = pytest.mark.skipif(CURL is None, reason="no curl: the example for curl is not run")


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    given = f"example:score:{hashlib.sha256(KEY.encode()).hexdigest()}"
    with run_service(tmp_path_factory.mktemp("service"), load_classifier(None, None), api_keys=given) as url:
        yield url


def run(tmp_path, command, name, url, key=KEY):
    with resources.as_file(resources.files("serving.examples").joinpath(name)) as file:
        environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "API_KEY": key, "LC_ALL": "C.UTF-8"}
        return subprocess.run(
            [*command, str(file), url], capture_output=True, text=True, timeout=300, env=environment, cwd=tmp_path
        )


@needs_java
def test_java_cuts_the_very_words_behind_emoji(service, tmp_path):
    done = run(tmp_path, [JAVA], "Classify.java", service)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("label diversion, decision ")
    assert "wechat: 薇信 silver_ring88\n" in done.stdout


@needs_java
def test_java_tells_why_it_was_refused(service, tmp_path):
    done = run(tmp_path, [JAVA], "Classify.java", service, key="wrong")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("401 a valid key must be given")


@needs_java
def test_java_asks_again_while_its_request_is_still_at_work(tmp_path):
    statuses = [409, 200]

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            body = b'{"label":"organic","decision":"pass"}'
            self.send_response(statuses.pop(0))
            self.send_header("Retry-After", "0")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        done = run(tmp_path, [JAVA], "Classify.java", f"http://127.0.0.1:{server.server_port}")
        server.shutdown()
        thread.join()
    assert done.stdout == "label organic, decision pass\n", done.stderr


@needs_curl
def test_curl_asks_twice_and_is_counted_once_then_a_batch_and_a_refusal(service, tmp_path):
    done = run(tmp_path, ["sh"], "classify.sh", service)
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    first, again, batch, refused = answers
    assert first["label"] == "diversion"
    assert first["verdict_id"] == again["verdict_id"]
    assert [item["status"] for item in batch["items"]] == [200, 422]
    assert (refused["status"], refused["errors"][0]["pointer"]) == (422, "/body")
    assert KEY not in done.stdout + done.stderr
