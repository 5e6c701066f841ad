import json
import subprocess
import sys
from pathlib import Path

import pytest

from serving.journal import boots
from serving.journal.claims import Claims, Done, New, Running
from serving.journal.reader import read_segment
from serving.journal.recovery import recover_claims
from serving.journal.writer import JournalWriter
from tests.serving.store.records import make_record

WRITTEN, LOST = "a" * 64, "b" * 64
REPOSITORY = Path(__file__).parents[3]


@pytest.fixture
def journal(tmp_path):
    journal = JournalWriter(tmp_path / "journal")
    yield journal
    journal.close()


@pytest.fixture
def claims(tmp_path, journal):
    claims = Claims(tmp_path / "claims.db", boot=journal.boot)
    yield claims
    claims.close()


def test_claims_of_a_living_boot_are_left_alone(tmp_path, journal, claims):
    claims.claim(WRITTEN, "body")
    journal.append([make_record(idempotency_hash=WRITTEN)])

    recover_claims(tmp_path / "journal", claims)

    assert claims.claim(WRITTEN, "body") == Running()


def test_of_a_dead_boot_what_was_written_is_done_and_the_rest_new(tmp_path, journal, claims):
    record = make_record(idempotency_hash=WRITTEN)
    claims.claim(WRITTEN, "body")
    claims.claim(LOST, "body")
    journal.append([record])
    journal.close()

    recover_claims(tmp_path / "journal", claims)

    assert claims.claim(WRITTEN, "body") == Done(record)
    assert claims.claim(LOST, "body") == New()


def test_whatever_the_moment_of_the_kill_a_key_has_the_verdict_it_was_answered_with(tmp_path, claims):
    command = [sys.executable, "-m", "tests.serving.journal.killed_writers", str(tmp_path), "20"]
    rounds = subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True, text=True).stdout.splitlines()
    tried = [key for line in rounds for key in json.loads(line)["tried"]]
    answered = {key: verdict_id for line in rounds for key, verdict_id in json.loads(line)["answered"].items()}
    root = tmp_path / "journal"
    segments = [segment for boot in boots.list_boots(root) for segment in boots.list_segments(boot)]
    written = [
        record for segment in segments for frame in read_segment(segment, is_closed=True) for record in frame.records
    ]
    of_key = {record.idempotency_hash: record.verdict_id for record in written if record.idempotency_hash}

    recover_claims(root, claims)
    found = {key: claims.claim(key, "body") for key in tried}

    assert len(rounds) == 20
    assert answered
    assert answered.items() <= of_key.items()
    for key in tried:
        assert found[key] == New() if key not in of_key else found[key].record.verdict_id == of_key[key]
