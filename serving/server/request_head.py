"""A request's head: whether every server on the way reads it as we do, and how it reads in plain HTTP/1.1."""

from collections.abc import Sequence

from serving.server.limits import ConnectionLimits

Headers = Sequence[tuple[bytes, bytes]]  # names in lower case
_OF_UPGRADE = (b"connection", b"upgrade", b"http2-settings")


def refuse_head(method: bytes, url: bytes, version: str, headers: Headers, limits: ConnectionLimits) -> int | None:
    """Give the status that refuses a head, beyond what the parser refuses itself; None for a good one.

    Examples
    --------
    >>> refuse_head(b"GET", b"/", "1.1", [(b"host", b"a"), (b"host", b"b")], ConnectionLimits())
    400
    """
    size, hosts, framings = len(url), 0, 0
    is_plain = method != b"CONNECT"
    for name, value in headers:
        size += len(name) + len(value) + 4
        hosts += name == b"host"
        if name == b"transfer-encoding":
            framings += 1
            is_plain = is_plain and value.lower() == b"chunked"
    if size > limits.head_bytes or len(headers) > limits.header_lines:
        return 431
    if is_plain and ((version == "1.1" and hosts == 1) or (version == "1.0" and hosts <= 1 and not framings)):
        return None
    return 400


def write_without_upgrade(method: bytes, url: bytes, headers: Headers) -> bytes:
    r"""Write a head again without the wish for another protocol.

    Examples
    --------
    >>> write_without_upgrade(b"GET", b"/", [(b"host", b"a"), (b"connection", b"upgrade"), (b"upgrade", b"h2c")])
    b'GET / HTTP/1.1\r\nhost: a\r\n\r\n'
    """
    lines = b"".join(b"%s: %s\r\n" % header for header in headers if header[0] not in _OF_UPGRADE)
    return b"%s %s HTTP/1.1\r\n%s\r\n" % (method, url, lines)
