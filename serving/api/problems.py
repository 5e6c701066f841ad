"""HTTP errors as `application/problem+json` (RFC 9457); none of them quotes a note."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from data.errors import AppError, ConfigError, DataError, ModelError

MEDIA_TYPE = "application/problem+json"
STATUS_OF: dict[type[AppError], int] = {DataError: 422, ModelError: 503, ConfigError: 500, AppError: 500}
RETRY_AFTER_SECONDS = 1
_REFUSALS = {404: "There is nothing at this path.", 405: "This path does not answer this method."}


class RequestError(Exception):
    """A request that cannot be answered; `pointer` is a JSON pointer into its body, "" the whole of it."""

    def __init__(self, status: int, detail: str, *, pointer: str | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.pointer = pointer


def problem(
    request_id: str,
    status: int,
    detail: str,
    *,
    pointer: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Write one problem; 503 says when to come back."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": f"urn:huoren:request:{request_id}",  # not the path: a caller may have put text into it
        "request_id": request_id,
        "errors": [] if pointer is None else [{"pointer": pointer, "detail": detail}],
    }
    all_headers = dict(headers or {})
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        all_headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return Response(msgspec.json.encode(body), status, all_headers, media_type=MEDIA_TYPE)


async def answer_request_error(request: Request, error: Exception) -> Response:
    """Answer a `RequestError`."""
    if not isinstance(error, RequestError):
        raise error
    return problem(request.state.request_id, error.status, error.detail, pointer=error.pointer)


async def answer_app_error(request: Request, error: Exception) -> Response:
    """Answer an `AppError` by the table."""
    status = next(STATUS_OF[kind] for kind in type(error).__mro__ if kind in STATUS_OF)
    return problem(request.state.request_id, status, str(error))


async def answer_http_error(request: Request, error: Exception) -> Response:
    """Answer what the router refuses: 404, 405."""
    if not isinstance(error, HTTPException):
        raise error
    status = error.status_code
    detail = _REFUSALS.get(status, "The request failed.")
    return problem(request.state.request_id, status, detail, headers=error.headers)
