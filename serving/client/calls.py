"""Every request that a client makes, as plain values: the same for `Client` and `AsyncClient`."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar
from urllib.parse import quote

import msgspec

from data.notes import Comment, Note
from serving.client.answers import (
    BatchAnswer,
    CommentsAnswer,
    FeedbackAnswer,
    FeedList,
    Health,
    Job,
    LabelsAnswer,
    ModelsAnswer,
    Ready,
    VerdictAnswer,
)
from serving.client.inputs import FeedbackItem, Options, note_body

if TYPE_CHECKING:
    from serving.feeds.report_shape import Report

T = TypeVar("T")
NoteInput = Note | Mapping[str, Any]
_JSON = "application/json"


@dataclass(frozen=True, kw_only=True)
class ApiCall(Generic[T]):
    """One request.

    Attributes
    ----------
    answer
        What is made of the answer's JSON; `type(None)` where there is none.
    is_repeatable
        Whether it does no harm to send it twice: it changes nothing, or it names itself by an Idempotency-Key.
    """

    method: Literal["GET", "POST", "DELETE"]
    path: str
    answer: type[T]
    params: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    is_repeatable: bool = True


def classify(note: NoteInput, policy: str | None, options: Options | None, key: str | None) -> ApiCall[VerdictAnswer]:
    """`POST /v1/classify`."""
    return _post("/v1/classify", VerdictAnswer, note_body(note) | _how(policy, options), key)


def classify_batch(
    notes: Sequence[NoteInput], policy: str | None, options: Options | None, key: str | None
) -> ApiCall[BatchAnswer]:
    """`POST /v1/classify/batch`."""
    body = {"notes": [note_body(note) for note in notes]} | _how(policy, options)
    return _post("/v1/classify/batch", BatchAnswer, body, key)


def comments(
    note_id: str,
    new: Sequence[Comment | Mapping[str, Any]],
    note: NoteInput | None,
    policy: str | None,
    options: Options | None,
    key: str | None,
) -> ApiCall[CommentsAnswer]:
    """`POST /v1/notes/{note_id}/comments`."""
    body: dict[str, Any] = {"comments": list(new)} | _how(policy, options)
    if note is not None:
        body["note"] = note_body(note)
    return _post(f"/v1/notes/{_segment(note_id)}/comments", CommentsAnswer, body, key)


def feedback(items: Sequence[FeedbackItem | Mapping[str, Any]], key: str | None) -> ApiCall[FeedbackAnswer]:
    """`POST /v1/feedback`."""
    return _post("/v1/feedback", FeedbackAnswer, {"feedback": list(items)}, key)


def withdraw_feedback(feedback_id: str) -> ApiCall[None]:
    """`DELETE /v1/feedback/{feedback_id}`: withdrawn twice is withdrawn."""
    return ApiCall(method="DELETE", path=f"/v1/feedback/{_segment(feedback_id)}", answer=type(None))


def create_job(
    notes: Iterable[NoteInput], policy: str | None, options: Options | None, callback_url: str | None, key: str | None
) -> ApiCall[Job]:
    """`POST /v1/jobs`, a note a line."""
    chosen = options or Options()
    params = {"dry_run": _word(chosen.dry_run), "explain": _word(chosen.explain), "offsets": chosen.offsets}
    params |= {name: value for name, value in (("policy", policy), ("callback_url", callback_url)) if value}
    return ApiCall(
        method="POST",
        path="/v1/jobs",
        answer=Job,
        params=params,
        headers={"Content-Type": "application/x-ndjson", "Idempotency-Key": key or new_key()},
        body=msgspec.json.Encoder().encode_lines(note_body(note) for note in notes),
    )


def job(job_id: str) -> ApiCall[Job]:
    """`GET /v1/jobs/{job_id}`."""
    return _get(f"/v1/jobs/{_segment(job_id)}", Job)


def job_results(job_id: str) -> ApiCall[None]:
    """`GET /v1/jobs/{job_id}/results`, read line by line."""
    return _get(f"/v1/jobs/{_segment(job_id)}/results", type(None))


def cancel_job(job_id: str) -> ApiCall[Job]:
    """`DELETE /v1/jobs/{job_id}`."""
    return ApiCall(method="DELETE", path=f"/v1/jobs/{_segment(job_id)}", answer=Job)


def feeds(after: str, limit: int) -> ApiCall[FeedList]:
    """`GET /v1/feeds`."""
    return _get("/v1/feeds", FeedList, {"after": after, "limit": str(limit)})


def authenticity(feed_id: str | None, given: Mapping[str, str | float | None]) -> ApiCall["Report"]:
    """`GET /v1/feeds/{feed_id}/authenticity`; without a feed `GET /v1/authenticity`."""
    from serving.feeds.report_shape import Report  # here: it brings scipy, which is half a second

    path = "/v1/authenticity" if feed_id is None else f"/v1/feeds/{_segment(feed_id)}/authenticity"
    return _get(path, Report, {name: str(value) for name, value in given.items() if value is not None})


def models() -> ApiCall[ModelsAnswer]:
    """`GET /v1/models`."""
    return _get("/v1/models", ModelsAnswer)


def labels() -> ApiCall[LabelsAnswer]:
    """`GET /v1/labels`."""
    return _get("/v1/labels", LabelsAnswer)


def health() -> ApiCall[Health]:
    """`GET /healthz`."""
    return _get("/healthz", Health)


def ready() -> ApiCall[Ready]:
    """`GET /readyz`."""
    return _get("/readyz", Ready)


def new_key() -> str:
    """Give a new Idempotency-Key."""
    return uuid.uuid4().hex


def _get(path: str, answer: type[T], params: dict[str, str] | None = None) -> ApiCall[T]:
    return ApiCall(method="GET", path=path, answer=answer, params=params or {})


def _post(path: str, answer: type[T], body: Mapping[str, Any], key: str | None) -> ApiCall[T]:
    headers = {"Content-Type": _JSON, "Idempotency-Key": key or new_key()}
    return ApiCall(method="POST", path=path, answer=answer, headers=headers, body=msgspec.json.encode(body))


def _how(policy: str | None, options: Options | None) -> dict[str, Any]:
    return {name: value for name, value in (("policy", policy), ("options", options)) if value is not None}


def _segment(value: str) -> str:
    """Write an id, whatever is in it, as one part of a path."""
    quoted = quote(value, safe="")
    return quoted.replace(".", "%2E") if quoted.strip(".") == "" else quoted


def _word(value: bool) -> str:
    return "true" if value else "false"
