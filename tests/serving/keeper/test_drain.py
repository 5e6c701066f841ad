import json
import logging
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from serving.journal import boots
from serving.journal.claims import Claims, Done
from serving.journal.frames import write_frame
from serving.journal.reader import read_segment
from serving.journal.writer import JournalWriter
from serving.keeper import Keeper
from serving.keeper.drain import Drain
from serving.store.engine import StoreUnavailable
from tests.serving.store.records import make_record

REPOSITORY = Path(__file__).parents[3]


def ids_of(records):
    return [record.verdict_id for record in records]


def test_verdicts_of_a_living_process_are_stored_and_read_on_from_there(journal, drain, stored):
    records = [make_record(number) for number in range(5)]

    journal.append(records[:3])
    assert drain.drain_once() == 3
    journal.append(records[3:])
    assert drain.waiting_bytes > 0
    assert drain.drain_once() == 2

    assert stored() == (ids_of(records), 5)
    assert drain.waiting_bytes == drain.drain_once() == 0
    assert drain.waiting_seconds == 0.0


def test_what_was_drained_before_is_not_counted_again(root, journal, drain, store, claims, stored):
    records = [make_record(number) for number in range(5)]
    journal.append(records)
    drain.drain_once()

    Drain(root, store, claims).drain_once()

    assert stored() == (ids_of(records), 5)


def test_a_dead_boot_is_gone_once_it_is_stored(root, journal, drain, stored):
    journal.append([record := make_record()])
    journal.close()

    drain.drain_once()

    assert stored() == ([record.verdict_id], 1)
    assert boots.list_boots(root) == []


def test_a_closed_segment_of_a_living_boot_is_deleted_once_it_is_stored(root, drain, stored):
    journal = JournalWriter(root, max_bytes=2**20)
    for number in range(100):
        journal.append([make_record(number)])
    before = boots.list_segments(root / journal.boot)

    drain.drain_once()

    assert len(before) > 2
    assert boots.list_segments(root / journal.boot) == before[-1:]
    assert stored()[1] == 100
    journal.close()


def test_a_frame_that_is_being_written_is_read_later(root, drain, stored):
    folder, lock = boots.open_boot(root)
    frame = bytes(write_frame([record := make_record()], bytearray()))
    segment = boots.segment_path(folder, 1)

    segment.write_bytes(frame[:50])
    assert drain.drain_once() == 0
    segment.write_bytes(frame)
    assert drain.drain_once() == 1

    assert stored() == ([record.verdict_id], 1)
    os.close(lock)


def test_damage_costs_its_own_frame_and_is_kept(root, journal, drain, stored, caplog):
    records = [make_record(number) for number in range(3)]
    for record in records:
        journal.append([record])
    journal.close()
    (segment,) = boots.list_segments(root / journal.boot)
    data = bytearray(segment.read_bytes())
    data[len(data) // 2] ^= 0xFF
    segment.write_bytes(data)

    with caplog.at_level(logging.ERROR):
        drain.drain_once()

    assert stored() == (ids_of([records[0], records[2]]), 2)
    (kept,) = (root / boots.DAMAGED).iterdir()
    assert kept.read_bytes() == data
    assert "holds no verdicts" in caplog.text
    assert boots.list_boots(root) == []


def test_an_answer_cut_off_by_a_kill_is_nobodys_loss(root, journal, drain, stored):
    journal.append([record := make_record(1)])
    journal.close()
    (segment,) = boots.list_segments(root / journal.boot)
    with segment.open("ab") as file:
        file.write(bytes(write_frame([make_record(2)], bytearray()))[:-1])

    drain.drain_once()

    assert stored() == ([record.verdict_id], 1)
    assert boots.list_boots(root) == []
    assert not (root / boots.DAMAGED).exists()


def test_a_record_that_the_database_refuses_holds_up_no_other(root, journal, drain, store, claims, stored, caplog):
    records = [make_record(number) for number in range(20)]
    records[7] = make_record(7, impressions=2**63)  # the journal's numbers have 64 bits, the database's 63
    journal.append(records)

    with caplog.at_level(logging.ERROR):
        drain.drain_once()

    assert stored() == (ids_of(records[:7] + records[8:]), 19)
    (kept,) = (root / boots.REFUSED).iterdir()
    assert [frame.records for frame in read_segment(kept, is_closed=True)] == [[records[7]]]
    assert records[7].verdict_id in caplog.text
    assert records[7].note_id not in caplog.text


def test_refused_records_are_tried_again_by_the_next_keeper(root, settings, store, stored):
    (root / boots.REFUSED).mkdir(parents=True)
    records = [make_record(1), make_record(2, impressions=2**63)]
    for record in records:
        path = root / boots.REFUSED / f"{record.verdict_id}.frame"
        path.write_bytes(write_frame([record], bytearray()))
    keeper = Keeper(settings, store)

    keeper.drain_once()

    assert stored() == ([records[0].verdict_id], 1)
    assert [path.stem for path in (root / boots.REFUSED).iterdir()] == [records[1].verdict_id]
    keeper.close()


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_refused_record_outlasts_a_disk_that_is_full_when_it_is_tried_again(root, settings, store, monkeypatch):
    (root / boots.REFUSED).mkdir(parents=True)
    record = make_record(1, impressions=2**63)
    path = root / boots.REFUSED / f"{record.verdict_id}.frame"
    path.write_bytes(write_frame([record], bytearray()))
    keeper = Keeper(settings, store)

    def fail(file):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("serving.keeper.refused.write_frame", lambda records, buffer: memoryview(b""))
        patch.setattr("serving.keeper.refused.sync_file", fail)
        assert keeper.drain_once() == 0
    keeper.close()

    assert [frame.records for frame in read_segment(path, is_closed=True)] == [[record]]


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_refused_record_that_cannot_be_read_holds_up_no_other(root, settings, store, journal, stored):
    (root / boots.REFUSED / "0.frame").mkdir(parents=True)
    journal.append([record := make_record(1)])
    keeper = Keeper(settings, store)

    keeper.drain_once()

    assert stored() == ([record.verdict_id], 1)
    keeper.close()


def test_a_database_that_goes_away_in_the_middle_loses_and_doubles_nothing(root, journal, away_store, claims, stored):
    records = [make_record(number) for number in range(1200)]
    for start in range(0, 1200, 100):
        journal.append(records[start : start + 100])
    journal.close()
    drain = Drain(root, away_store, claims)

    away_store.transactions_left = 1
    with pytest.raises(StoreUnavailable):
        drain.drain_once()
    first, _ = stored()
    assert drain.waiting_seconds > 0.0
    away_store.transactions_left = 100
    drain.drain_once()

    assert 0 < len(first) < 1200
    assert stored() == (ids_of(records), 1200)
    assert boots.list_boots(root) == []


def test_a_segment_that_cannot_be_read_holds_up_no_other(root, journal, drain, stored):
    broken, lock = boots.open_boot(root)
    boots.segment_path(broken, 1).mkdir()
    journal.append([record := make_record()])

    drain.drain_once()
    drain.drain_once()

    assert stored() == ([record.verdict_id], 1)
    os.close(lock)


def test_a_drained_verdict_settles_its_claim(settings, journal, drain, claims):
    key = "a" * 64
    mine = Claims(settings.state / "claims.db", boot=journal.boot)
    mine.claim(key, "body")
    journal.append([record := make_record(idempotency_hash=key)])

    drain.drain_once()

    assert mine.claim(key, "body") == Done(record)
    mine.close()


def test_a_key_answered_on_two_machines_counts_once(journal, drain, stored):
    first, second = (make_record(number, idempotency_hash="a" * 64) for number in (1, 2))
    journal.append([first])
    journal.append([second])

    drain.drain_once()

    assert stored() == ([first.verdict_id], 1)


def test_of_processes_killed_at_random_moments_no_answer_is_lost_or_doubled(settings, root, store, claims, stored):
    keeper, stop = Keeper(settings, store, chores=()), threading.Event()
    thread = threading.Thread(target=keeper.run, args=(stop,))
    thread.start()  # it drains while they write, and what they left when they died

    command = [sys.executable, "-m", "tests.serving.journal.killed_writers", str(settings.state), "20"]
    rounds = subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True, text=True).stdout.splitlines()
    stop.set()
    thread.join()
    shutil.copytree(root, settings.state / "copy")
    last = Drain(root, store, claims)
    while last.drain_once():
        pass

    answered = {key: verdict_id for line in rounds for key, verdict_id in json.loads(line)["answered"].items()}
    ids, counted = stored()
    assert len(rounds) == 20
    assert set(answered.values()) <= set(ids)
    assert counted == len(ids) == len(set(ids))
    assert boots.list_boots(root) == []
    again = Drain(settings.state / "copy", store, claims)
    while again.drain_once():
        pass
    assert stored() == (ids, counted)
