"""How long a connection may take, and how much of it a process holds."""

import resource
from dataclasses import dataclass

_MOST_FILES = 65_536  # macOS says "no limit" and refuses one beyond its own
_SPARE_FILES = 256  # the database, journal segments, pipes, modules being imported


@dataclass(frozen=True, kw_only=True)
class ConnectionLimits:
    """Limits of every connection of a process; times are in seconds.

    Attributes
    ----------
    head_seconds
        From a request's first byte, or from the connection, to the end of its head.
    body_grace_seconds, body_bytes_per_second
        A body may take the grace, and then as long as it comes at this rate.
    idle_seconds
        From an answer to the next request.
    unread_seconds
        A client that reads less than `body_bytes_per_second` of its answer is cut after this.
    linger_seconds
        A refused client may read why before it is cut; while the process ends, an idle one may send once more.
    head_bytes
        Request line and headers, or what a chunked body holds beside its content.
    connections
        Open at once; beyond, the one that has been unfinished for longest is closed.
    buffered_bytes
        Bodies that have not come whole yet, of all connections together.
    sweep_seconds
        How often all connections are looked at.
    accept_pause_seconds
        After each connection that is accepted, for the other processes to take the next one.
    """

    head_seconds: float = 10
    body_grace_seconds: float = 10
    body_bytes_per_second: float = 1024
    idle_seconds: int = 30
    unread_seconds: float = 30
    linger_seconds: float = 1
    head_bytes: int = 2**16
    header_lines: int = 128
    connections: int = 8192
    buffered_bytes: int = 2**28
    sweep_seconds: float = 1
    accept_pause_seconds: float = 0


def raise_file_limit() -> int:
    """Let this process open as many files as the system allows it, and give how many connections that makes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, _MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            soft = wanted
        except (OSError, ValueError):
            pass  # fewer connections, then
    most = wanted if soft == resource.RLIM_INFINITY else soft
    return max(most - _SPARE_FILES, 16)
