import contextlib
import dataclasses
import json

import pytest
from sqlalchemy import select

from serving.jobs.batches import BATCH_NOTES
from serving.jobs.progress import read_progress
from serving.jobs.work import Stopped
from serving.store.engine import StoreUnavailable
from serving.store.jobs import cancel_job, find_job
from serving.store.tables import feed_count, note_text, webhook

CANARY = "金丝雀不外传"


def note(number, body="今天去公园"):
    return json.dumps({"note_id": f"n{number}", "body": body, "feed_id": "f"}, ensure_ascii=False)


def test_each_line_has_its_result_in_the_order_of_the_input(jobs):
    job_id = jobs.add([note(1), "", "{", note(4, "加微信abc"), '{"note_id": ""}', '{"note_id": "a", "titel": "x"}'])
    jobs.work_off(job_id)
    results = jobs.results(job_id)
    assert [(line["line"], line["status"]) for line in results] == [(1, 200), (3, 422), (4, 200), (5, 422), (6, 422)]
    assert [line["outcome"] for line in results] == ["verdict", "problem", "verdict", "problem", "problem"]
    assert results[2]["verdict"]["label"] == "diversion"
    row = jobs.row(job_id)
    assert (row.state, row.total, row.done, row.failed) == ("done", 5, 2, 3)


def test_results_hold_spans_but_neither_text_nor_value(jobs):
    job_id = jobs.add([note(1, "加微信abc123")])
    jobs.work_off(job_id)
    (evidence,) = jobs.results(job_id)[0]["verdict"]["evidence"]
    assert (evidence["start"], evidence["end"], evidence["text"], evidence["value"]) == (1, 9, "", None)


def test_verdicts_are_stored_and_counted_once_under_the_ids_of_the_results(jobs):
    job_id = jobs.add([note(number) for number in range(BATCH_NOTES + 44)])
    jobs.work_off(job_id)
    jobs.drain()
    stored = jobs.verdicts()
    ids = [line["verdict"]["verdict_id"] for line in jobs.results(job_id)]
    assert sorted(row.verdict_id for row in stored) == sorted(ids)
    assert len(set(ids)) == BATCH_NOTES + 44
    assert {(row.origin, row.caller, row.request_id) for row in stored} == {("job", "platform", "r1")}


def test_a_dry_run_stores_and_counts_nothing(jobs):
    job_id = jobs.add([note(1)], dry_run=True)
    jobs.work_off(job_id)
    jobs.drain()
    assert jobs.verdicts() == []
    assert jobs.results(job_id)[0]["verdict"]["verdict_id"] is None


def test_offsets_are_counted_as_the_job_asks(jobs):
    ids = [jobs.add([note(1, "😀加微信a")], offsets=offsets) for offsets in ("codepoint", "utf16")]
    for job_id in ids:
        jobs.work_off(job_id)
    assert [jobs.results(job_id)[0]["verdict"]["evidence"][0]["start"] for job_id in ids] == [2, 3]


def test_without_explain_there_is_no_evidence(jobs):
    job_id = jobs.add([note(1, "加微信a")], explain=False)
    jobs.work_off(job_id)
    assert jobs.results(job_id)[0]["verdict"]["evidence"] == []


@pytest.mark.parametrize("stops", range(4))
def test_a_job_that_is_stopped_goes_on_where_it_was(jobs, stops):
    lines = [note(number) for number in range(3 * BATCH_NOTES + 10)]
    job_id = jobs.add([*lines[:5], "broken", *lines[5:]])
    answers = iter([False] * stops + [True])
    with pytest.raises(Stopped):
        jobs.work_off(job_id, is_stopped=lambda: next(answers))
    judged = sum(jobs.classifier.batches)
    assert judged == max(0, stops * BATCH_NOTES - 1)
    jobs.work_off(job_id)
    assert sum(jobs.classifier.batches) == len(lines)
    assert [line["line"] for line in jobs.results(job_id)] == list(range(1, len(lines) + 2))
    jobs.drain()
    assert len(jobs.verdicts()) == len(lines)


def test_what_stands_behind_the_progress_is_judged_again_and_counted_once(jobs, monkeypatch):
    """As when the process is killed between the results and the progress that vouches for them."""
    job_id = jobs.add([note(number) for number in range(BATCH_NOTES + 10)])

    def killed(*args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):  # noqa: PT012
        patch.setattr("serving.jobs.work.count", killed)
        patch.setattr("serving.jobs.work.write_progress", lambda folder, progress: killed() if progress.lines else None)
        jobs.work_off(job_id)
    with (jobs.folder(job_id) / "results.jsonl").open("a") as file:
        file.write('{"half a li')
    jobs.work_off(job_id)
    jobs.drain()
    assert [line["line"] for line in jobs.results(job_id)] == list(range(1, BATCH_NOTES + 11))
    assert len(jobs.verdicts()) == BATCH_NOTES + 10
    with jobs.store.read() as connection:
        assert connection.execute(select(feed_count.c.n)).scalars().all() == [BATCH_NOTES + 10]


def test_a_note_that_ends_the_process_is_given_up_and_the_others_are_judged(jobs):
    class Fragile:
        def judge_many(self, notes):
            if any(each.note_id == "n7" for each in notes):
                raise KeyboardInterrupt  # stands for a process that dies
            return jobs.classifier.judge_many(notes)

    job_id = jobs.add([note(number) for number in range(20)])
    for _ in range(10):
        try:
            jobs.work_off(job_id, ready=lambda policy: Fragile())
            break
        except KeyboardInterrupt:
            pass
    assert [line["status"] for line in jobs.results(job_id)] == [200] * 7 + [500] + [200] * 12
    assert jobs.row(job_id).state == "done"


def test_at_the_end_nothing_holds_the_text_of_a_note(jobs):
    lines = [note(1, f"{CANARY}微信{CANARY}"), CANARY, json.dumps({"note_id": "a", CANARY: CANARY})]
    job_id = jobs.add(lines)
    found = [path for path in jobs.settings.state.rglob("*") if path.is_file() and CANARY.encode() in path.read_bytes()]
    assert [path.name for path in found] == ["notes.jsonl"]
    jobs.work_off(job_id)
    jobs.drain()
    for path in jobs.settings.state.parent.rglob("*"):
        if path.is_file():
            assert CANARY.encode() not in path.read_bytes(), path
            assert json.dumps(CANARY)[1:-1].encode() not in path.read_bytes(), path


def test_a_job_cancelled_while_it_runs_leaves_nothing(jobs):
    job_id = jobs.add([note(number) for number in range(2 * BATCH_NOTES)])

    def cancel():
        with jobs.store.begin() as connection:
            cancel_job(connection, job_id)
        for path in jobs.folder(job_id).iterdir():
            path.unlink()
        jobs.folder(job_id).rmdir()
        return False

    jobs.work_off(job_id, is_stopped=cancel)
    assert jobs.row(job_id).state == "cancelled"
    assert not jobs.folder(job_id).exists()


def test_a_job_whose_input_is_gone_fails(jobs):
    job_id = jobs.add([note(1)])
    (jobs.folder(job_id) / "notes.jsonl").unlink()
    jobs.work_off(job_id)
    row = jobs.row(job_id)
    assert row.state == "failed"
    assert row.error.startswith("the disk must hold the files of a job")
    assert not jobs.folder(job_id).exists()


def test_the_end_of_a_job_is_told_in_the_same_transaction(jobs):
    url = "http://127.0.0.1:9/"
    job_id = jobs.add([note(1), "broken"], callback_url=url)
    jobs.work_off(job_id)
    with jobs.store.read() as connection:
        (row,) = connection.execute(select(webhook)).all()
    body = json.loads(row.body)
    assert (row.event, row.url, row.state) == ("job.finished", url, "waiting")
    assert {name: body[name] for name in ("job_id", "state", "total", "done", "failed")} == {
        "job_id": job_id,
        "state": "done",
        "total": 2,
        "done": 1,
        "failed": 1,
    }


def test_results_stay_where_the_database_stored_the_end_and_could_not_say_so(jobs, monkeypatch):
    begin = jobs.store.begin

    @contextlib.contextmanager
    def begin_and_break_off():
        with begin() as connection:
            yield connection
            has_ended = find_job(connection, job_id).state == "done"
        if has_ended and broken:
            broken.pop()
            raise StoreUnavailable("the database must answer.")

    broken = [True]
    job_id = jobs.add([note(1)], callback_url="http://127.0.0.1:9/")
    monkeypatch.setattr(jobs.store, "begin", begin_and_break_off)
    jobs.work_off(job_id)
    assert not broken
    assert len(jobs.results(job_id)) == 1
    with jobs.store.read() as connection:
        assert len(connection.execute(select(webhook)).all()) == 1


def test_progress_is_on_disk_after_each_batch(jobs):
    job_id = jobs.add([note(number) for number in range(BATCH_NOTES + 1)])
    answers = iter([False, True])
    with pytest.raises(Stopped):
        jobs.work_off(job_id, is_stopped=lambda: next(answers))
    progress = read_progress(jobs.folder(job_id))
    assert (progress.lines, progress.done, progress.failed) == (BATCH_NOTES, BATCH_NOTES, 0)


def test_texts_are_stored_only_where_the_settings_say_so(jobs):
    for store_text, expected in ((False, 0), (True, 1)):
        job_id = jobs.add([note(1)])
        jobs.work_off(job_id, settings=dataclasses.replace(jobs.settings, store_text=store_text))
        with jobs.store.read() as connection:
            assert len(connection.execute(select(note_text)).all()) == expected


def test_a_job_leaves_the_reserve_of_the_disk_to_answers(jobs, monkeypatch):
    job_id = jobs.add([note(1)])
    monkeypatch.setattr("serving.jobs.spool.RESERVE_BYTES", 2**62)
    jobs.work_off(job_id)
    assert jobs.row(job_id).state == "failed"
    assert not jobs.folder(job_id).exists()
