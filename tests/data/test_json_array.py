import json

import pytest

from data.errors import DataError
from data.json_array import read_array

ITEMS = [{"note_id": str(n), "desc": "第一行\n]},{[ 第二行", "comments": [{"content": "好"}]} for n in range(200)]


@pytest.mark.parametrize("indent", [4, None])
def test_an_array_gives_its_objects_however_it_is_laid_out(tmp_path, indent):
    (tmp_path / "notes.json").write_text(json.dumps(ITEMS, indent=indent, ensure_ascii=False), encoding="utf-8")
    assert [row for _, row in read_array(tmp_path / "notes.json")] == ITEMS


def test_each_object_comes_with_the_line_it_starts_on(tmp_path):
    text = json.dumps(ITEMS, indent=4)
    (tmp_path / "notes.json").write_text(text, encoding="utf-8")
    starts = [number for number, line in enumerate(text.split("\n"), 1) if line == "    {"]
    assert [number for number, _ in read_array(tmp_path / "notes.json")] == starts


def test_a_truncated_array_gives_its_whole_objects_then_one_error(tmp_path):
    text = json.dumps(ITEMS, indent=4)
    (tmp_path / "notes.json").write_text(text[: len(text) // 2], encoding="utf-8")
    *whole, (number, error) = [*read_array(tmp_path / "notes.json")]
    assert [row for _, row in whole] == ITEMS[: len(whole)]
    assert len(whole) > 90
    assert text.split("\n")[number - 1] == "    {"
    assert isinstance(error, DataError)


def test_damage_ends_the_file_with_one_error_on_its_line(tmp_path):
    (tmp_path / "notes.json").write_text(
        '[\n{"note_id": "a"},\n{"note_id": "b" "c"},\n{"note_id": "d"}\n]', encoding="utf-8"
    )
    (_, first), (number, error) = read_array(tmp_path / "notes.json")
    assert (first, number, type(error)) == ({"note_id": "a"}, 3, DataError)


def test_an_item_that_is_no_object_is_an_error_in_its_place(tmp_path):
    (tmp_path / "notes.json").write_text('[{"note_id": "a"}, 7, {"note_id": "b"}]', encoding="utf-8")
    assert [type(row) for _, row in read_array(tmp_path / "notes.json")] == [dict, DataError, dict]
