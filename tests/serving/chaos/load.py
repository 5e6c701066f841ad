"""Clients that send note after note, each again under its Idempotency-Key until it is answered."""

import http.client
import json
import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field

from serving.server.limits import ConnectionLimits
from tests.serving.chaos.size import FULL_SIZE

TEXTS = ("今天的早餐，吐司加煎蛋", "想要的加我微信：huoren_test88", "到手价29.9，戳左下角", "周末去爬山，风很大")
_PAUSE_SECONDS = 0 if FULL_SIZE else 0.01  # leaves something of the processor to what starts anew meanwhile


@dataclass
class Answered:
    """One request that was answered: its key, its body, and the ids of its verdicts."""

    path: str
    key: str
    body: bytes
    verdict_ids: list[str]


@dataclass
class Load:
    """Threads that send again once they are answered, batches among single notes.

    Attributes
    ----------
    statuses
        How often each status came; 0 is a connection that broke or was refused.
    ends_when_refused
        Whether nobody sends again once a connection is refused; what was sent and not answered is then in `lost`.
    given_up
        What was never answered with 200 or was with a status that no retry changes; `stop` fails where there is any.
    """

    service: object
    threads: int = 6 if FULL_SIZE else 3
    batches: bool = True
    headers: dict = field(default_factory=dict)
    answered: list = field(default_factory=list)
    sent: int = 0
    lost: int = 0
    ends_when_refused: bool = False
    statuses: Counter = field(default_factory=Counter)
    given_up: list = field(default_factory=list)
    refusals: Counter = field(default_factory=Counter)
    seconds: list = field(default_factory=list)
    versions: Counter = field(default_factory=Counter)

    def __enter__(self):
        self._stop, self._lock = threading.Event(), threading.Lock()
        self._running = [threading.Thread(target=self._run, args=(number,)) for number in range(self.threads)]
        for thread in self._running:
            thread.start()
        return self

    def __exit__(self, *error):
        self.stop()

    def stop(self):
        """Send nothing new, and return once all that was sent is answered."""
        self._stop.set()
        for thread in self._running:
            thread.join()
        assert not self.given_up, self.given_up

    def wait_for_more(self, number=30):
        """Wait until so many more requests were answered."""
        least, latest = len(self.answered) + number, time.monotonic() + 180
        while len(self.answered) < least:
            assert time.monotonic() < latest, "nobody answers any more"
            time.sleep(0.02)

    def _run(self, number):
        run, client = uuid.uuid4().hex[:8], Client(self.service, self.headers)
        for turn in range(10**9):
            if self._stop.is_set():
                break
            size = 7 if self.batches and turn % 4 == 3 else 1
            notes = [_note(f"{run}-{number}-{turn}-{item}", turn + item) for item in range(size)]
            path = "/v1/classify/batch" if size > 1 else "/v1/classify"
            body = json.dumps({"notes": notes} if size > 1 else notes[0]).encode()
            with self._lock:
                self.sent += size
            self._send_until_answered(client, path, f"{run}-{number}-{turn}", body)
            time.sleep(_PAUSE_SECONDS)
        client.close()

    def _send_until_answered(self, client, path, key, body):
        begun = time.monotonic()
        while True:
            since = time.monotonic()
            status, answer = client.post(path, key, body)
            now = time.monotonic()
            verdicts = verdicts_of(answer) if status == 200 else []
            if self.ends_when_refused and status == 0:
                with self._lock:
                    self.lost += not client.was_refused
                    self.sent -= body.count(b'"note_id"')
                self._stop.set()
                return
            with self._lock:
                self.statuses[status] += 1
                if status not in (0, 200):
                    self.refusals[answer["detail"]] += 1
                if status == 200:
                    self.seconds.append(now - since)
                    self.versions.update(verdict["model_version"] for verdict in verdicts)
                    self.answered.append(Answered(path, key, body, [verdict["verdict_id"] for verdict in verdicts]))
                    return
            if now > begun + 180 or status not in (0, 409, 503):
                self.given_up.append(f"{path}: {status}, after {now - begun:.0f} s")
                return
            time.sleep(0.05)


class Client:
    """A connection that is made anew after it broke."""

    def __init__(self, service, headers):
        self._service, self._headers, self._connection = service, headers, None
        self.was_refused = False  # or came too late: on a connection that had been idle for too long
        self._since = 0.0

    def post(self, path, key, body):
        """Post once: status and decoded answer, or 0 and None."""
        is_late = False
        try:
            if self._connection is None:
                self._connection = http.client.HTTPConnection("127.0.0.1", self._service.port, timeout=60)
                self._since = time.monotonic()
            headers = self._headers | ({"Idempotency-Key": key} if key else {})
            try:
                self._connection.request("POST", path, body, headers)
            finally:
                since, self._since = self._since, time.monotonic()
                is_late = self._since - since > ConnectionLimits.linger_seconds
            response = self._connection.getresponse()
            return response.status, json.loads(response.read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.was_refused = is_late or isinstance(error, ConnectionRefusedError)
            self.close()
            return 0, None

    def close(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def verdicts_of(answer):
    """Give the verdicts of one note's answer or of a batch's."""
    return [item["verdict"] for item in answer["items"]] if "items" in answer else [answer]


def _note(note_id, turn):
    return {"note_id": note_id, "body": TEXTS[turn % len(TEXTS)], "feed_id": f"feed {turn % 3}", "author_id": "a1"}


def worst(load):
    """Give the milliseconds of answered requests: median, 99th percentile, longest."""
    seconds = sorted(load.seconds)
    shares = {"p50": 0.5, "p99": 0.99, "max": 1}
    return {name: round(1000 * seconds[int(share * (len(seconds) - 1))]) for name, share in shares.items()}
