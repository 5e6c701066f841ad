"""Between calls and the HTTP library: where the service is, who calls, and what an answer means."""

from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx2
import msgspec

from data.errors import ConfigError
from serving.client.answers import Problem
from serving.client.calls import ApiCall
from serving.client.errors import UnreachableError, make_error, make_unexpected
from serving.client.retries import Attempts, read_retry_after

T = TypeVar("T")
_FAILED = 400
Outcome = httpx2.Response | httpx2.RequestError


def check_address(base_url: str) -> str:
    """Check where the service is.

    Raises
    ------
    ConfigError
        If it is no http(s) address, or one with a password, a query or a fragment in it.
    """
    parts = urlsplit(base_url)
    is_plain = parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc
    if not is_plain or parts.query or parts.fragment:
        raise ConfigError("base_url must be like 'https://host:8000', without user, query or fragment. Got another.")
    return base_url.rstrip("/")


def make_headers(key: str | None) -> dict[str, str]:
    """Write the headers of every request.

    Raises
    ------
    ConfigError
        If the key holds what no key holds; it is not quoted.
    """
    headers = {"Accept": "application/json", "User-Agent": "huoren-client"}
    if key is not None:
        if not (key and key.isascii() and key.isprintable() and " " not in key):
            raise ConfigError("key must be visible ASCII without spaces. It is not.")
        headers["Authorization"] = f"Bearer {key}"
    return headers


def request_of(http: httpx2.Client | httpx2.AsyncClient, call: ApiCall[Any], timeout: float) -> httpx2.Request:
    """Build a call's request, alike at each try."""
    return http.build_request(
        call.method, call.path, params=call.params, headers=call.headers, content=call.body, timeout=timeout
    )


def wait_before_next(attempts: Attempts, outcome: Outcome) -> float | None:
    """Say how long to wait before the next try; None: this outcome stands."""
    if isinstance(outcome, httpx2.RequestError):
        return attempts.wait_after_failure() if isinstance(outcome, httpx2.TransportError) else None
    if outcome.status_code < _FAILED:
        return None
    retry_after = read_retry_after(outcome.headers.get("retry-after"))
    return attempts.wait_after_answer(outcome.status_code, _problem(outcome).type, retry_after)


def read_answer(call: ApiCall[T], outcome: Outcome) -> T:
    """Give what the service answered.

    Raises
    ------
    ApiError
        If it refused, or answered something else than its contract says.
    UnreachableError
        If no answer came.
    """
    response = check_answer(outcome)
    if call.answer is type(None):
        return None
    try:
        return msgspec.json.decode(response.content, type=call.answer)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise make_unexpected(response.status_code) from error


def check_answer(outcome: Outcome) -> httpx2.Response:
    """Let a good answer pass.

    Raises
    ------
    ApiError, UnreachableError
        As `read_answer`.
    """
    if isinstance(outcome, httpx2.RequestError):
        raise UnreachableError(f"the service must answer. Got {type(outcome).__name__} instead.") from outcome
    if not outcome.is_success:
        retry_after = read_retry_after(outcome.headers.get("retry-after"))
        raise make_error(outcome.status_code, _problem(outcome), retry_after)
    return outcome


def _problem(response: httpx2.Response) -> Problem:
    """Read the service's words; another's, such as a proxy's page, are passed over."""
    try:
        return msgspec.json.decode(response.content, type=Problem)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Problem(title=response.reason_phrase, detail="The answer says no more.")
