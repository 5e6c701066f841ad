import socket
import sys

import pytest

from data.errors import ConfigError
from serving.server.address import is_loopback, listen, read_address, require_key, show_url, stop_listening


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost"])
def test_this_machine_needs_no_key(host):
    address = read_address(host)
    assert is_loopback(address)
    require_key(address, has_key=False)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "8.8.8.8"])
def test_an_address_that_others_reach_needs_a_key(host):
    address = read_address(host)
    with pytest.raises(ConfigError, match=r"while there are no keys.*`huoren keys create NAME --role score`"):
        require_key(address, has_key=False)
    require_key(address, has_key=True)


@pytest.mark.parametrize("host", ["example.org", "", "127.0.0.1:80", "1.2.3"])
def test_a_host_that_is_no_address_is_refused(host):
    with pytest.raises(ConfigError, match="--host must be an IP address"):
        read_address(host)


def test_a_taken_port_is_refused():
    with (
        listen("127.0.0.1", 0) as first,
        pytest.raises(ConfigError, match=r"must be free\. Got Address already in use"),
    ):
        listen("127.0.0.1", first.getsockname()[1])


def test_a_number_that_is_no_port_is_refused():
    with pytest.raises(ConfigError, match="at most 65535"):
        listen("127.0.0.1", 70_000)


def test_an_ipv6_address_stands_in_brackets():
    with listen("::1", 0) as listener:
        assert show_url(listener) == f"http://[::1]:{listener.getsockname()[1]}"


@pytest.mark.skipif(sys.platform == "darwin", reason="there a connection that comes at the very end is reset")
@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_listener_that_stops_lets_in_who_has_connected_and_nobody_new(host):
    mine = listen(host, 0)
    with mine.dup() as worker_copy:
        worker_copy.settimeout(120)
        address = mine.getsockname()[:2]
        with socket.create_connection(address) as early:
            stop_listening(mine)
            with pytest.raises(TimeoutError):
                socket.create_connection(address, timeout=0.2)
            served, _ = worker_copy.accept()
            with served:
                early.sendall(b"GET")
                assert served.recv(3) == b"GET"
    with pytest.raises(ConnectionRefusedError):  # the last copy has gone: a client need not wait
        socket.create_connection(address)
