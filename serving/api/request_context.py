"""What surrounds every request: its id, its clock, safe headers, and the one boundary for what nobody foresaw."""

import logging
import re
import time

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving import metrics
from serving.api.problems import RequestError, problem
from serving.journal.record import new_id

HEADER = "X-Request-Id"
_logger = logging.getLogger("huoren.serving")
_NAME = HEADER.lower().encode()
_GIVEN_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_ELSEWHERE = "none"  # the route of a path that leads nowhere: a caller may have put text into it
_SAFE_HEADERS = {
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"referrer-policy": b"no-referrer",
    b"cache-control": b"no-store",
    b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'",
    b"cross-origin-resource-policy": b"same-origin",
}


class RequestContext:
    """Plain ASGI middleware: sets `request.state.request_id` and `.started` (seconds of `time.perf_counter`).

    A caller's own `X-Request-Id` is kept when made of letters, digits, `.`, `_`, `-`; every answer carries the id. An
    endpoint's own headers, such as a page's `Content-Security-Policy`, stand before those set here.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        # Routes are found by the path as it was sent: in `/v1/notes/a%2Fb` the slash belongs to the note's id.
        scope["path"] = scope["raw_path"].partition(b"?")[0].decode("latin-1")
        given = next((value for name, value in scope["headers"] if name == _NAME), b"")
        request_id = given.decode() if _GIVEN_ID.fullmatch(given) else new_id()
        state = scope.setdefault("state", {})
        state["request_id"], state["started"], state["route"] = request_id, time.perf_counter(), _ELSEWHERE
        status = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = {**_SAFE_HEADERS, _NAME: request_id.encode()}
                for name, _ in message["headers"]:
                    headers.pop(name, None)
                message["headers"] = [*message["headers"], *headers.items()]
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        except ClientDisconnect:
            status = 499
        except Exception as error:  # the one boundary: an error's own words may quote the note, so they go nowhere
            _logger.error("request %s failed: %s", request_id, _where(error), extra={"request_id": request_id})
            if not status:
                failed = RequestError(500, "The service failed; its log names the place under this request id.")
                await problem(failed, request_id)(scope, receive, send_with_headers)
        finally:
            route, method = state["route"], _known_method(scope["method"])
            metrics.counter_of(metrics.REQUESTS, method, route, str(status)).inc()
            metrics.histogram_of(metrics.REQUEST_SECONDS, route).observe(time.perf_counter() - state["started"])


def _known_method(method: str) -> str:
    return method if method in ("GET", "HEAD", "POST", "PUT", "DELETE") else "other"


def _where(error: BaseException) -> str:
    """Name an error's type and the line that raised it."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else "unknown place"
    return f"{type(error).__name__} at {place}"
