import json
import os
import signal
import subprocess
import threading
import time

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


def is_running(pid):
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout.strip()
    return state not in ("", "Z") and not state.startswith("Z")


def children(pid):
    listing = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True).stdout.split()
    return [int(child) for child, parent in zip(listing[::2], listing[1::2], strict=True) if int(parent) == pid]


def test_a_worker_that_dies_is_replaced_and_others_answer_meanwhile(sample, wait_for):
    service = sample(workers=2).wait_until_ready()
    seen = set()
    wait_for(lambda: len(seen.add(service.ask()["pid"]) or seen) == 2)
    victim = seen.pop()
    os.kill(victim, signal.SIGKILL)
    wait_for(lambda: not is_running(victim))  # it may have been accepting
    seen.clear()
    wait_for(lambda: len((seen.add(service.ask()["pid"]) or seen) - {victim}) == 2)
    assert f"(process {victim}) ended with signal 9" in service.log


def test_workers_and_keeper_end_with_a_supervisor_that_was_killed(sample, wait_for):
    service = sample(workers=2).wait_until_ready()
    wait_for(lambda: (service.folder / "keeper").exists() and service.ask())
    members = children(service.process.pid)
    assert len(members) >= 3
    service.process.kill()
    service.process.wait()
    wait_for(lambda: not any(map(is_running, members)))


def test_a_worker_that_cannot_start_stops_the_service_with_1_and_without_its_words(sample, tmp_path):
    (tmp_path / "broken").touch()
    service = sample(workers=1)
    assert service.process.wait(timeout=120) == 1
    assert "worker 0 could not start 3 times in a row" in service.log
    assert "RuntimeError" in service.log
    assert "secret88" not in service.log


def test_a_second_signal_ends_at_once(sample, wait_for):
    service = sample().wait_until_ready()
    client = service.connect().send(b"GET /sleep/300 HTTP/1.1\r\nHost: x\r\n\r\n")
    wait_for(lambda: service.ask("/"))
    service.process.terminate()
    wait_for(lambda: "Shutting down" in service.log)
    service.process.terminate()
    assert service.process.wait(timeout=30) == 1  # in less than the 35 s that one signal would give the request
    assert client.read_all() == b""


def test_ctrl_c_in_a_terminal_drains(sample, wait_for):
    service = sample(workers=2).wait_until_ready()
    client = service.connect().send(b"GET /sleep/1 HTTP/1.1\r\nHost: x\r\n\r\n")
    wait_for(lambda: service.ask("/"))
    os.killpg(service.process.pid, signal.SIGINT)  # a terminal tells the whole group
    assert client.read_answer()[0] == 200
    assert service.process.wait(timeout=120) == 0
    assert "Traceback" not in service.log


def test_no_accepted_request_is_lost_in_a_drain_under_load(sample, wait_for):
    service = sample(workers=2, linger_seconds=20).wait_until_ready()  # the threads here may be slow to send
    lost, answered, stop = [], [], threading.Event()

    def load(keeps_alive):
        while not stop.is_set():
            try:
                client = service.connect()
            except OSError:  # refused: nobody listens any more
                return
            sent = None
            try:
                while True:
                    sent = time.monotonic()
                    client.send(b"GET /sleep/0.02 HTTP/1.1\r\nHost: x\r\n\r\n")
                    _, headers, _ = client.read_answer()
                    answered.append(sent)
                    if not keeps_alive or headers.get("connection") == "close":
                        break
            except OSError as error:
                lost.append((keeps_alive, sent, type(error).__name__, str(error)))
            finally:
                client.close()

    threads = [threading.Thread(target=load, args=(number % 2 == 0,)) for number in range(16)]
    for thread in threads:
        thread.start()
    wait_for(lambda: len(answered) > 200)
    service.process.terminate()
    assert service.process.wait(timeout=120) == 0
    stop.set()
    for thread in threads:
        thread.join(timeout=120)
    assert not lost


def test_connections_opened_at_once_are_shared_by_the_workers(sample, wait_for):
    service = sample(workers=2, accept_pause_seconds=0.2).wait_until_ready()  # one of them may be slow for seconds
    seen = set()
    wait_for(lambda: len(seen.add(service.ask()["pid"]) or seen) == 2)
    clients = [service.connect() for _ in range(20)]
    served = [json.loads(client.send(GET).read_answer()[2])["pid"] for client in clients]
    assert min(map(served.count, seen)) >= 3  # accepting all that waits gave one of them as good as none
