import json
from pathlib import Path

import pytest

from data.errors import DataError
from data.rejects import Rejects, rejects_path


def test_rejects_are_written_with_their_place_and_counted(tmp_path):
    with Rejects(tmp_path / "rejects" / "rejects.jsonl") as rejects:
        rejects.add("笔记.jsonl", 41, DataError("笔记.jsonl:41: no note"))
        rejects.add("b\udcff.csv", 2, DataError("no note"))
    lines = [json.loads(line) for line in rejects.path.read_text(encoding="utf-8").splitlines()[:1]]
    assert lines == [{"source_file": "笔记.jsonl", "source_row": 41, "error": "笔记.jsonl:41: no note"}]
    assert rejects.count == 2


def test_without_a_reject_there_is_no_file_not_even_an_old_one(tmp_path):
    (tmp_path / "r.jsonl").write_text("old", encoding="utf-8")
    with Rejects(tmp_path / "r.jsonl"):
        pass
    assert not (tmp_path / "r.jsonl").exists()


def test_without_a_path_rejects_are_only_counted():
    rejects = Rejects()
    rejects.add("a.jsonl", 1, DataError("no note"))
    assert rejects.count == 1


@pytest.mark.parametrize(
    ("out", "path"),
    [("s.parquet", "s.parquet.rejects.jsonl"), ("s.jsonl", "s.jsonl.rejects.jsonl"), ("s", "s/rejects/rejects.jsonl")],
)
def test_rejects_lie_beside_a_file_and_inside_a_folder(out, path):
    assert rejects_path(Path(out)) == Path(path)
