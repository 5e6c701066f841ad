"""The description of the API is what the service does: tried against a real one, with what nobody would send."""

import re
import subprocess
import sys

import pytest

from serving.api.app import create_app
from serving.api.catalogue import ENDPOINTS
from serving.api.openapi import describe
from serving.settings import Settings


@pytest.fixture(scope="module")
def document():
    return describe(ENDPOINTS)


def test_every_route_is_described(classifier, tmp_path, document):
    app = create_app(Settings(state=tmp_path), classifier=classifier, keeper="none")
    routes = {
        (re.sub(r":path}", "}", route.path), method)
        for route in app.router.routes
        for method in route.methods - {"HEAD"}
    }
    described = {(path, method.upper()) for path, item in document["paths"].items() for method in item}
    assert described == routes


def test_operations_are_named_once(document):
    names = [operation["operationId"] for item in document["paths"].values() for operation in item.values()]
    assert len(names) == len(set(names))


def test_every_reference_leads_somewhere(document):
    names = set(re.findall(r"'#/components/schemas/([^']+)'", repr(document)))
    assert names <= document["components"]["schemas"].keys()


def test_no_answer_is_a_5xx_or_undescribed(classifier, tmp_path, listening):
    app = create_app(Settings(state=tmp_path / "state", callback_hosts=()), classifier=classifier)
    with listening(app) as address:
        done = subprocess.run(
            [sys.executable, "-m", "schemathesis.cli", "run", f"{address}/openapi.json", "--max-examples=10",
             "--phases=examples,coverage,fuzzing", "--generation-deterministic", "--no-color"],
            capture_output=True, text=True, cwd=tmp_path, timeout=300,
        )  # fmt: skip
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2_000:]
