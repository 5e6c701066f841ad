import json
import time

import pytest

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
CHUNKED = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"


def post(*headers, body=b"", version=b"1.1"):
    lines = b"".join(b"%s\r\n" % header for header in (b"Host: x", *headers))
    return b"POST / HTTP/%s\r\n%s\r\n%s" % (version, lines, body)


def refused(answer):
    """Check that a refusal has the form of all others, and give its status."""
    status, headers, body = answer
    problem = json.loads(body)
    assert headers["content-type"] == "application/problem+json"
    assert headers["connection"] == "close"
    assert problem["status"] == status
    assert problem["request_id"] == headers["x-request-id"]
    return status


AMBIGUOUS = {
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "two hosts": post(b"Host: y"),
    "length and chunks": post(b"Content-Length: 5", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n"),
    "two lengths": post(b"Content-Length: 5", b"Content-Length: 6", body=b"abcdef"),
    "list of lengths": post(b"Content-Length: 5, 5", body=b"abcde"),
    "signed length": post(b"Content-Length: +5", body=b"abcde"),
    "endless length": post(b"Content-Length: 99999999999999999999999"),
    "space before colon": post(b"Content-Length : 5", body=b"abcde"),
    "unknown coding": post(b"Transfer-Encoding: xchunked", body=b"0\r\n\r\n"),
    "two codings": post(b"Transfer-Encoding: gzip, chunked", body=b"0\r\n\r\n"),
    "chunks in 1.0": post(b"Transfer-Encoding: chunked", body=b"0\r\n\r\n", version=b"1.0"),
    "folded line": post(b"X: a\r\n b"),
    "bare line feed": b"GET / HTTP/1.1\nHost: x\n\n",
    "bare return": post(b"X: a\rb"),
    "nul": post(b"X: a\0b"),
    "chunk that is no number": CHUNKED + b"zz\r\nab\r\n",
    "chunk with bare line feed": CHUNKED + b"2\nab\n0\n\n",
    "http/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "tls": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "tunnel": b"CONNECT a:1 HTTP/1.1\r\nHost: x\r\n\r\n",
    "path that is not ascii": "GET /笔记 HTTP/1.1\r\nHost: x\r\n\r\n".encode(),
}
TOO_LARGE = {
    "header": post(b"X: " + b"a" * 70_000),
    "header without an end": b"GET / HTTP/1.1\r\nX: " + b"a" * 400_000,
    "path": b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "many headers": post(*[b"a: b"] * 300),
    "trailers": CHUNKED + b"1\r\na\r\n0\r\n" + b"X: a\r\n" * 30_000,
}


@pytest.mark.parametrize("request_", AMBIGUOUS.values(), ids=AMBIGUOUS)
def test_what_two_servers_may_read_in_two_ways_is_400(shared_server, request_):
    assert refused(shared_server.connect().send(request_).read_answer()) == 400


@pytest.mark.parametrize("request_", TOO_LARGE.values(), ids=TOO_LARGE)
def test_a_head_that_is_too_large_is_431(shared_server, request_):
    assert refused(shared_server.connect().send(request_).read_answer()) == 431


def test_requests_in_one_packet_are_answered_in_their_order(serve):
    client = serve(idle_seconds=1).connect()
    client.send(post(b"Content-Length: 3", body=b"abc") + GET + CHUNKED + b"2\r\nab\r\n0\r\n\r\n")
    assert [part.count(b'"bytes": ') for part in client.read_all().split(b"HTTP/1.1 200 OK")[1:]] == [1, 1, 1]


def test_a_request_that_asks_for_another_protocol_keeps_its_body(serve):
    client = serve().connect()
    upgrade = (b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"HTTP2-Settings: AAE", b"Content-Length: 5")
    for body in (b"abcde", b"fghij"):  # as Java's client sends its first one; the connection goes on
        client.send(post(*upgrade)).send(body)
        status, _, answer = client.read_answer()
        assert (status, json.loads(answer)["bytes"]) == (200, 5)


def test_rubbish_after_a_good_request_leaves_the_good_answer_whole(serve):
    answers = serve().connect().send(b"GET /sleep/0.2 HTTP/1.1\r\nHost: x\r\n\r\nRUBBISH\r\n\r\n").read_all()
    assert answers.startswith(b"HTTP/1.1 200 OK")
    assert answers.count(b"HTTP/1.1 ") == 1
    assert b"connection: close" in answers


def test_a_silent_connection_is_closed_without_a_word(serve):
    assert serve(head_seconds=0.5).connect().read_all() == b""


def test_an_idle_connection_is_closed(serve):
    client = serve(idle_seconds=1).connect().send(GET)
    assert client.read_answer()[0] == 200
    assert client.read_all() == b""


def test_what_came_while_the_process_stood_still_is_answered_though_the_client_was_idle_for_too_long(serve):
    server = serve()
    client = server.connect().send(GET)
    assert client.read_answer()[0] == 200
    (connection,) = server.all._open

    def stand_still():
        client.send(GET)
        connection.timeout_keep_alive_handler()

    connection.loop.call_soon_threadsafe(stand_still)
    assert client.read_answer()[0] == 200


@pytest.mark.parametrize(
    "beginning", [b"GET / HT", post(b"Content-Length: 50")[:-2], post(b"Content-Length: 50") + b"ab"]
)
def test_half_a_request_is_408(serve, beginning):
    server = serve(head_seconds=2, body_grace_seconds=0.5)
    assert refused(server.connect().send(beginning).read_answer()) == 408


def test_a_head_that_comes_byte_by_byte_is_408(serve, wait_for):
    server = serve(head_seconds=2, linger_seconds=0.5)
    client = server.connect()
    client.socket.settimeout(0.05)
    answer = b""
    for byte in b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 1000:
        try:
            client.send(bytes([byte]))
            answer += client.socket.recv(65536)
        except TimeoutError:
            continue
        except ConnectionError:  # cut already
            answer += client.read_all()
            break
        if answer:
            break
    assert answer.startswith(b"HTTP/1.1 408 ")
    wait_for(lambda: len(server.all) == 0)


def test_a_body_that_comes_slowly_and_steadily_is_taken(serve):
    client = serve(body_grace_seconds=0.5, body_bytes_per_second=100).connect()
    client.send(post(b"Content-Length: 15500", body=b"a" * 500))
    for _ in range(30):  # 500 bytes in 0.05 s, three times the grace in all
        client.send(b"a" * 500)
        time.sleep(0.05)
    assert json.loads(client.read_answer()[2])["bytes"] == 15_500


def test_a_client_that_does_not_read_its_answer_is_cut(serve, wait_for):
    server = serve(unread_seconds=0.5)
    server.connect().send(b"GET /bytes/50000000 HTTP/1.1\r\nHost: x\r\n\r\n")
    wait_for(lambda: server.server_state.total_requests == 1)
    wait_for(lambda: len(server.all) == 0)


def test_a_client_that_reads_slowly_and_steadily_gets_its_answer(serve):
    client = serve(unread_seconds=2).connect().send(b"GET /bytes/20000000 HTTP/1.1\r\nHost: x\r\n\r\n")
    size = 0
    while size < 20_000_000:
        part = client.socket.recv(400_000)
        assert part
        size += len(part)
        time.sleep(0.06)


def test_at_the_cap_the_longest_unfinished_connection_is_closed_first(serve, wait_for):
    server = serve(connections=3)
    clients = [server.connect().send(b"GET /") for _ in range(3)]
    wait_for(lambda: len(server.all) == 3)
    assert server.connect().send(GET).read_answer()[0] == 200
    assert clients[0].read_all() == b""
    assert clients[1].send(b" HTTP/1.1\r\nHost: x\r\n\r\n").read_answer()[0] == 200


def test_half_bodies_hold_a_bounded_amount_of_memory(serve, wait_for):
    server = serve(buffered_bytes=1_000_000)
    clients = [server.connect().send(post(b"Content-Length: 500000") + b"a" * 400_000) for _ in range(6)]
    wait_for(lambda: len(server.all) == 2)
    wait_for(lambda: server.all.buffered_bytes == 800_000)
    assert json.loads(clients[5].send(b"a" * 100_000).read_answer()[2])["bytes"] == 500_000
    wait_for(lambda: server.all.buffered_bytes == 400_000)
