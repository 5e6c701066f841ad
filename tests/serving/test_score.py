import argparse
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pyarrow.parquet as pq
import pytest

from data.errors import ConfigError, DataError
from data.notes import Comment, Note
from data.records import NoteRecord
from data.scored import SCHEMA
from models.verdict import CommentVerdict
from serving.score import add_arguments, run
from serving.scored_row import score_records

ROOT = Path(__file__).parents[2]


@pytest.fixture
def notes(tmp_path):
    path = tmp_path / "notes.jsonl"
    rows = [
        {"note_id": f"n{number}", "title": "樱花", "body": "加微信abc" if number % 3 == 0 else "好看", "likes": number}
        for number in range(600)
    ]
    rows[0] |= {"feed_id": "f1", "keyword": "k", "author_id": "u1", "published_at": "2025-03-01", "impressions": 7}
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def score(classifier, tmp_path):
    def score_into(out, *arguments):
        parser = argparse.ArgumentParser()
        add_arguments(parser)
        run(parser.parse_args([*map(str, arguments), str(tmp_path / out)]), classifier)
        return tmp_path / out

    return score_into


def read_jsonl(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_jsonl_holds_the_answer_and_the_carried_columns_in_input_order(score, notes):
    rows = read_jsonl(score("scored.jsonl", notes))
    assert [row["note_id"] for row in rows] == [f"n{number}" for number in range(600)]
    first = rows[0]
    assert (first["label"], first["scores"]["diversion"], first["rule"]["id"]) == ("diversion", 0.7, "contact")
    carried = ("feed_id", "keyword", "author_id", "impressions", "pa_organic", "source_file", "source_row")
    assert [first[key] for key in carried] == ["f1", "k", "u1", 7, 0.6, str(notes), 1]
    assert first["published_at"] == "2025-02-28T16:00:00Z"
    assert first["schema_version"] == 1
    assert len({row["scored_at"] for row in rows}) == 1
    assert rows[1]["request_id"] is None


def test_comments_and_those_that_divert_are_counted(score, tmp_path):
    path = tmp_path / "talk.jsonl"
    comments = [{"comment_id": f"c{number}", "text": text} for number, text in enumerate(["加微信a", "好看", "求链接"])]
    rows = [{"note_id": "a", "comments": comments}, {"note_id": "b", "comments": comments[1:]}, {"note_id": "c"}]
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    counts = [(row["n_comments"], row["n_diverting_comments"]) for row in read_jsonl(score("a.jsonl", path))]
    assert counts == [(3, 1), (2, 0), (0, 0)]


def test_a_comment_that_passes_does_not_divert(classifier, monkeypatch):
    passed = CommentVerdict(comment_id="c", score=0.9, decision="pass")
    note = Note(note_id="a", body="微信", comments=(Comment(comment_id="c", text="好看"),))
    record = NoteRecord(note=note, source_file="f", source_row=1)
    verdict = msgspec.structs.replace(classifier.classify(note), comments=(passed,))
    monkeypatch.setattr(classifier, "classify", lambda note: verdict)
    (row,) = score_records(classifier, [record], scored_at=datetime.now(tz=UTC), hash_key=b"k")
    assert (row["n_comments"], row["n_diverting_comments"]) == (1, 0)


def test_parquet_has_the_schema_of_the_scored_archive(score, notes):
    table = pq.read_table(score("scored.parquet", notes))
    assert table.schema.equals(SCHEMA)
    assert table.num_rows == 600
    assert table["evidence"][0].as_py()[0]["text"] == "微信abc"


def test_any_other_name_is_a_folder_of_parts(score, notes):
    out = score("scored", notes)
    assert pq.read_table(out / "part-00000.parquet").num_rows == 600


def test_equal_texts_share_a_hash_that_another_run_does_not_know(score, notes):
    rows = read_jsonl(score("a.jsonl", notes))
    assert rows[0]["text_hash"] == rows[3]["text_hash"] != rows[1]["text_hash"]
    assert read_jsonl(score("b.jsonl", notes))[0]["text_hash"] != rows[0]["text_hash"]


def test_near_copies_share_a_hash_that_another_run_does_not_know(score, tmp_path):
    path = tmp_path / "copies.jsonl"
    body = "这家店的宝藏面霜真的绝了我用了两个星期皮肤明显变得又软又嫩学生党也能放心入手需要的宝子滴滴我 {} 元"
    texts = [
        body.format(39),
        body.format(128) + "✨",
        body[:12],
        "今天去了城东新开的咖啡馆靠窗的位置阳光很好拿铁拉花也漂亮",
    ]
    rows = [{"note_id": str(number), "body": body} for number, body in enumerate(texts)]
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    names = ("near_hash_1", "near_hash_2", "near_hash_3")
    first, copy, short, other = ([row[name] for name in names] for row in read_jsonl(score("a.jsonl", path)))
    assert first == copy
    assert short == [None] * 3
    assert not set(first) & set(other)
    again = read_jsonl(score("b.jsonl", path))[0]
    assert not set(first) & {again[name] for name in names}
    assert pq.read_table(score("c.parquet", path))["near_hash_2"].null_count == 1


def test_a_text_has_the_same_hash_wherever_it_stands_in_a_batch(score, tmp_path):
    path = tmp_path / "copies.jsonl"
    texts = [("甲", "乙"), ("", ""), ("甲", "乙"), ("甲乙", ""), ("", "甲乙")]
    rows = [{"note_id": str(number), "title": title, "body": body} for number, (title, body) in enumerate(texts)]
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    first, empty, copy, title_only, body_only = (row["text_hash"] for row in read_jsonl(score("a.jsonl", path)))
    assert (first, empty) == (copy, None)
    assert len({first, title_only, body_only}) == 3


def test_empty_notes_have_a_verdict_and_no_common_hash(score, tmp_path):
    path = tmp_path / "empty.jsonl"
    path.write_text('{"note_id": "a"}\n', encoding="utf-8")
    (row,) = read_jsonl(score("a.jsonl", path))
    assert (row["label"], row["text_hash"]) == ("organic", None)


def test_notes_reach_the_classifier_in_batches(score, notes, classifier):
    score("a.jsonl", notes)
    assert classifier.batches == [256, 256, 88]


@pytest.fixture
def dirty(tmp_path):
    path = tmp_path / "dirty.jsonl"
    rows = ['{"note_id": "a"}', '{"title": "秘密"}', f'{{"note_id": "b", "likes": {2**70}}}', '{"note_id": "c"}']
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


def test_bad_rows_are_rejected_with_their_place_and_told(score, dirty, capsys):
    out = score("a.jsonl", dirty, "--quiet")
    assert [row["note_id"] for row in read_jsonl(out)] == ["a", "c"]
    rejects = out.with_name("a.jsonl.rejects.jsonl")
    assert [row["source_row"] for row in read_jsonl(rejects)] == [2, 3]
    assert "秘密" not in rejects.read_text(encoding="utf-8")
    assert capsys.readouterr().err == f"2 rows rejected: {rejects}\n"


def test_a_row_that_no_report_could_place_is_rejected(score, tmp_path, capsys):
    path = tmp_path / "far.jsonl"
    path.write_text('{"note_id": "a"}\n{"note_id": "b", "published_at": "9999-12-31"}\n', encoding="utf-8")
    assert [row["note_id"] for row in read_jsonl(score("a.jsonl", path, "--quiet"))] == ["a"]
    assert capsys.readouterr().err.startswith("1 row")


def test_more_rejects_than_allowed_stop_the_run_and_leave_nothing(score, dirty, tmp_path):
    with pytest.raises(DataError, match=r"at most 1 rows may be rejected\. Got 2"):
        score("a.jsonl", dirty, "--max-rejects", 1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dirty.jsonl"]


def test_as_many_rejects_as_allowed_are_no_error(score, dirty):
    assert score("a.jsonl", dirty, "--max-rejects", 2).exists()


def test_an_earlier_output_is_never_overwritten_in_silence(score, notes):
    score("a.jsonl", notes)
    with pytest.raises(ConfigError, match="--force"):
        score("a.jsonl", notes)
    score("a.jsonl", notes, "--force")


def test_without_a_terminal_stderr_gets_one_summary(score, notes, capsys):
    out = score("a.jsonl", notes)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("600 notes scored in ")
    assert captured.err.endswith(f"{out}\n")


_SPAWNED = """
import dataclasses, importlib.util, json, sys
from datetime import UTC, datetime
from pathlib import Path
from data.records import read_notes
from serving.scoring import ScoringJob, score_in_processes

class FakeJob(ScoringJob):
    def load(self):
        spec = importlib.util.spec_from_file_location("fakes", sys.argv[1])
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module.FakeClassifier()

if __name__ == "__main__":
    job = FakeJob(model=None, policy=None, scored_at=datetime.now(tz=UTC), hash_key=b"k")
    batches = list(score_in_processes(job, read_notes(Path(sys.argv[2])), jobs=2))
    print(json.dumps([[row["note_id"] for row in rows] for rows in batches]))
"""


def test_spawned_processes_keep_the_order_beside_a_folder_named_data(tmp_path):
    notes = tmp_path / "many.jsonl"
    ids = [f"n{number}" for number in range(2000)]  # more batches than may wait at once
    notes.write_text("".join(f'{{"note_id": "{note_id}"}}\n' for note_id in ids), encoding="utf-8")
    (tmp_path / "work" / "data").mkdir(parents=True)
    script = tmp_path / "script.py"
    script.write_text(_SPAWNED, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script), str(Path(__file__).with_name("conftest.py")), str(notes)],
        cwd=tmp_path / "work",
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    batches = json.loads(done.stdout)
    assert [len(batch) for batch in batches] == [256] * 7 + [208]
    assert sum(batches, []) == ids
