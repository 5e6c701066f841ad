"""Both clients against answers that are made up: the same requests, the same answers, the same errors."""

import asyncio
import inspect
import json

import httpx2
import msgspec
import pytest

from data.errors import ConfigError
from data.labels import Label
from data.notes import Comment, Note, note_from_mapping
from serving.client import (
    ApiError,
    AsyncClient,
    Client,
    ConflictError,
    FeedbackItem,
    InvalidRequestError,
    KeyRefusedError,
    NotFoundError,
    Options,
    RateLimitedError,
    Retries,
    UnavailableError,
    UnreachableError,
)
from serving.client.retries import KEY_RUNNING

ADDRESS = "http://service.test:8710"
KEY = "hr_secret_key_1"
NO_WAIT = Retries(attempts=3, first_wait=0.0)
VERDICT = {
    "schema_version": 1,
    "note_id": "n1",
    "label": "organic",
    "author_label": "organic",
    "scores": {"disclosed_ad": 0.1, "diversion": 0.1, "organic": 0.7, "undisclosed_ad": 0.1},
    "questions": {"commercial": 0.1, "disclosed": 0.1, "diversion": 0.1},
    "decision": "pass",
    "evidence": [],
    "diversion_by": None,
    "comments": [],
    "rule": None,
    "model_version": "m1",
    "ruleset_version": "r1",
    "policy_version": "p@1",
    "date_source": "given",
    "request_id": "q1",
    "latency_ms": 1.5,
    "verdict_id": "v1",
    "a_key_of_tomorrow": True,
}


class Service:
    """Answers each request with the next of its answers (the last one for good), and keeps what came."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.requests = []

    def __call__(self, request):
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def body(self):
        return json.loads(self.requests[-1].content)


def answer(body, status=200, **headers):
    return httpx2.Response(status, json=body, headers=headers)


def refusal(status, type="about:blank", **headers):
    problem = {"type": type, "title": "Refused", "status": status, "detail": "it must be so. It is not."}
    problem |= {"request_id": "q9", "errors": [{"pointer": "/body", "detail": "it must be so. It is not."}]}
    return answer(problem, status, **headers)


def ask_sync(service, name, *args, retries=NO_WAIT, **kwargs):
    with Client(ADDRESS, KEY, retries=retries, transport=httpx2.MockTransport(service)) as client:
        result = getattr(client, name)(*args, **kwargs)
        return list(result) if name == "job_results" else result


def ask_async(service, name, *args, retries=NO_WAIT, **kwargs):
    async def run():
        async with AsyncClient(ADDRESS, KEY, retries=retries, transport=httpx2.MockTransport(service)) as client:
            result = getattr(client, name)(*args, **kwargs)
            return [line async for line in result] if name == "job_results" else await result

    return asyncio.run(run())


@pytest.fixture(params=[ask_sync, ask_async], ids=["sync", "async"])
def ask(request):
    return request.param


def test_a_note_comes_back_as_a_verdict(ask):
    service = Service(answer(VERDICT))
    verdict = ask(
        service, "classify", {"note_id": "n1", "body": "你好"}, policy="strict", options=Options(dry_run=True)
    )
    assert (verdict.label, verdict.scores[Label.ORGANIC], verdict.verdict_id) == (Label.ORGANIC, 0.7, "v1")
    (request,) = service.requests
    assert (request.method, request.url.path) == ("POST", "/v1/classify")
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert service.body == {
        "note_id": "n1",
        "body": "你好",
        "policy": "strict",
        "options": {"dry_run": True, "explain": True, "offsets": "codepoint"},
    }


def test_a_note_of_ours_is_sent_without_what_the_service_finds_out(ask):
    service = Service(answer(VERDICT))
    dated = note_from_mapping({"note_id": "677424449b8d3dbab459555d", "published_at": "2025-01-01"})
    ask(service, "classify", dated)
    assert service.body["published_at"] == "2024-12-31T16:00:00Z"
    assert "date_source" not in service.body
    ask(service, "classify", note_from_mapping({"note_id": "677424449b8d3dbab459555d"}))
    assert "published_at" not in service.body


def test_a_lost_answer_is_asked_for_again_under_the_same_name(ask):
    service = Service(httpx2.ReadError("lost"), refusal(503), answer(VERDICT))
    assert ask(service, "classify", {"note_id": "n1"}).label is Label.ORGANIC
    keys = {request.headers["idempotency-key"] for request in service.requests}
    bodies = {request.content for request in service.requests}
    assert (len(service.requests), len(keys), len(bodies)) == (3, 1, 1)


def test_two_calls_have_two_names(ask):
    service = Service(answer(VERDICT))
    for _ in range(2):
        ask(service, "classify", {"note_id": "n1"})
    assert len({request.headers["idempotency-key"] for request in service.requests}) == 2


def test_a_given_name_is_kept(ask):
    service = Service(answer(VERDICT))
    ask(service, "classify", {"note_id": "n1"}, idempotency_key="mine")
    assert service.requests[0].headers["idempotency-key"] == "mine"


def test_a_request_that_still_runs_is_waited_for(ask):
    service = Service(refusal(409, KEY_RUNNING), answer(VERDICT))
    assert ask(service, "classify", {"note_id": "n1"}).verdict_id == "v1"


@pytest.mark.parametrize(
    ("status", "kind", "tries"),
    [
        (400, InvalidRequestError, 1),
        (401, KeyRefusedError, 1),
        (403, KeyRefusedError, 1),
        (404, NotFoundError, 1),
        (409, ConflictError, 1),
        (413, InvalidRequestError, 1),
        (422, InvalidRequestError, 1),
        (429, RateLimitedError, 3),
        (500, ApiError, 1),
        (503, UnavailableError, 3),
    ],
)
def test_a_refusal_is_an_error_with_the_services_words(ask, status, kind, tries):
    service = Service(refusal(status, "urn:huoren:problem:such", **{"Retry-After": "0"}))
    with pytest.raises(kind, match="it must be so") as caught:
        ask(service, "classify", {"note_id": "n1"})
    error = caught.value
    assert (error.status, error.problem.type, error.problem.request_id) == (status, "urn:huoren:problem:such", "q9")
    assert (error.retry_after, error.problem.errors[0].pointer, len(service.requests)) == (0.0, "/body", tries)


@pytest.mark.parametrize("body", [b"<html>Bad gateway</html>", b"", b"\xff", b'{"title": 5}'])
def test_another_ones_error_page_is_an_error_too(ask, body):
    with pytest.raises(ApiError, match="500"):
        ask(Service(httpx2.Response(500, content=body)), "models")


@pytest.mark.parametrize("body", [b"", b"hello", b"{}", b"[1]", b"\xff"])
def test_an_answer_that_is_none_is_an_error_without_its_words(ask, body):
    with pytest.raises(ApiError, match="Unexpected answer") as caught:
        ask(Service(httpx2.Response(200, content=body)), "classify", {"note_id": "n1"})
    assert "hello" not in str(caught.value)


def test_no_answer_is_an_error_after_the_last_try(ask):
    service = Service(httpx2.ConnectError("refused"))
    with pytest.raises(UnreachableError, match="ConnectError"):
        ask(service, "ready")
    assert len(service.requests) == 3


def test_the_key_is_told_nowhere(ask):
    assert KEY not in repr(Client(ADDRESS, KEY))
    assert KEY not in repr(AsyncClient(ADDRESS, KEY))
    for outcome in (refusal(401), refusal(500), httpx2.ConnectError("refused"), httpx2.Response(200, content=b"?")):
        with pytest.raises((ApiError, UnreachableError)) as caught:
            ask(Service(outcome), "models")
        assert KEY not in repr(caught.value) + str(caught.value)


@pytest.mark.parametrize("key", ["", "two words", "two\nlines", "钥匙"])
def test_what_cannot_be_a_key_is_refused_unquoted(key):
    with pytest.raises(ConfigError, match="key must be visible ASCII") as caught:
        Client(ADDRESS, key)
    assert not key or key not in str(caught.value)


@pytest.mark.parametrize(
    "address", ["", "service:8710", "ftp://service", "http://", "http://u:p@service", "http://a?b"]
)
def test_what_cannot_be_an_address_is_refused(address):
    with pytest.raises(ConfigError, match="base_url must be like"):
        Client(address)


@pytest.mark.parametrize("note_id", ["a/b", "a b", "笔记", "..", "a?b#c", "%2F"])
def test_an_id_is_one_part_of_the_path_whatever_it_holds(ask, note_id):
    service = Service(answer(VERDICT | {"previous": None, "previous_known": True, "changed": None}))
    ask(service, "comments", note_id, [Comment(comment_id="c1", text="多少钱")], note=Note(note_id=note_id))
    path = service.requests[0].url.raw_path.decode()
    assert path.startswith("/v1/notes/")
    assert path.endswith("/comments")
    assert path.count("/") == 4
    assert ".." not in path
    assert service.body["note"]["note_id"] == note_id


def test_feedback_leaves_out_what_is_not_said(ask):
    service = Service(answer({"items": [{"status": 201, "feedback_id": "f1"}]}))
    result = ask(
        service, "feedback", [FeedbackItem(kind="miss", actor="ann", note_id="n1", suggested_label=Label.DIVERSION)]
    )
    assert result.items[0].feedback_id == "f1"
    assert service.body == {
        "feedback": [{"kind": "miss", "actor": "ann", "note_id": "n1", "suggested_label": "diversion"}]
    }


def test_withdrawing_answers_nothing(ask):
    service = Service(httpx2.Response(204))
    assert ask(service, "withdraw_feedback", "f1") is None
    assert service.requests[0].method == "DELETE"


JOB = {"job_id": "j1", "progress": {"total": 2, "done": 1, "failed": 0}, "created_at": "2026-01-01T00:00:00Z"}


def test_a_job_is_sent_a_note_a_line_and_waited_for(ask):
    service = Service(answer(JOB | {"state": "queued"}, 202))
    ask(service, "create_job", [{"note_id": "n1"}, Note(note_id="n2")], policy="strict")
    lines = [json.loads(line) for line in service.requests[0].content.splitlines()]
    assert [line["note_id"] for line in lines] == ["n1", "n2"]
    assert service.requests[0].headers["content-type"] == "application/x-ndjson"
    assert service.requests[0].url.params["policy"] == "strict"
    service = Service(
        answer(JOB | {"state": "queued"}), answer(JOB | {"state": "running"}), answer(JOB | {"state": "done"})
    )
    assert ask(service, "wait_for_job", "j1", every=0.0).state == "done"
    with pytest.raises(TimeoutError, match="running"):
        ask(Service(answer(JOB | {"state": "running"})), "wait_for_job", "j1", every=0.01, timeout=0.0)


def test_results_are_cut_at_line_feeds_alone(ask):
    lines = [
        {"line": 1, "status": 200, "verdict": VERDICT | {"note_id": "a\u2028b\u0085c"}},
        {"line": 2, "status": 422, "problem": {"detail": "it must be a note. It is none."}},
    ]
    body = msgspec.json.Encoder().encode_lines(lines)
    results = ask(Service(httpx2.Response(200, content=body)), "job_results", "j1")
    assert [(each.line, each.status) for each in results] == [(1, 200), (2, 422)]
    assert results[0].verdict.note_id == "a\u2028b\u0085c"
    service = Service(refusal(503), httpx2.Response(200, content=body.rstrip()))
    assert len(ask(service, "job_results", "j1")) == 2
    with pytest.raises(ConflictError):
        ask(Service(refusal(409, "urn:huoren:problem:job_running")), "job_results", "j1")


def test_both_clients_offer_the_same():
    def offered(kind):
        return {
            name: str(inspect.signature(each)).replace("AsyncIterator", "Iterator")
            for name, each in vars(kind).items()
            if not name.startswith("_") and name not in ("close",)
        }

    assert offered(Client) == offered(AsyncClient)
