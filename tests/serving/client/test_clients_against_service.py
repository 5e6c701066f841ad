"""Both clients against a real service on a real socket."""

import asyncio
import hashlib
import socket

import pytest

from data.labels import Label
from serving.client import (
    AsyncClient,
    Client,
    ConflictError,
    FeedbackItem,
    InvalidRequestError,
    KeyRefusedError,
    Options,
    Retries,
    UnreachableError,
)
from serving.note_classifier import load_classifier
from tests.serving.conftest import FakeClassifier
from tests.serving.running_service import run_service

KEY = "hr_client_key_0123456789"
NOTE = {"note_id": "n/1 甲", "body": "🔨 加微信 ring88", "published_at": "2026-03-01", "feed_id": "手作"}


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    given = f"client:score+feedback:{hashlib.sha256(KEY.encode()).hexdigest()}"
    with run_service(tmp_path_factory.mktemp("service"), FakeClassifier(), api_keys=given) as url:
        yield url


def test_a_note_its_comments_and_what_people_say(service):
    with Client(service, KEY) as client:
        verdict = client.classify(NOTE, options=Options(offsets="utf16"))
        assert (verdict.label, verdict.evidence[0].start) == (Label.DIVERSION, 4)
        later = client.comments(NOTE["note_id"], [{"comment_id": "c1", "text": "微信"}], note=NOTE)
        assert [each.field for each in later.evidence] == ["body", "comments[0]"]
        with pytest.raises(ConflictError) as caught:
            client.comments(NOTE["note_id"], [{"comment_id": "c1", "text": "微信"}])
        assert caught.value.problem.type == "urn:huoren:problem:text_required"
        item = FeedbackItem(
            kind="false_positive", actor="ann", verdict_id=verdict.verdict_id, note_id=NOTE["note_id"], decision="pass"
        )
        (result,) = client.feedback([item]).items
        assert result.status == 201
        assert client.withdraw_feedback(result.feedback_id) is None


def test_the_same_name_is_the_same_verdict(service):
    with Client(service, KEY) as client:
        first = client.classify(NOTE, idempotency_key="k1")
        assert client.classify(NOTE, idempotency_key="k1").verdict_id == first.verdict_id
        assert client.classify(NOTE).verdict_id != first.verdict_id
        with pytest.raises(InvalidRequestError) as caught:
            client.classify({**NOTE, "body": "改了"}, idempotency_key="k1")
        assert caught.value.problem.type == "urn:huoren:problem:key_reused"


def test_a_batch_and_what_the_service_says_of_itself(service):
    with Client(service, KEY) as client:
        batch = client.classify_batch([NOTE, {"body": "谁来都行"}])
        assert [item.status for item in batch.items] == [200, 422]
        assert batch.items[0].verdict.label is Label.DIVERSION
        assert batch.items[1].problem.errors
        assert client.health().status == "ok"
        assert client.ready().model_version == "fake-1"
        assert {each.id for each in client.labels().labels} >= {"organic", "diversion.contact"}
        assert client.models().current == "fake-1"


def test_many_tasks_share_one_client(service):
    async def run():
        async with AsyncClient(service, KEY) as client:
            return await asyncio.gather(*(client.classify({**NOTE, "note_id": f"n{at}"}) for at in range(20)))

    assert [verdict.note_id for verdict in asyncio.run(run())] == [f"n{at}" for at in range(20)]


def test_without_its_key_it_is_refused_and_without_a_service_unreachable(service):
    with Client(service) as client, pytest.raises(KeyRefusedError):
        client.classify(NOTE)
    with socket.socket() as taken:  # a port of ours where nobody listens
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with Client(address, retries=Retries(attempts=2, first_wait=0.0)) as client, pytest.raises(UnreachableError):
            client.health()


def test_a_job_is_followed_to_its_results(tmp_path):
    given = f"client:score:{hashlib.sha256(KEY.encode()).hexdigest()}"
    with (
        run_service(tmp_path / "state", load_classifier(None, None), api_keys=given) as url,
        Client(url, KEY) as client,
    ):
        job = client.create_job([NOTE, {"body": "谁来都行"}], options=Options(explain=False))
        assert client.wait_for_job(job.job_id, every=0.2, timeout=120).state == "done"
        lines = list(client.job_results(job.job_id))
        assert [(each.line, each.status) for each in lines] == [(1, 200), (2, 422)]
        assert lines[0].verdict.note_id == NOTE["note_id"]
        assert client.cancel_job(job.job_id).job_id == job.job_id
