"""HTTP errors as `application/problem+json` (RFC 9457); none of them quotes a note."""

import math
from collections.abc import Mapping
from http import HTTPStatus

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from data.errors import AppError, ConfigError, DataError, ModelError

MEDIA_TYPE = "application/problem+json"
STATUS_OF: dict[type[AppError], int] = {DataError: 422, ModelError: 503, ConfigError: 500, AppError: 503}
RETRY_AFTER_SECONDS = 1
_REFUSALS = {
    404: "the path must be one that the API's description names. There is nothing at this one.",
    405: "the method must be one that the path answers: see Allow. It is another.",
}
_TITLES = {413: "Content Too Large", 422: "Unprocessable Content"}  # RFC 9110; Python before 3.13 has older ones


class ProblemPart(msgspec.Struct, frozen=True):
    """One thing that is wrong; `pointer` is a JSON pointer into the body, "" the whole of it."""

    pointer: str
    detail: str


class Problem(msgspec.Struct, frozen=True):
    """Why a request was refused (RFC 9457); `type` is `about:blank` or `urn:huoren:problem:` with a name."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    request_id: str
    errors: list[ProblemPart]


class RequestError(Exception):
    """A request that cannot be answered.

    Parameters
    ----------
    pointer
        A JSON pointer into its body, "" the whole of it; None where the body is not at fault.
    type
        A name for programs, such as "text_required"; None where the status says all.
    retry_after
        Seconds; sent with 429 and 503, rounded up.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        pointer: str | None = None,
        type: str | None = None,  # the word of RFC 9457
        retry_after: float = RETRY_AFTER_SECONDS,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.pointer = pointer
        self.type = type
        self.retry_after = retry_after
        self.headers = dict(headers or {})


def make_problem(error: RequestError, request_id: str) -> Problem:
    """Put a refusal into its form."""
    return Problem(
        type="about:blank" if error.type is None else f"urn:huoren:problem:{error.type}",
        title=title_of(error.status),
        status=error.status,
        detail=error.detail,
        instance=f"urn:huoren:request:{request_id}",  # not the path: a caller may have put text into it
        request_id=request_id,
        errors=[] if error.pointer is None else [ProblemPart(error.pointer, error.detail)],
    )


def title_of(status: int) -> str:
    """Name a status as RFC 9110 does, with every version of Python."""
    return _TITLES.get(status) or HTTPStatus(status).phrase


def problem(error: RequestError, request_id: str) -> Response:
    """Answer a refusal; 429 and 503 say when to come back."""
    headers = dict(error.headers)
    if error.status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        headers["Retry-After"] = str(max(1, math.ceil(error.retry_after)))
    body = msgspec.json.encode(make_problem(error, request_id))
    return Response(body, error.status, headers, media_type=MEDIA_TYPE)


def as_request_error(error: AppError) -> RequestError:
    """Turn an error of ours into the refusal that the table names."""
    status = next(STATUS_OF[kind] for kind in type(error).__mro__ if kind in STATUS_OF)
    return RequestError(status, str(error))


async def answer_http_error(request: Request, error: Exception) -> Response:
    """Answer what the router refuses: 404, 405."""
    if not isinstance(error, HTTPException):
        raise error
    detail = _REFUSALS.get(error.status_code, "The request failed.")
    return problem(RequestError(error.status_code, detail, headers=error.headers), request.state.request_id)
