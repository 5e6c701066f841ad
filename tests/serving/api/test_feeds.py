"""Feeds over HTTP: the report's own numbers, from what the database holds."""

import argparse
import asyncio
import contextlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import msgspec
import pytest

from data.errors import ConfigError
from data.records import read_notes
from models.classifier import Classifier
from serving import report, score
from serving.api.feed_reports import MOST_WAITING, FeedReports, ReportsBusy
from serving.api.verdict_record import make_record as record_of
from serving.content_hashes import content_hashes
from serving.feeds.questions import AuthenticityQuestion, Frame, Terms
from serving.feeds.report_shape import Report
from serving.store.engine import Store
from serving.store.feed_counts import count_state
from serving.store.tables import audit_row, erasure
from serving.store.verdicts import insert_verdicts
from tests.serving.api.conftest import wait_until
from tests.serving.api.feed_world import DAY_US, MARCH, insert_notes, open_feeds, settings_of
from tests.serving.store.records import make_record

ARCHIVE = Path(__file__).parents[3] / "data" / "archive"
KEY = secrets.token_bytes(32)
SCORED_US = 1_760_000_000_000_000


@pytest.fixture
def client(store, tmp_path):
    with open_feeds(store, tmp_path) as client:
        yield client


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """Give the bundled archive as `huoren score` writes it, and the same verdicts as the service records them."""
    folder = tmp_path_factory.mktemp("demo")
    classifier = Classifier.load()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(score.secrets, "token_bytes", lambda n: KEY)
        run(score, classifier, ARCHIVE / "notes.jsonl", folder / "scored.parquet", "--quiet")
    notes = [record.note for record in read_notes([ARCHIVE / "notes.jsonl"])]
    records = [
        record_of(note, judgement, hashes, secret=KEY, caller="", request_id="r", origin="batch", scored_us=SCORED_US)
        for note, judgement, hashes in zip(notes, classifier.judge_many(notes), content_hashes(notes, KEY), strict=True)
    ]
    return folder, records


@pytest.fixture
def demo_client(demo, store, client):
    rows = [json.loads(line) for line in (ARCHIVE / "audit.jsonl").read_text(encoding="utf-8").splitlines()]
    with store.begin() as connection:
        insert_verdicts(connection, demo[1])
        connection.execute(audit_row.insert(), [stored_audit(row) for row in rows])
    return client


def stored_audit(row):
    kept = {
        name: row[name]
        for name in (
            *("note_id", "period", "stratum", "inclusion_probability"),
            *("label", "second_label", "annotator", "model_version"),
        )
    }
    told = {"plan_id": "p1", "feed": row["feed_id"], "is_twice": False, "labelled_us": SCORED_US, "created_us": 0}
    return kept | told


def run(verb, classifier, *arguments):
    parser = argparse.ArgumentParser()
    verb.add_arguments(parser)
    args = parser.parse_args([str(argument) for argument in arguments])
    return verb.run(args, classifier) if classifier else verb.run(args)


def told_by_report(folder, *arguments):
    run(report, None, folder / "scored.parquet", "--quiet", "-o", folder / "report.json", *arguments)
    return json.loads((folder / "report.json").read_text(encoding="utf-8"))


def numbers(told):
    """Leave out when it was made and the hash of an audit file, which has another form here; round what is summed."""
    kept = {name: value for name, value in told.items() if name not in ("generated_at", "audit_sha256", "terms")}
    return rounded(kept)


def rounded(value):
    if isinstance(value, float):
        return float(f"{value:.7g}")
    if isinstance(value, dict):
        return {key: rounded(each) for key, each in value.items()}
    return [rounded(each) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize("weight", ["count", "exposure"])
def test_all_feeds_have_the_numbers_of_the_report(demo, demo_client, weight):
    expected = told_by_report(demo[0], "--audit", ARCHIVE / "audit.jsonl", "--weight", weight)
    told = demo_client.get("/v1/authenticity", params={"weight": weight}).json()
    assert numbers(told) == numbers(expected)
    assert {row["status"] for row in told["rows"]} >= {"audited"}


def test_one_feed_has_the_numbers_of_a_report_on_its_notes(demo, demo_client, tmp_path):
    folder = tmp_path / "one"
    folder.mkdir()
    for name in ("notes.jsonl", "audit.jsonl"):
        lines = (ARCHIVE / name).read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if json.loads(line)["feed_id"] == "study"]
        (folder / name).write_text("".join(kept), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(score.secrets, "token_bytes", lambda n: KEY)
        run(score, None, folder / "notes.jsonl", folder / "scored.parquet", "--quiet")
    expected = told_by_report(folder, "--audit", folder / "audit.jsonl", "--period", "week")
    told = demo_client.get("/v1/feeds/study/authenticity", params={"period": "week"}).json()
    assert numbers(told) == numbers(expected)
    assert len(told["rows"]) > 20


def test_an_answer_has_the_shape_of_a_report(client, store):
    insert_notes(store, 60)
    answer = client.get("/v1/feeds/beauty/authenticity")
    assert answer.headers["content-type"] == "application/json"
    told = msgspec.json.decode(answer.content, type=Report)
    assert [row.period for row in told.rows] == ["2025-03", "2025-04"]


def test_feeds_are_listed_with_what_was_counted(client, store):
    record = make_record(feed="a", label="diversion", author_label="organic", decision="review", published_us=MARCH)
    later = make_record(2, feed="a", author_label="diversion", decision="block", published_us=MARCH + 40 * DAY_US)
    with store.begin() as connection:
        insert_verdicts(connection, [record, later, make_record(3, feed="护肤 a/b", published_us=None)])
    feeds = client.get("/v1/feeds").json()
    first, second = feeds["feeds"]
    assert (first["feed_id"], first["n"], first["first_day"], first["last_day"]) == ("a", 2, "2025-03-02", "2025-04-11")
    assert first["labels"] == {"disclosed_ad": 0, "diversion": 1, "organic": 1, "undisclosed_ad": 0}
    assert first["decisions"] == {"pass": 0, "review": 1, "block": 1}
    assert (second["feed_id"], second["n"], second["first_day"]) == ("护肤 a/b", 1, None)
    assert feeds["next"] is None


def test_feeds_are_listed_page_by_page(client, store):
    names = ["a", "b/", "c", "d"]
    with store.begin() as connection:
        insert_verdicts(connection, [make_record(at, feed=name) for at, name in enumerate(names)])
    found, after = [], ""
    while after is not None:
        page = client.get("/v1/feeds", params={"limit": 2, "after": after}).json()
        found += [feed["feed_id"] for feed in page["feeds"]]
        after = page["next"]
    assert found == names


@pytest.mark.parametrize("feed", ["a/authenticity", "护肤", "a\0b", "a\\b", "a?b#c%2F"])
def test_a_feed_is_found_whatever_its_name_holds(client, store, feed):
    insert_notes(store, 60, feed=feed)
    told = client.get(f"/v1/feeds/{quote(feed, safe='')}/authenticity").json()
    assert [row["feed"] for row in told["overall"]] == [feed]


@pytest.mark.parametrize("path", ["authenticity", "changes", "compare?with=beauty", "audit-plan"])
def test_an_unknown_feed_is_a_404(client, store, path):
    insert_notes(store, 30)
    answer = client.get(f"/v1/feeds/nobody/{path}")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


@pytest.mark.parametrize(
    "query",
    [
        *("period=year", "weight=views", "level=2", "from=yesterday", "from=2025-02-30", "from=0001-01-01", "day=1"),
        *("from=2025-04-01&to=2025-03-01", "from=2025-03-01&from=2025-03-01", "to=9999-12-31"),
    ],
)
def test_what_a_question_cannot_mean_is_a_422(client, store, query):
    insert_notes(store, 30)
    assert client.get(f"/v1/feeds/beauty/authenticity?{query}").status_code == 422


@pytest.mark.parametrize(
    "query",
    [
        *("", "with=beauty", "with=b&periods=2025-03,2025-04", "periods=2025-03,2025-03", "periods=2025-03,2025-W10"),
        *("periods=2025-03,2025-13", "with=b&period=2025-99", "with=b&period=2020-01", "periods=2025-03,2020-01"),
    ],
)
def test_what_cannot_be_compared_is_a_422(client, store, query):
    insert_notes(store, 30)
    insert_notes(store, 30, feed="b", seed=2)
    assert client.get(f"/v1/feeds/beauty/compare?{query}").status_code == 422


def test_a_range_is_widened_to_whole_periods_and_leaves_undated_notes_out(client, store):
    insert_notes(store, 60)
    insert_notes(store, 5, seed=3, published_us=None, note_id="undated")
    told = client.get("/v1/feeds/beauty/authenticity", params={"from": "2025-04-20", "to": "2025-04-21"}).json()
    assert [(row["period"], row["n"]) for row in told["rows"]] == [("2025-04", 60)]
    assert (told["overall"][0]["n"], told["undated"]) == (60, {"beauty": 0})
    whole = client.get("/v1/feeds/beauty/authenticity").json()
    assert (whole["overall"][0]["n"], whole["undated"]) == (121, {"beauty": 1})


def test_days_begin_in_shanghai(client, store):
    midnight = 1_743_436_800_000_000  # 2025-04-01 in Shanghai
    with store.begin() as connection:
        records = [make_record(at, published_us=us) for at, us in enumerate((midnight - 1, midnight))]
        insert_verdicts(connection, records)
    told = client.get("/v1/feeds/beauty/authenticity", params={"from": "2025-04-01", "period": "day"}).json()
    assert [(row["period"], row["n"]) for row in told["rows"]] == [("2025-04-01", 1)]


def test_two_feeds_and_two_periods_are_compared(client, store):
    insert_notes(store, 200, model_version="0.3.0")
    insert_notes(store, 200, feed="b", seed=2, organic=0.2)
    told = client.get("/v1/feeds/beauty/compare", params={"with": "b", "period": "2025-03"}).json()
    assert [(side["feed"], side["period"], side["n"]) for side in (told["before"], told["after"])] == [
        ("beauty", "2025-03", 200),
        ("b", "2025-03", 200),
    ]
    told = client.get("/v1/feeds/beauty/compare", params={"periods": "2025-03,2025-04"}).json()
    assert [(side["feed"], side["period"]) for side in (told["before"], told["after"])] == [
        ("beauty", "2025-03"),
        ("beauty", "2025-04"),
    ]
    assert told["change"] is not None or told["reason"]


def test_changes_tell_where_another_model_judged(client, store):
    insert_notes(store, 60)
    insert_notes(store, 60, seed=5, model_version="0.4.0", first_us=MARCH + 62 * DAY_US, feed="beauty2")
    with store.begin() as connection:
        later = [make_record(at, note_id=f"x{at}", model_version="0.4.0", published_us=MARCH + 62 * DAY_US)
                 for at in range(60)]  # fmt: skip
        insert_verdicts(connection, later)
    (found,) = client.get("/v1/feeds/beauty/changes").json()["series_breaks"]
    assert (found["kind"], found["before"], found["after"], found["period"]) == ("model", "0.3.0", "0.4.0", "2025-05")


def test_verdicts_of_several_models_have_the_status_of_the_report(client, store):
    insert_notes(store, 60)
    with store.begin() as connection:
        insert_verdicts(connection, [make_record(1, note_id="other", model_version="0.4.0", published_us=MARCH)])
    rows = client.get("/v1/feeds/beauty/authenticity").json()["rows"]
    assert [row["status"] for row in rows] == ["mixed_versions", "insufficient"]


def test_a_feed_whose_verdicts_are_all_gone_is_empty(client, store):
    insert_notes(store, 30)
    with store.begin() as connection:
        connection.exec_driver_sql("DELETE FROM verdict")
    told = client.get("/v1/feeds/beauty/authenticity").json()
    assert [row["status"] for row in told["overall"]] == ["empty"]


# What follows starts the real process; the database makes no difference to it.


@pytest.fixture
def embedded(sqlite_tables, tmp_path):
    shutil.copy(sqlite_tables, tmp_path / "huoren.db")
    store = Store(f"sqlite:///{tmp_path}/huoren.db")
    yield store
    store.close()


QUESTION = AuthenticityQuestion(Frame(), Terms())


def test_a_process_answers_what_has_changed_and_a_new_one_follows_its_end(embedded, tmp_path):
    insert_notes(embedded, 30)
    reports = FeedReports(settings_of(embedded, tmp_path), seconds=600, start_seconds=600)
    wrong = AuthenticityQuestion(Frame(), Terms(period="year"))

    async def ask():
        with pytest.raises(ConfigError, match="a period must be one of"):
            await reports.answer(wrong, None, state=1)
        first, pid = await reports.answer(QUESTION, None, state=1), reports.pid
        assert await reports.answer(QUESTION, None, state=1) is first
        assert reports.pid == pid
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(ReportsBusy, match="ended early"):
            await reports.answer(QUESTION, None, state=2)
        return first, await reports.answer(QUESTION, None, state=2)

    try:
        first, again = asyncio.run(ask())
    finally:
        reports.close()
    assert json.loads(again)["overall"] == json.loads(first)["overall"]


def test_an_answer_that_takes_too_long_is_refused(embedded, tmp_path):
    reports = FeedReports(settings_of(embedded, tmp_path), seconds=0.001, start_seconds=600)
    with pytest.raises(ReportsBusy, match="must be ready in"):
        asyncio.run(reports.answer(QUESTION, None, state=1))
    assert reports.pid is None


def test_a_process_that_starts_slowly_is_left_to_start_and_answers_later(embedded, tmp_path):
    insert_notes(embedded, 30)
    reports = FeedReports(settings_of(embedded, tmp_path), seconds=600, start_seconds=0.001)

    async def ask_again_and_again():
        with pytest.raises(ReportsBusy, match="must have started"):
            await reports.answer(QUESTION, None, state=1)
        pid = reports.pid
        while True:
            with contextlib.suppress(ReportsBusy):
                return pid, await reports.answer(QUESTION, None, state=1)
            await asyncio.sleep(0.05)

    try:
        pid, answer = asyncio.run(asyncio.wait_for(ask_again_and_again(), 600))
        assert reports.pid == pid
    finally:
        reports.close()
    assert json.loads(answer)["overall"]


PARENT = """
import pathlib, sys, time
from serving.report_process import ReportProcess
from serving.settings import Settings
ReportProcess(Settings(state=pathlib.Path(sys.argv[1])))
print("started", flush=True)
time.sleep(600)
"""


def test_the_process_ends_with_its_parent_however_that_ends(tmp_path):
    with subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path)], stdout=subprocess.PIPE) as parent:
        assert parent.stdout.readline() == b"started\n"
        parent.kill()
        parent.communicate(timeout=300)  # ends when nobody holds the pipe, which the process has from its parent


def test_only_so_many_questions_may_wait(embedded, tmp_path, monkeypatch):
    reports = FeedReports(settings_of(embedded, tmp_path))
    gate = asyncio.Event()

    async def never(question, audit):
        await gate.wait()
        return b"{}"

    async def ask():
        monkeypatch.setattr(reports, "_ask", never)
        waiting = [asyncio.create_task(reports.answer(QUESTION, None, state=n)) for n in range(1 + MOST_WAITING)]
        await asyncio.sleep(0)
        with pytest.raises(ReportsBusy, match="may wait"):
            await reports.answer(QUESTION, None, state=99)
        gate.set()
        return await asyncio.gather(*waiting)

    assert asyncio.run(ask()) == [b"{}"] * (1 + MOST_WAITING)


def test_new_verdicts_labels_and_erasures_are_in_the_next_answer(client, store):
    insert_notes(store, 30)

    def state():
        with store.read() as connection:
            return count_state(connection, ("beauty",)), count_state(connection, ())

    before = state()
    insert_notes(store, 1, feed="other", seed=9)
    other = state()
    assert (other[0], other[1] == before[1]) == (before[0], False)
    with store.begin() as connection:
        connection.execute(erasure.insert().values(kind="note", id_hash="0" * 32, erased_us=1))
    assert state()[0] != other[0]


def test_an_answered_verdict_is_in_its_feeds_authenticity(open_client):
    client = open_client()
    notes = [
        {"note_id": f"n{at}", "body": "好看", "feed_id": "护肤/a", "published_at": "2025-03-12"} for at in range(3)
    ]
    assert client.post("/v1/classify/batch", json={"notes": notes}).status_code == 200
    wait_until(lambda: [feed["n"] for feed in client.get("/v1/feeds").json()["feeds"]] == [3])
    path = "/v1/feeds/护肤%2Fa/authenticity"
    wait_until(lambda: client.get(path).status_code == 200)  # 503 while its process takes long to start
    told = client.get(path).json()
    assert [(row["feed"], row["period"], row["n"]) for row in told["rows"]] == [("护肤/a", "2025-03", 3)]
    assert "fake-1" in told["rows"][0]["model_versions"]
