"""The description of the API is what the service does: tried against a real one, with what nobody would send."""

import hashlib
import re
import subprocess
import sys

import pytest

from serving.api.app import create_app
from serving.api.catalogue import ENDPOINTS
from serving.api.openapi import describe
from serving.settings import Settings

KEY = "huoren_" + "k" * 43


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
    (tmp_path / "schemathesis.toml").write_text(
        "[checks]\nnegative_data_rejection.expected-statuses = [400, 401, 403, 404, 405, 409, 413, 415, 422, 429]\n"
        # A bad note of a batch is answered in its place.
        "[[operations]]\ninclude-path = '/v1/classify/batch'\nchecks.negative_data_rejection.enabled = false\n"
    )
    keys = f"admin:admin:{hashlib.sha256(KEY.encode()).hexdigest()}"
    app = create_app(Settings(state=tmp_path / "state", api_keys=keys), classifier=classifier)
    with listening(app) as address:
        done = subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli", "run", f"{address}/openapi.json"),
                *("--header", f"Authorization: Bearer {KEY}", "--max-examples=10", "--generation-deterministic"),
                # A valid note may still name a policy or a note that there is not.
                *("--phases=examples,coverage,fuzzing", "--exclude-checks=positive_data_acceptance", "--no-color"),
            ],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            timeout=300,
        )
    assert done.returncode == 0, done.stdout[-200_000:] + done.stderr[-2_000:]
