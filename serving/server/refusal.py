"""What the protocol itself refuses: a request that never reaches an endpoint gets the same kind of answer."""

import uuid
from collections.abc import Iterable
from http import HTTPStatus

from serving.api.problems import RequestError, problem
from serving.api.request_context import HEADER

DETAIL = {
    400: "The request is not valid HTTP/1.1.",
    408: "The request did not come in time.",
    431: "The request's head is too large.",
    503: "The service has no room for another connection.",
}


def write_refusal(status: int, default_headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Write a whole HTTP answer that refuses a request and ends its connection."""
    request_id = uuid.uuid4().hex
    response = problem(RequestError(status, DETAIL[status]), request_id)
    headers = [
        *default_headers,
        *response.raw_headers,
        (HEADER.lower().encode(), request_id.encode()),
        (b"connection", b"close"),
    ]
    head = b"".join(b"%s: %s\r\n" % header for header in headers)
    phrase = HTTPStatus(status).phrase.encode()
    return b"HTTP/1.1 %d %s\r\n%s\r\n%s" % (status, phrase, head, response.body)
