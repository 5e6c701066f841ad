"""Processes that claim, append, finish and report, each killed at a random moment; run as a script.

Writes one line a round: the keys it tried, and those that it reported as answered, with their verdicts.
"""

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

from serving.journal.claims import Claims
from serving.journal.writer import JournalWriter
from tests.serving.store.records import make_record


def answer_until_killed(state, number, pipe):
    journal = JournalWriter(state / "journal", max_bytes=2**24)
    claims = Claims(state / "claims.db", boot=journal.boot)
    count = 0
    while True:
        count += 1
        key = f"{number:032x}{count:032x}"
        os.write(pipe, f"try {key}\n".encode())
        claims.claim(key, "body")
        record = make_record(count, idempotency_hash=key)
        journal.append([record, *(make_record(other) for other in range(count % 4))])
        claims.finish(key, record)
        os.write(pipe, f"answer {key} {record.verdict_id}\n".encode())


def main():
    state, rounds = Path(sys.argv[1]), int(sys.argv[2])
    for number in range(rounds):
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            answer_until_killed(state, number, writing)
        os.close(writing)
        heard = os.read(reading, 100)  # it is at work
        time.sleep(random.uniform(0.0, 0.03))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        while piece := os.read(reading, 2**16):
            heard += piece
        os.close(reading)
        lines = [line.split() for line in heard.decode().splitlines()]
        tried = [line[1] for line in lines if line[0] == "try"]
        answered = {line[1]: line[2] for line in lines if line[0] == "answer"}
        sys.stdout.write(json.dumps({"tried": tried, "answered": answered}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
