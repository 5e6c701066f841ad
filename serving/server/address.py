"""Where the service listens: this machine alone, unless keys say who may come from elsewhere."""

import contextlib
import ctypes
import ipaddress
import socket
import struct
import sys

from data.errors import ConfigError
from serving.server.http_server import BACKLOG

_MAX_PORT = 65535
_ATTACH_FILTER = 26  # Linux: SO_ATTACH_FILTER, which Python's socket module does not name
# A program for Linux's packet filter (classic BPF): read the flags of the TCP header; drop a SYN, pass the rest.
_DROP_SYN = ((0x30, 0, 0, 13), (0x45, 0, 1, 0x02), (0x06, 0, 0, 0), (0x06, 0, 0, 0xFFFFFFFF))


def read_address(host: str) -> str:
    """Check that a host is an IP address or "localhost", and give its address.

    Raises
    ------
    ConfigError
        If it is a name or nothing.

    Examples
    --------
    >>> read_address("localhost")
    '127.0.0.1'
    """
    if host == "localhost":
        return "127.0.0.1"
    try:
        return str(ipaddress.ip_address(host))
    except ValueError as error:
        raise ConfigError(
            "--host must be an IP address such as 127.0.0.1, or 0.0.0.0 for every one of this machine. Got a name."
        ) from error


def is_loopback(address: str) -> bool:
    """Tell whether only this machine reaches an address."""
    return ipaddress.ip_address(address).is_loopback


def require_key(address: str, *, has_key: bool) -> None:
    """Check that others can reach the service only with a key.

    Raises
    ------
    ConfigError
        If they could without.
    """
    if not has_key and not is_loopback(address):
        raise ConfigError(
            f"--host must be a loopback address such as 127.0.0.1 or ::1 while there are no keys. Got {address}; "
            "make one with `huoren keys create NAME --role score`."
        )


def listen(address: str, port: int) -> socket.socket:
    """Take the port; connections wait from now on.

    Raises
    ------
    ConfigError
        If it is no port, or taken.
    """
    if port > _MAX_PORT:
        raise ConfigError(f"--port must be at most {_MAX_PORT}. Got {port} instead.")
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((address, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise ConfigError(f"{address} port {port} must be free. Got {error.strerror}; take another --port.") from error
    return listener


def stop_listening(listener: socket.socket) -> None:
    """Close this process's copy of a listener that all others will close soon; who has begun to connect still can.

    Closing the last copy resets connections that nobody has accepted, and between the last accept and the close one
    may always come. On Linux nobody new begins to connect from here on, so none does; a client's system tries again
    after a second, and is refused or reaches the service that took this one's place.
    """
    if sys.platform == "linux":
        steps = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in _DROP_SYN))
        program = struct.pack("@HP", len(_DROP_SYN), ctypes.addressof(steps))
        with contextlib.suppress(OSError):  # a sandbox without packet filters
            listener.setsockopt(socket.SOL_SOCKET, _ATTACH_FILTER, program)
    listener.close()


def show_url(listener: socket.socket) -> str:
    """Write where a listener is reached."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
