from pathlib import Path

import pytest

from data.errors import ConfigError
from serving.staged_output import StagedOutput


def put(out, content="new", *, inputs=(), force=False, reject=False):
    with StagedOutput(out, list(inputs), force=force) as staged:
        target = staged.path if staged.path.suffix in (".jsonl", ".parquet") else staged.path / "part-00000.parquet"
        target.parent.mkdir(exist_ok=True)
        target.write_text(content, encoding="utf-8")
        if reject:
            staged.rejects.parent.mkdir(exist_ok=True)
            staged.rejects.write_text("rejected", encoding="utf-8")


def names(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("out", "expected"),
    [
        ("a.jsonl", ["a.jsonl", "a.jsonl.rejects.jsonl"]),
        ("a", ["a/part-00000.parquet", "a/rejects/rejects.jsonl"]),
        ("deep/a.parquet", ["deep/a.parquet", "deep/a.parquet.rejects.jsonl"]),
    ],
)
def test_output_and_rejects_take_their_places_and_nothing_else_stays(tmp_path, out, expected):
    put(tmp_path / out, reject=True)
    assert names(tmp_path) == expected


@pytest.mark.parametrize("out", ["a.jsonl", "a"])
def test_after_an_error_nothing_is_there(tmp_path, out):
    with pytest.raises(RuntimeError, match="stop"), StagedOutput(tmp_path / out, []) as staged:  # noqa: PT012
        staged.rejects.parent.mkdir(parents=True, exist_ok=True)
        staged.rejects.write_text("half", encoding="utf-8")
        raise RuntimeError("stop")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("out", ["a.jsonl", "a"])
def test_an_existing_output_is_kept_without_force_and_replaced_with_it(tmp_path, out):
    put(tmp_path / out, "old", reject=True)
    with pytest.raises(ConfigError, match="OUT must not exist yet"):
        put(tmp_path / out, "new")
    put(tmp_path / out, "new", force=True)
    contents = {path.read_text(encoding="utf-8") for path in tmp_path.rglob("*") if path.is_file()}
    assert contents == {"new"}  # rejects of the earlier run are gone with it


def test_an_output_that_is_there_stays_whole_when_its_replacement_fails(tmp_path):
    put(tmp_path / "a", "old")
    with pytest.raises(RuntimeError, match="stop"), StagedOutput(tmp_path / "a", [], force=True):
        raise RuntimeError("stop")
    assert (tmp_path / "a" / "part-00000.parquet").read_text(encoding="utf-8") == "old"


def test_an_empty_folder_is_no_earlier_output(tmp_path):
    (tmp_path / "a").mkdir()
    put(tmp_path / "a")
    assert names(tmp_path) == ["a/part-00000.parquet"]


def test_force_never_replaces_a_folder_that_is_not_ours(tmp_path):
    put(tmp_path / "home")
    (tmp_path / "home" / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(ConfigError, match="Got 1 other things in it"):
        put(tmp_path / "home", force=True)


@pytest.mark.parametrize(
    ("given", "out"),
    [
        ("notes.jsonl", "notes.jsonl"),
        ("crawl", "crawl/scored"),
        ("crawl/notes.jsonl", "crawl"),
        ("x/../a.jsonl", "a.jsonl"),
    ],
)
def test_input_and_output_must_lie_apart(tmp_path, given, out):
    with pytest.raises(ConfigError, match="OUT must lie apart from the input"):
        put(tmp_path / out, inputs=[tmp_path / given], force=True)


def test_standard_input_lies_apart_from_everything(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    put(Path("a"), inputs=[Path("-")])
    assert names(tmp_path) == ["a/part-00000.parquet"]


@pytest.mark.parametrize("out", ["a.csv", "a.jsonl.gz", "a.json"])
def test_a_name_that_promises_another_kind_of_file_is_refused(tmp_path, out):
    with pytest.raises(ConfigError, match="OUT must end in"):
        put(tmp_path / out)
