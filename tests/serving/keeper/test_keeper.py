import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from data.errors import ModelError
from serving.journal.claims import Claims, Done
from serving.keeper import Keeper
from serving.keeper import keeper as keeper_module
from serving.keeper.chores import Chore, start_chore
from serving.keeper.sole import sole_keeper
from serving.store.clock import now_us
from tests.serving.store.records import make_record

PATIENCE = 120
REPOSITORY = Path(__file__).parents[3]
KEEPER = """
import os
from serving.keeper.process import run_keeper
from serving.settings import read_settings
run_keeper(read_settings(os.environ))
"""


on_sqlite = pytest.mark.parametrize("store", ["sqlite"], indirect=True)  # where the database makes no difference


def wait_until(condition):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture
def run():
    """Give a function that runs a keeper in a thread, and stop all at the end."""
    stop, threads = threading.Event(), []

    def start(keeper, stop=stop):
        thread = threading.Thread(target=keeper.run, args=(stop,))
        thread.start()
        threads.append(thread)
        return thread

    yield start
    stop.set()
    for thread in threads:
        thread.join()


def test_a_running_keeper_moves_what_is_written(settings, store, journal, stored, run):
    keeper = Keeper(settings, store, chores=())
    run(keeper)

    records = [make_record(number) for number in range(50)]
    for record in records:
        journal.append([record])

    assert keeper.wait_drained(PATIENCE)
    assert stored() == ([record.verdict_id for record in records], 50)


def test_a_keeper_that_is_stopped_moves_the_rest(settings, store, journal, stored):
    stop = threading.Event()
    stop.set()
    journal.append([record := make_record()])

    Keeper(settings, store, chores=()).run(stop)

    assert stored() == ([record.verdict_id], 1)


def test_a_database_that_is_away_is_waited_for(settings, away_store, journal, stored, run):
    keeper = Keeper(settings, away_store, chores=())
    run(keeper)
    journal.append([record := make_record()])
    assert not keeper.wait_drained(0.2)

    away_store.transactions_left = 10

    assert keeper.wait_drained(PATIENCE)
    assert stored() == ([record.verdict_id], 1)


@on_sqlite
def test_claims_of_a_dead_process_are_recovered_while_the_database_is_away(settings, away_store, journal, run):
    key = "a" * 64
    claims = Claims(settings.state / "claims.db", boot=journal.boot)
    claims.claim(key, "body")
    journal.append([record := make_record(idempotency_hash=key)])
    journal.close()

    run(Keeper(settings, away_store, chores=()))

    wait_until(lambda: claims.claim(key, "body") == Done(record))
    claims.close()


@on_sqlite
def test_a_verdict_that_was_moved_while_claims_could_not_be_written_keeps_its_key(settings, store, journal):
    key, other = "a" * 64, Claims(settings.state / "claims.db", boot=journal.boot)
    other.claim(key, "body")
    journal.append([record := make_record(idempotency_hash=key)])
    journal.close()
    keeper = Keeper(settings, store, chores=())
    keeper._claims._connection.execute("PRAGMA query_only = ON")  # as a full disk
    keeper._round(0.0)
    assert keeper.waiting_bytes == 0
    keeper._claims._connection.execute("PRAGMA query_only = OFF")

    keeper._round(0.0)

    assert other.claim(key, "body") == Done(record)
    other.close()
    keeper.close()


@on_sqlite
def test_a_journal_that_cannot_be_measured_for_a_while_ends_no_keeper(settings, store, journal, stored, run):
    class Unmeasured(Keeper):
        failures = 3

        @property
        def waiting_bytes(self):
            if self.failures:
                self.failures -= 1
                raise OSError(24, "Too many open files")
            return super().waiting_bytes

    keeper = Unmeasured(settings, store, chores=())
    run(keeper)
    wait_until(lambda: not keeper.failures)
    journal.append([record := make_record()])

    wait_until(lambda: stored() == ([record.verdict_id], 1))


@on_sqlite
def test_a_second_keeper_waits_for_the_first(settings, store, away_store, journal, stored, run):
    first_stop, second = threading.Event(), Keeper(settings, store, chores=())
    first = run(Keeper(settings, away_store, chores=()), first_stop)
    wait_until(lambda: away_store.migrations)  # it is at work
    run(second)
    journal.append([record := make_record()])
    assert not second.wait_drained(0.5)  # the first's database is away

    first_stop.set()
    first.join()

    assert second.wait_drained(PATIENCE)
    assert stored() == ([record.verdict_id], 1)


@on_sqlite
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_chore_that_broke_down_starts_again(settings, store, run, monkeypatch):
    runs = []

    def work(*_):
        runs.append(1)
        raise KeyError("a mistake of ours")

    monkeypatch.setattr(keeper_module, "_CHORE_SECONDS", 0.0)
    run(Keeper(settings, store, chores=[Chore(work, 100.0)]))

    wait_until(lambda: len(runs) > 1)


@on_sqlite
def test_a_chore_that_fails_is_told_once_and_tried_again(settings, store, caplog):
    runs, stop = [], threading.Event()

    def fail(*given):
        runs.append(given)
        if len(runs) == 3:
            stop.set()
        raise ModelError("the model must be there. Got none.")

    start_chore(Chore(fail, 0.0), store, settings, stop).join(PATIENCE)

    assert runs == 3 * [(store, settings)]
    assert caplog.text.count("the model must be there") == 1


@on_sqlite
def test_a_chore_that_takes_long_holds_up_no_verdict(settings, store, journal, run):
    started, end = threading.Event(), threading.Event()

    def work(*_):
        started.set()
        end.wait(PATIENCE)

    keeper = Keeper(settings, store, chores=[Chore(work, 0.0)])
    run(keeper)
    assert started.wait(PATIENCE)

    journal.append([make_record()])

    assert keeper.wait_drained(PATIENCE)
    end.set()


def start_python(code, settings):
    environ = os.environ | {"HUOREN_STATE": str(settings.state), "HUOREN_DATABASE_URL": settings.database_url}
    return subprocess.Popen([sys.executable, "-c", code], cwd=REPOSITORY, env=environ)


@on_sqlite
def test_a_keeper_process_ends_with_sigterm_once_all_is_moved(settings, journal, stored):
    journal.append([first := make_record(1, scored_us=now_us())])
    with start_python(KEEPER, settings) as process:
        wait_until(lambda: stored()[1] == 1)
        journal.append([second := make_record(2, scored_us=now_us())])
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0

    assert stored() == ([first.verdict_id, second.verdict_id], 2)


@on_sqlite
def test_a_keeper_process_ends_with_its_parent(settings, journal, stored):
    journal.append([make_record(scored_us=now_us())])
    parent = f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {KEEPER!r}]); time.sleep(100)"
    process = start_python(parent, settings)
    wait_until(lambda: stored()[1] == 1)

    process.kill()
    process.wait()

    def is_free():
        stop = threading.Event()
        stop.set()
        with sole_keeper(settings.state, stop) as is_ours:
            return is_ours

    wait_until(is_free)
