"""Where the service listens: this machine alone, unless keys say who may come from elsewhere."""

import ipaddress
import socket

from data.errors import ConfigError
from serving.server.http_server import BACKLOG

_MAX_PORT = 65535


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


def show_url(listener: socket.socket) -> str:
    """Write where a listener is reached."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
