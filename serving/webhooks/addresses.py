"""Where webhooks may go: the service never posts to a host that its operator did not name."""

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

from data.errors import ConfigError, DataError
from serving.settings import Settings

_MAX_CHARS = 2048
_PORTS = {"http": 80, "https": 443}
_ENTRY = re.compile(r"(?:\[(?P<address>[0-9a-f:.]+)\]|(?P<name>[0-9a-z._-]+))(?::(?P<port>[0-9]{1,5}))?", re.ASCII)


def check_webhook_settings(settings: Settings) -> None:
    """Check at start what webhooks need.

    Raises
    ------
    ConfigError
        If there is somebody to tell but no secret to sign with, HUOREN_WEBHOOK_URL is no URL, or what
        HUOREN_CALLBACK_HOSTS lists is neither `host` nor `host:port`.
    """
    if (settings.webhook_url or settings.callback_hosts) and not settings.webhook_secret:
        raise ConfigError(
            "HUOREN_WEBHOOK_SECRET must be set beside HUOREN_WEBHOOK_URL or HUOREN_CALLBACK_HOSTS. It is not."
        )
    if settings.webhook_url:
        try:
            _split(settings.webhook_url)
        except DataError as error:
            raise ConfigError(f"HUOREN_WEBHOOK_URL: {error}") from error
    for position, entry in enumerate(settings.callback_hosts, start=1):
        if _listed(entry) is None:
            raise ConfigError(
                "HUOREN_CALLBACK_HOSTS must list each as host or host:port, an IPv6 address in brackets. "
                f"Got something else in place {position}."
            )


def check_callback_url(url: str, settings: Settings) -> None:
    """Check the address that a job is to call when it ends.

    Raises
    ------
    DataError
        If it is not https (http on a loopback host), or HUOREN_CALLBACK_HOSTS does not list its host and port: a
        host alone stands for the scheme's own port.
    """
    parts = _split(url)
    host, port = parts.hostname or "", port_of(parts)
    allowed = {(host, port)} | ({(host, None)} if port == _PORTS[parts.scheme] else set())
    if allowed.isdisjoint(map(_listed, settings.callback_hosts)):
        raise DataError("the callback's host and port must be listed in HUOREN_CALLBACK_HOSTS. Got others.")
    if parts.scheme != "https" and not _is_loopback(host):
        raise DataError("a callback must be https, or http on a loopback host. Got http instead.")


def may_be_told(url: str, settings: Settings) -> bool:
    """Tell whether the settings still allow an address that stands in the outbox."""
    if url == settings.webhook_url:
        return True
    try:
        check_callback_url(url, settings)
    except DataError:
        return False
    return True


def port_of(parts: SplitResult) -> int:
    """Give the port of an http or https URL, its scheme's own where it names none."""
    return _PORTS[parts.scheme] if parts.port is None else parts.port


def _listed(entry: str) -> tuple[str, int | None] | None:
    """Take `host`, `host:port` or `[IPv6]:port` apart; None for anything else."""
    match = _ENTRY.fullmatch(entry.lower())
    if match is None or (match["address"] and not _is_ipv6(match["address"])):
        return None
    port = None if match["port"] is None else int(match["port"])
    return None if port is not None and not 0 < port < 2**16 else (match["address"] or match["name"], port)


def _split(url: str) -> SplitResult:
    """Take a URL apart; names no part of it, for it may hold a secret."""
    if not url.isascii() or not url.isprintable() or " " in url or len(url) > _MAX_CHARS:
        raise DataError(f"a URL must be at most {_MAX_CHARS} printable ASCII characters. Got something else.")
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises where it is no number
    except ValueError as error:
        raise DataError("a URL must have a host and, if any, a port number. Got something else.") from error
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc or parts.fragment:
        raise DataError("a URL must be http or https with a host, without user or fragment. Got something else.")
    return parts


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_ipv6(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).version == 6
    except ValueError:
        return False
