import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from data.errors import ConfigError
from serving.serve import bind, loopback_address

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost"])
def test_this_machine_only_is_allowed(host):
    assert loopback_address(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "8.8.8.8", "example.org", ""])
def test_an_address_that_others_reach_is_refused(host):
    with pytest.raises(ConfigError, match="--host must be a loopback address"):
        loopback_address(host)


def test_a_taken_port_is_refused():
    with bind("127.0.0.1", 0) as first:
        first.listen()
        with pytest.raises(ConfigError, match=r"must be free\. Got Address already in use"):
            bind("127.0.0.1", first.getsockname()[1])


def test_a_number_that_is_no_port_is_refused():
    with pytest.raises(ConfigError, match="at most 65535"):
        bind("127.0.0.1", 70_000)


def test_a_real_server_answers_and_stops_in_good_order(tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "serving.cli", "serve", "--port", str(port)],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        ask(f"http://127.0.0.1:{port}/readyz", server)
        body = json.dumps({"note_id": "n1", "body": "想要的加我微信：huoren_test88"}).encode()
        verdict = ask(f"http://127.0.0.1:{port}/v1/classify", server, body)
        assert "wechat" in {item["kind"] for item in verdict["evidence"]}
    finally:
        server.terminate()
        log = server.communicate(timeout=20)[1]
    assert "huoren_test88" not in log
    assert "Traceback" not in log


def ask(url, server, body=None):
    """Ask until it answers, for at most a minute."""
    for _ in range(300):
        assert server.poll() is None, "the server ended"
        try:
            with urllib.request.urlopen(urllib.request.Request(url, data=body), timeout=5) as answer:
                return json.load(answer)
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(url)
