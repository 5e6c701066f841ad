"""HTTP/1.1 of a client that may be slow, silent or hostile: uvicorn's protocol with deadlines and limits."""

import math
from typing import Any, Literal

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from serving.metrics import REFUSED
from serving.server.connections import Connections
from serving.server.refusal import write_refusal
from serving.server.request_head import refuse_head, write_without_upgrade

_NEVER = math.inf
_REASON = {400: "bad_request", 408: "slow_client", 431: "head_too_large", 503: "connections"}
_FRAMING = 8  # bytes that a chunked body may spend beside each byte of content: "1\r\n" x "\r\n" takes 5


class GuardedProtocol(HttpToolsProtocol):
    """One connection.

    Attributes
    ----------
    read_by, write_by
        Deadlines in the event loop's seconds: for the client's next bytes, for reading its answer.
    awaited
        What of a request comes next: nothing has begun, its head, its body.
    """

    def __init__(self, *args: Any, connections: Connections, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.all = connections
        self.limits = connections.limits
        self.timeout_keep_alive = self.limits.idle_seconds
        self.read_by = self.write_by = _NEVER
        self.awaited: Literal["request", "head", "body"] = "request"
        self.refused = 400  # the status, when the parser gives up
        self.is_deaf = False  # refused: what else the client sends is thrown away
        self.spare_bytes = self.body_bytes = self.unread_bytes = 0
        self.body_since = 0.0

    def connection_made(self, transport: Any) -> None:
        """Take a connection in, where there is room."""
        super().connection_made(transport)
        self.read_by = self.loop.time() + (self._linger() if self.all.draining else self.limits.head_seconds)
        if not self.all.add(self):
            self._refuse(503)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        super().connection_lost(exc)
        self._release()
        self.all.remove(self)

    def data_received(self, data: bytes) -> None:
        """Read what came, unless it was refused already."""
        if self.is_deaf:
            return
        if self.read_by == _NEVER:  # an idle client: even a blank line begins a request
            self.read_by = self.loop.time() + self.limits.head_seconds
        content = self.body_bytes
        self._unset_keepalive_if_required()
        try:
            self._parse(data)
        except httptools.HttpParserError:
            self._refuse(self.refused)
        if self.awaited != "request" and not self.is_deaf:
            self.spare_bytes += len(data) - max(self.body_bytes - content, 0)
            if self.spare_bytes > self.limits.head_bytes + _FRAMING * self.body_bytes:
                self._refuse(431)

    def on_message_begin(self) -> None:
        """Begin a request: its head is due."""
        super().on_message_begin()
        if self.cycle is not None or self.all.draining:  # of a first request, the connection's own deadline holds
            self.read_by = self.loop.time() + self.limits.head_seconds
        self.awaited = "head"
        self.spare_bytes = self.body_bytes = 0

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take one line of the head; one after a chunked body counts for nothing."""
        if self.awaited == "head":
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Begin an answer, where the head is one that others read as we do."""
        version = self.parser.get_http_version()
        status = refuse_head(self.parser.get_method(), self.url, version, self.headers, self.limits)
        if status is not None:
            self.refused = status
            raise httptools.HttpParserError("refused")
        if self.parser.should_upgrade():
            return
        super().on_headers_complete()
        if self.all.draining:
            self.cycle.keep_alive = False
        self.awaited = "body"
        self.body_since = self.loop.time()
        self.read_by = self.body_since + self.limits.body_grace_seconds

    def on_body(self, body: bytes) -> None:
        """Take a part of the body."""
        self.body_bytes += len(body)
        self.read_by = (
            self.body_since + self.limits.body_grace_seconds + self.body_bytes / self.limits.body_bytes_per_second
        )
        super().on_body(body)
        self.all.buffer(len(body))

    def on_message_complete(self) -> None:
        """End a request: what is due now is our answer."""
        if self.parser.should_upgrade():
            return
        self._release()
        self.awaited = "request"
        self.read_by = _NEVER
        self.all.have_request(self)
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """End an answer; the client's turn comes, and it may still have to read."""
        is_last = not self.pipeline
        super().on_response_complete()
        now = self.loop.time()
        self.unread_bytes = self.transport.get_write_buffer_size()
        self.write_by = now + self.limits.unread_seconds if self.unread_bytes else _NEVER
        if not is_last:
            return
        self.all.await_client(self)
        if self.awaited == "body":  # answered before its body had come: the client may read why, and that is all
            self.read_by = min(self.read_by, now + self._linger())

    def pause_writing(self) -> None:
        """Note that the client does not read as fast as we write."""
        super().pause_writing()
        self.unread_bytes = self.transport.get_write_buffer_size()
        self.write_by = self.loop.time() + self.limits.unread_seconds

    def resume_writing(self) -> None:
        """Note that it has read."""
        super().resume_writing()
        self.write_by = _NEVER

    def timeout_keep_alive_handler(self) -> None:
        """Leave an idle client to the next look at all connections: what it sent meanwhile is read before."""
        self.read_by = self.loop.time()

    def shutdown(self) -> None:
        """Begin to end: the answer that is due is the last, and an idle client may just be sending a request."""
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.keep_alive = False
        elif self.awaited == "request":
            self.read_by = min(self.read_by, self.loop.time() + self._linger())

    def expire(self, now: float) -> None:
        """Act on a deadline that has passed."""
        if self.write_by <= now:
            unread = self.transport.get_write_buffer_size()
            if unread and unread > self.unread_bytes - self.limits.body_bytes_per_second * self.limits.unread_seconds:
                self.cut()
                return
            self.unread_bytes = unread
            self.write_by = now + self.limits.unread_seconds if unread else _NEVER
        if self.read_by > now:
            return
        if self.flow.read_paused:  # it is we who do not read
            self.read_by = now + self.limits.head_seconds
        elif self.is_deaf or self.transport.is_closing():
            self.cut()
        elif self.awaited == "request" or self._is_answered():
            self.transport.close()
            self.read_by = now + self._linger()
        else:
            self._refuse(408)

    def cut(self) -> None:
        """End it at once."""
        self._release()
        self.transport.abort()

    def _parse(self, data: bytes) -> None:
        while True:
            try:
                self.parser.feed_data(data)
                return
            except httptools.HttpParserUpgrade as upgrade:
                # Another protocol was asked for, as Java's client does at first: we stay with this one. The parser
                # would skip the body, so another one reads the request again without that wish.
                head = write_without_upgrade(self.parser.get_method(), self.url, self.headers)
                data = head + data[upgrade.args[0] :]
                self.parser = httptools.HttpRequestParser(self)
                self.parser.set_dangerous_leniencies(lenient_data_after_close=True)

    def _refuse(self, status: int) -> None:
        """Answer that a request is refused, unless another one's answer is due first; then read no more."""
        if self.transport.is_closing():
            return
        cycle = self.cycle
        is_answering = cycle is not None and not cycle.response_complete
        self._release()
        REFUSED.labels(_REASON[status]).inc()
        self.is_deaf = True
        self.read_by = self.loop.time() + self._linger()
        if self.pipeline or (is_answering and cycle.response_started and self.awaited == "body"):
            self.transport.close()
            return
        if is_answering and self.awaited != "body":
            cycle.keep_alive = False
            self.read_by = _NEVER
            return
        if is_answering:
            cycle.disconnected = True  # its endpoint learns that nobody listens
            cycle.message_event.set()
        if is_answering or self.awaited != "body":
            self.transport.write(write_refusal(status, self.server_state.default_headers))
        self.transport.write_eof()  # closed at once, what the client still sends would destroy the answer

    def _release(self) -> None:
        if self.awaited == "body":
            self.all.buffer(-self.body_bytes)
            self.body_bytes = 0

    def _is_answered(self) -> bool:
        return self.cycle is not None and self.cycle.response_complete and self.awaited == "body"

    def _linger(self) -> float:
        return self.limits.linger_seconds
