import threading

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


def sleep(seconds):
    return f"GET /sleep/{seconds} HTTP/1.1\r\nHost: x\r\n\r\n".encode()


def test_an_idle_client_may_send_once_more_while_the_server_drains(serve, wait_for):
    server = serve()
    busy, idle = server.connect().send(sleep(3)), server.connect().send(GET)
    assert "connection" not in idle.read_answer()[1]
    server.should_exit = True
    wait_for(lambda: server.all.draining)
    status, headers, _ = idle.send(GET).read_answer()
    assert (status, headers["connection"]) == (200, "close")
    status, headers, _ = busy.read_answer()
    assert (status, headers["connection"]) == (200, "close")


def test_who_connects_as_the_server_begins_to_drain_is_answered(serve, wait_for, monkeypatch):
    monkeypatch.setattr("serving.server.acceptor._HANDSHAKE_SECONDS", 3)
    server = serve()
    server.should_exit = True
    wait_for(lambda: server.all.draining)
    status, headers, _ = server.connect().send(GET).read_answer()
    assert (status, headers["connection"]) == (200, "close")


def test_what_is_in_flight_after_the_limit_is_cut(serve, wait_for):
    server = serve(drain_seconds=1)
    client = server.connect().send(sleep(600))
    wait_for(lambda: len(server.server_state.tasks) == 1)
    server.should_exit = True
    assert b"200 OK" not in client.read_all()


def test_nobody_is_accepted_before_the_application_can_answer(serve, wait_for):
    loaded = threading.Event()
    server = serve(can_answer=loaded.is_set)
    client = server.connect().send(GET)
    assert (server.started, len(server.all)) == (False, 0)
    loaded.set()
    assert client.read_answer()[0] == 200


def test_who_waits_in_the_queue_when_the_server_ends_is_answered(serve, wait_for):
    server = serve(accept_pause_seconds=1)
    clients = [server.connect().send(GET) for _ in range(5)]  # one is accepted, the others would have to wait
    wait_for(lambda: len(server.all) >= 1)
    server.should_exit = True
    assert [client.read_answer()[0] for client in clients] == [200] * 5
