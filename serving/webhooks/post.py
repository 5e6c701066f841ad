"""One POST of a webhook: no redirects, no proxy, no answer read, and an end to it whatever the receiver does."""

import http.client
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import urlsplit

from serving.webhooks.addresses import port_of

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 15.0


def post(url: str, body: bytes, headers: Mapping[str, str]) -> int | None:
    """Post a body; the status of the answer, None without one.

    The time-outs are 5 s to connect, and 15 s from then on.
    """
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection = _connect(parts.scheme, parts.hostname or "", port_of(parts))
    except OSError:  # certificates that cannot be read: one post fails, not all that are at work
        return None
    deadline = threading.Timer(ANSWER_SECONDS, _cut, [connection])
    deadline.daemon = True
    try:
        connection.connect()
        connection.sock.settimeout(ANSWER_SECONDS)
        deadline.start()
        connection.request("POST", path, body, dict(headers))
        with connection.getresponse() as response:
            return response.status
    except (OSError, http.client.HTTPException, ValueError):  # ValueError: a socket that was cut meanwhile
        return None
    finally:
        deadline.cancel()
        connection.close()


def _connect(scheme: str, host: str, port: int) -> http.client.HTTPConnection:
    if scheme == "https":
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(host, port, timeout=CONNECT_SECONDS, context=context)
    return http.client.HTTPConnection(host, port, timeout=CONNECT_SECONDS)


def _cut(connection: http.client.HTTPConnection) -> None:
    if connection.sock is not None:
        with suppress(OSError):  # it has ended meanwhile
            connection.sock.shutdown(socket.SHUT_RDWR)
