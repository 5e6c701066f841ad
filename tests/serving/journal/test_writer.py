import os
import resource
import stat
import threading
import time
from contextlib import contextmanager

import pytest

from data.notes import Note
from serving.api.verdict_record import make_record as record_of
from serving.journal import boots
from serving.journal import segment as segment_module
from serving.journal.failures import JournalFailed, JournalFull
from serving.journal.reader import read_segment
from serving.journal.writer import JournalWriter
from tests.serving.store.records import make_record

PATIENCE = 120


@pytest.fixture
def root(tmp_path):
    return tmp_path / "journal"


@pytest.fixture
def journal(root):
    journal = JournalWriter(root)
    yield journal
    journal.close()


def read_all(root):
    segments = [segment for boot in boots.list_boots(root) for segment in boots.list_segments(boot)]
    return [
        record for segment in segments for frame in read_segment(segment, is_closed=True) for record in frame.records
    ]


def wait_until(condition):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@contextmanager
def no_file_beyond(size):
    """Let the system cut writes off there: a disk that is full, for real."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_appended_records_are_read_in_their_order(root, journal):
    records = [make_record(number) for number in range(5)]

    journal.append(records[:3])
    journal.append(records[3:])

    assert read_all(root) == records


def test_a_full_segment_is_followed_by_another(root):
    journal = JournalWriter(root, max_bytes=2**20)  # segments of 16 KiB
    records = [make_record(number) for number in range(100)]

    for record in records:
        journal.append([record])
    journal.close()

    assert len(boots.list_segments(root / journal.boot)) > 2
    assert read_all(root) == records


def test_nothing_stays_of_an_append_that_the_disk_cut_off(root, journal):
    kept = [make_record(1), make_record(2)]
    journal.append(kept)
    (segment,) = boots.list_segments(root / journal.boot)

    with no_file_beyond(segment.stat().st_size + 1000), pytest.raises(JournalFailed):
        journal.append([make_record(number) for number in range(3, 20)])
    journal.append([later := make_record(20)])

    assert read_all(root) == [*kept, later]
    assert boots.list_segments(root / journal.boot) == [segment]


def test_where_the_rest_cannot_be_cut_off_a_new_segment_begins(root, journal, monkeypatch):
    journal.append([kept := make_record(1)])
    (segment,) = boots.list_segments(root / journal.boot)

    def fail(*_):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "ftruncate", fail)
    with no_file_beyond(segment.stat().st_size + 100), pytest.raises(JournalFailed):
        journal.append([make_record(2)])
    journal.append([later := make_record(3)])

    assert read_all(root) == [kept, later]
    assert len(boots.list_segments(root / journal.boot)) == 2


def test_what_cannot_be_written_harms_no_later_append(root, journal):
    with pytest.raises(JournalFailed) as failure:
        journal.append([make_record(1), make_record(2, note_id="canary\ud800")])
    journal.append([kept := make_record(3)])

    assert read_all(root) == [kept]
    assert "canary" not in str(failure.value)


def test_bytes_of_all_writers_count_until_they_are_drained(root, journal):
    other = JournalWriter(root, max_bytes=20_000)
    journal.append([make_record(number) for number in range(40)])
    wait_until(lambda: other.waiting_bytes >= 20_000)

    with pytest.raises(JournalFull):
        other.append([make_record(50)])
    for segment in boots.list_segments(root / journal.boot):
        segment.unlink()
    wait_until(lambda: other.waiting_bytes < 10_000)
    other.append([make_record(51)])

    other.close()


def test_a_full_journal_hands_its_last_segment_over(root):
    journal = JournalWriter(root, max_bytes=3000)
    for number in range(3):
        journal.append([make_record(number)])
    with pytest.raises(JournalFull):
        journal.append([make_record(number) for number in range(10)])

    # One that stays open could not be deleted, and the journal would stay full.
    wait_until(lambda: boots.size_of(boots.list_segments(root / journal.boot)[-1]) == 0)
    journal.close()


def test_always_means_synced_before_it_returns(root, monkeypatch):
    sizes = []
    monkeypatch.setattr(segment_module, "sync_file", lambda file: sizes.append(os.fstat(file).st_size))
    journal = JournalWriter(root, sync="always")

    journal.append([make_record(1)])

    assert sizes[:1] == [boots.segment_bytes(root)]  # the thread that syncs each second may do so again
    journal.close()


def test_a_sync_that_fails_refuses_the_append(root, monkeypatch):
    journal = JournalWriter(root, sync="always")

    def fail(_):
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(segment_module, "sync_file", fail)
        with pytest.raises(JournalFailed):
            journal.append([make_record(1)])
    journal.append([kept := make_record(2)])
    journal.close()

    assert read_all(root) == [kept]


def test_second_means_synced_soon_and_not_on_the_way(root, monkeypatch):
    synced, by = threading.Event(), []

    def sync(_):
        by.append(threading.current_thread())
        synced.set()

    monkeypatch.setattr(segment_module, "sync_file", sync)
    journal = JournalWriter(root)

    journal.append([make_record(1)])

    assert synced.wait(PATIENCE)
    assert threading.current_thread() not in by
    journal.close()


def test_a_file_that_fails_when_it_is_closed_does_not_end_the_thread_that_syncs(root, monkeypatch):
    journal = JournalWriter(root, max_bytes=2**20)  # segments of 16 KiB
    failed, close = threading.Event(), segment_module.Segment.close

    def fail(segment):
        close(segment)
        failed.set()
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(segment_module.Segment, "close", fail)
        for number in range(100):
            journal.append([make_record(number)])
        assert failed.wait(PATIENCE)
    synced = threading.Event()
    monkeypatch.setattr(segment_module, "sync_file", lambda _: synced.set())
    journal.append([make_record(100)])

    assert synced.wait(PATIENCE)
    journal.close()


def test_bytes_that_cannot_be_measured_still_count(root, monkeypatch):
    def fail(_):
        failed.set()
        raise OSError(24, "Too many open files")

    failed = threading.Event()
    journal = JournalWriter(root)
    monkeypatch.setattr(boots, "segment_bytes", fail)
    assert failed.wait(PATIENCE)
    journal.append([make_record(1)])
    before = journal.waiting_bytes
    for _ in range(2):
        failed.clear()
        assert failed.wait(PATIENCE)

    assert journal.waiting_bytes == before > 0
    journal.close()


def test_nobody_else_may_read_the_files(root, journal):
    journal.append([make_record(1)])
    folder = root / journal.boot

    assert stat.S_IMODE(root.stat().st_mode) == stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_a_boot_lives_until_its_writer_is_closed(root):
    journal = JournalWriter(root)
    assert boots.is_alive(root / journal.boot)

    journal.close()

    assert not boots.is_alive(root / journal.boot)
    with pytest.raises(JournalFailed):
        journal.append([make_record(1)])


def test_no_text_of_a_note_reaches_the_files(root, journal, classifier):
    note = Note(note_id="n1", title="canarytitle", body="canarybody 微信canarycontact", author_id="canaryauthor")
    (judgement,) = classifier.judge_many([note])
    hashes = {"text_hash": None, "near_hash_1": None, "near_hash_2": None, "near_hash_3": None}
    names = {"caller": "shop", "request_id": "r1", "origin": "classify", "scored_us": 1}

    journal.append([record_of(note, judgement, hashes, secret=b"0123456789abcdef", **names)])

    data = b"".join(path.read_bytes() for path in (root / journal.boot).iterdir())
    assert b"n1" in data
    assert b"canary" not in data
