"""Without keys only programs of this machine are answered, and no page but the service's own."""

import pytest
from starlette.testclient import TestClient

from serving.api.endpoint import Endpoint
from tests.serving.api.plain_service import open_endpoints


@pytest.fixture
def ask():
    """Give a function that sends headers to a service without keys, from an address."""

    async def answer(call):
        return {}

    endpoint = Endpoint(method="GET", path="/v1", summary="", handle=answer, role="score", tag="", answer=dict)
    app = open_endpoints(None, [endpoint]).app

    def send(address="127.0.0.1", **headers):
        client = TestClient(app, base_url="http://127.0.0.1:8000", client=(address, 4242))
        return client.get("/v1", headers={name.replace("_", "-"): text for name, text in headers.items()})

    return send


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:8000", "LOCALHOST", "[::1]:8000"])
def test_this_machines_own_names_are_answered(ask, host):
    assert ask(host=host).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "127.0.0.1.evil.example", "evil@127.0.0.1", "127.0.0.1#", "127.0.0.1:port", "localhost."),
        *("[", "[::1", "[::1]x", "", " "),
    ],
)
def test_another_name_is_refused(ask, refused, host):
    refused(ask(host=host), 403)


@pytest.mark.parametrize(
    "origin",
    [
        *("null", "", "http://evil.example", "http://127.0.0.1", "http://127.0.0.1:8001", "http://["),
        *("file://127.0.0.1:8000", "http://127.0.0.1:8000@evil.example", "http://127.0.0.1:8000.evil.example"),
    ],
)
def test_a_page_of_another_origin_is_refused(ask, refused, origin):
    refused(ask(origin=origin), 403)


def test_the_services_own_pages_are_answered(ask):
    assert ask(origin="http://127.0.0.1:8000", sec_fetch_site="same-origin").status_code == 200
    assert ask(sec_fetch_site="none").status_code == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_what_a_browser_says_comes_from_elsewhere_is_refused(ask, refused, site):
    refused(ask(sec_fetch_site=site), 403)


@pytest.mark.parametrize(("address", "status"), [("192.0.2.7", 403), ("2001:db8::7", 403), ("::ffff:192.0.2.7", 403)])
def test_a_caller_from_elsewhere_is_refused_whatever_name_it_gives(ask, address, status):
    assert ask(address).status_code == status


@pytest.mark.parametrize("name", ["forwarded", "x_forwarded_for", "via"])
def test_what_comes_through_a_proxy_is_refused(ask, refused, name):
    refused(ask(**{name: "for=192.0.2.7"}), 403)


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_every_loopback_address_is_this_machine(ask, address):
    assert ask(address).status_code == 200
