"""While there are no keys: whether a request comes from this machine, and from no page of another site."""

import ipaddress
import re

from starlette.requests import Request

_OWN_NAME = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?", re.IGNORECASE)
_OF_PROXIES = ("forwarded", "x-forwarded-for", "via")  # behind one, everybody comes over the loopback
_OWN_PAGE = ("same-origin", "none")  # "none": the address was typed in


def is_from_own_machine(request: Request) -> bool:
    """Tell whether it came over the loopback, by a name of this machine, and from no page but the service's own.

    The name stands against DNS rebinding. `Origin` and `Sec-Fetch-Site` are the browser's own word on whose page asks.
    """
    host = request.headers.get("host", "")
    origin = request.headers.get("origin")
    return (
        _OWN_NAME.fullmatch(host) is not None
        and (origin is None or origin in (f"http://{host}", f"https://{host}"))
        and request.headers.get("sec-fetch-site", "none") in _OWN_PAGE
        and not any(name in request.headers for name in _OF_PROXIES)
        and (request.client is None or _is_loopback(request.client.host))
    )


def _is_loopback(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:  # no network: a Unix socket, a test's client
        return True
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback
