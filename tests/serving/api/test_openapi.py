"""The description of the API is what the service does: tried against a real one, with what nobody would send."""

import hashlib
import re
import subprocess
import sys

import msgspec
import pytest

from serving.api.app import create_app
from serving.api.catalogue import ENDPOINTS
from serving.api.classify import BatchAnswer
from serving.api.examples import EXAMPLES
from serving.api.note_body import BatchBody, ClassifyBody
from serving.api.openapi import describe
from serving.api.problems import Problem
from serving.api.verdict_answer import VerdictAnswer
from serving.client import Client, Retries
from serving.settings import Settings

KEY = "huoren_" + "k" * 43
PATIENT = Retries(attempts=100, seconds=600)


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
    app.state.service.close()
    assert described == routes


def test_operations_are_named_once(document):
    names = [operation["operationId"] for item in document["paths"].values() for operation in item.values()]
    assert len(names) == len(set(names))


def test_every_reference_leads_somewhere(document):
    names = set(re.findall(r"'#/components/schemas/([^']+)'", repr(document)))
    assert names <= document["components"]["schemas"].keys()


def test_everything_is_said_in_words(document):
    operations = [operation for item in document["paths"].values() for operation in item.values()]
    assert {tag for operation in operations for tag in operation["tags"]} == {tag["name"] for tag in document["tags"]}
    assert all(parameter["description"] for operation in operations for parameter in operation["parameters"])
    assert all(schema["description"] for name, schema in document["components"]["schemas"].items())


def test_every_key_of_an_answer_is_always_there(document):
    schemas = document["components"]["schemas"]
    for name in ("VerdictAnswer", "StoredVerdict", "CommentsAnswer", "Evidence", "Problem", "Job"):
        assert schemas[name]["required"] == list(schemas[name]["properties"])
    assert schemas["ClassifyBody"]["required"] == ["note_id"]


def test_examples_are_what_the_service_takes_and_gives(client):
    for kind in (VerdictAnswer, BatchAnswer, Problem):
        given = msgspec.convert(EXAMPLES[kind], kind)
        assert msgspec.json.decode(msgspec.json.encode(given)) == EXAMPLES[kind]
    answer = client.post("/v1/classify", json=EXAMPLES[ClassifyBody])
    assert (answer.status_code, answer.json().keys()) == (200, EXAMPLES[VerdictAnswer].keys())
    answered, told = client.post("/v1/classify/batch", json=EXAMPLES[BatchBody]).json(), EXAMPLES[BatchAnswer]
    assert [item["status"] for item in answered["items"]] == [item["status"] for item in told["items"]]
    problems = [body["items"][1]["problem"] for body in (answered, told)]
    assert problems[0]["detail"] == problems[1]["detail"]
    assert problems[0]["errors"] == problems[1]["errors"]


def test_webhooks_are_described_as_they_are_sent(document):
    assert set(document["webhooks"]) == {"verdict.changed", "job.finished"}
    for name, item in document["webhooks"].items():
        reference = item["post"]["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        schema = document["components"]["schemas"][reference.rpartition("/")[2]]
        assert schema["properties"]["event"] == {"enum": [name]}


def test_no_answer_is_a_5xx_or_undescribed(classifier, tmp_path, listening):
    (tmp_path / "schemathesis.toml").write_text(
        "[checks]\nnegative_data_rejection.expected-statuses = [400, 401, 403, 404, 405, 409, 413, 415, 422, 429]\n"
        # A bad note of a batch, and a bad item of feedback, is answered in its place.
        "[[operations]]\ninclude-path = '/v1/classify/batch'\nchecks.negative_data_rejection.enabled = false\n"
        "[[operations]]\ninclude-path = '/v1/feedback'\nchecks.negative_data_rejection.enabled = false\n"
    )
    keys = f"admin:admin:{hashlib.sha256(KEY.encode()).hexdigest()}"
    app = create_app(Settings(state=tmp_path / "state", api_keys=keys), classifier=classifier)
    with listening(app) as address, Client(address, KEY, timeout=300, retries=PATIENT) as client:
        client.authenticity()  # what answers it takes seconds to start, and 503 meanwhile
        done = subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli", "run", f"{address}/openapi.json"),
                *("--header", f"Authorization: Bearer {KEY}", "--max-examples=10", "--generation-deterministic"),
                # A valid note may still name a policy or a note that there is not.
                *("--phases=examples,coverage,fuzzing", "--exclude-checks=positive_data_acceptance", "--no-color"),
                *("--request-timeout=300", "--suppress-health-check=too_slow"),  # a machine may be busy
            ],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            timeout=1800,
        )
    assert done.returncode == 0, done.stdout[-200_000:] + done.stderr[-2_000:]
