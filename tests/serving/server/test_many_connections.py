import resource
import subprocess
import threading

import pytest

MANY = 2000
HALF_BODY = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n" + b"a" * 50


@pytest.fixture(autouse=True)
def room_for_sockets():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MANY + 500
    if hard != resource.RLIM_INFINITY and hard < wanted:
        pytest.skip(f"needs {wanted} open files, {hard} are allowed")
    if soft != resource.RLIM_INFINITY:
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def resident_kib(pid):
    return int(subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True).stdout)


def test_two_thousand_slow_connections_keep_nobody_out_and_are_closed(sample, wait_for):
    service = sample(head_seconds=3, body_grace_seconds=3, linger_seconds=0.3, sweep_seconds=0.1).wait_until_ready()
    pid = service.ask()["pid"]
    sizes = []
    for _ in range(2):
        attackers = [service.connect() for _ in range(MANY)]
        dripping = attackers[MANY // 2 : MANY * 3 // 4]
        for attacker in attackers[MANY * 3 // 4 :]:
            attacker.send(HALF_BODY)
        stop = threading.Event()

        def drip(clients=dripping, stop=stop):
            for byte in b"GET / HTTP/1.1\r\nX: " + b"a" * 1000:
                for client in clients:
                    try:
                        client.send(bytes([byte]))
                    except OSError:
                        continue
                if stop.wait(0.2):
                    return

        thread = threading.Thread(target=drip)
        thread.start()
        answers = [service.ask() for _ in range(50)]
        assert {answer["pid"] for answer in answers} == {pid}
        with_words = sum(attacker.read_all().startswith(b"HTTP/1.1 408 ") for attacker in attackers)
        assert with_words >= MANY // 4  # the silent ones, at most half, are closed without
        stop.set()
        thread.join()
        for attacker in attackers:
            attacker.close()
        sizes.append(resident_kib(pid))
    assert sizes[1] - sizes[0] < 20_000  # a second wave finds room in what the first one left
