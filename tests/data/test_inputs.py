import pytest

from data.errors import DataError
from data.inputs import find_files


def test_a_folder_gives_its_archives_in_name_order_and_nothing_else(tmp_path):
    names = [
        "b.csv.gz",
        "a.jsonl",
        "sub/c.parquet",
        "d.jsonl.zst",
        "README.md",
        ".hidden.jsonl",
        "search_creators_1.csv",
    ]
    for name in [*names, "rejects/rejects.jsonl", "x.jsonl.rejects.jsonl"]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = [path.relative_to(tmp_path).as_posix() for path in find_files(tmp_path)]
    assert found == ["a.jsonl", "b.csv.gz", "d.jsonl.zst", "sub/c.parquet"]


def test_a_file_named_twice_is_read_once(tmp_path):
    (tmp_path / "a.jsonl").touch()
    assert find_files([tmp_path, tmp_path / "a.jsonl"]) == [tmp_path / "a.jsonl"]


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"absent\.jsonl: the file must exist"):
        find_files(tmp_path / "absent.jsonl")


def test_a_file_of_an_unknown_kind_is_refused(tmp_path):
    (tmp_path / "notes.xlsx").touch()
    with pytest.raises(DataError, match=r"must end in .*\.jsonl.*Got '\.xlsx' instead"):
        find_files(tmp_path / "notes.xlsx")


def test_a_folder_without_archives_is_refused(tmp_path):
    with pytest.raises(DataError, match="a folder must hold"):
        find_files(tmp_path)


@pytest.mark.parametrize("closed", ["a.jsonl", "sub", "sub/b.csv"])
def test_what_may_not_be_read_is_refused_before_anything_is(tmp_path, monkeypatch, closed):
    (tmp_path / "sub").mkdir()
    for name in ("a.jsonl", "sub/b.csv"):
        (tmp_path / name).touch()
    monkeypatch.setattr("os.access", lambda path, mode: path != tmp_path / closed)  # root may read whatever it likes
    with pytest.raises(DataError, match=rf"{closed}: must be readable\. Got Permission denied"):
        find_files(tmp_path)
