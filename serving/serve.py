"""`huoren serve`: answer over HTTP on this machine."""

import argparse
import dataclasses
import gc
import ipaddress
import socket

import uvicorn

from data.errors import ConfigError
from serving.api.app import create_app
from serving.cli_output import tell
from serving.note_classifier import load_classifier
from serving.options import add_model_options, natural_int

EXAMPLE = """example: huoren serve --port 8000
then:    curl -s http://127.0.0.1:8000/v1/classify -d '{"note_id": "1", "body": "今天到手价29.9，需要的加薇"}'"""
_MAX_PORT = 65535


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `huoren serve`."""
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address, without keys (default: 127.0.0.1)")
    parser.add_argument("--port", type=natural_int, default=8000, help="0 takes a free one (default: 8000)")
    add_model_options(parser)
    parser.add_argument("--quiet", action="store_true", help="log warnings only")
    parser.epilog = EXAMPLE


def run(args: argparse.Namespace) -> int:
    """Serve until Ctrl-C or SIGTERM; 1 where the service could not start.

    Raises
    ------
    AppError
        If the address, the model or the policy is unusable.
    """
    address = loopback_address(args.host)
    with bind(address, args.port) as listener:
        classifier = load_classifier(args.model, args.policy)  # before serving: a broken model stops the start
        gc.freeze()  # tables and weights live as long as the process: no collection needs to walk them
        settings = dataclasses.replace(args.settings, model=args.model, policy=args.policy)
        app = create_app(settings, classifier=classifier)
        # No access log: a caller may put text into a path. Loops and parsers in C are taken where installed ("auto").
        level = "warning" if args.quiet else "info"
        server = uvicorn.Server(uvicorn.Config(app, access_log=False, log_level=level, server_header=False))
        if not args.quiet:
            host, port = listener.getsockname()[:2]
            shown = f"[{host}]" if ":" in host else host
            tell(f"huoren {classifier.model_version} on http://{shown}:{port}; Ctrl-C stops it")
        try:
            server.run(sockets=[listener])
        except KeyboardInterrupt:  # uvicorn raises it again after it has stopped in good order
            return 0
        return 0 if server.started else 1


def loopback_address(host: str) -> str:
    """Check that a host is this machine only, and give its address.

    Raises
    ------
    ConfigError
        If others could reach it: without keys anybody there could use the service.

    Examples
    --------
    >>> loopback_address("localhost")
    '127.0.0.1'
    """
    if host == "localhost":
        return "127.0.0.1"
    try:
        is_loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_loopback = False
    if not is_loopback:
        raise ConfigError(
            f"--host must be a loopback address such as 127.0.0.1 or ::1 while the service has no keys. Got {host!r}; "
            "put a proxy that checks keys in front of it."
        )
    return host


def bind(address: str, port: int) -> socket.socket:
    """Take the port.

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
    except OSError as error:
        listener.close()
        raise ConfigError(f"{address} port {port} must be free. Got {error.strerror}; take another --port.") from error
    return listener
