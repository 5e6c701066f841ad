import io
import json

import pytest

from data.errors import DataError
from data.notes import Note
from serving.classify_input import read_input


@pytest.fixture
def stdin(monkeypatch):
    def put(content):
        raw = content if isinstance(content, bytes) else content.encode()
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(raw), encoding="utf-8"))

    return put


def test_an_argument_is_a_body():
    assert list(read_input("今天去爬山")) == [Note(note_id="text", body="今天去爬山")]


def test_bytes_of_another_encoding_keep_their_number_of_characters():
    assert next(read_input("ab\udcffc")).body == "ab\N{REPLACEMENT CHARACTER}c"


@pytest.mark.parametrize("content", ["第一行\n{第二行\n", "{限时}好物", "[doge] 哈哈"])
def test_text_on_stdin_is_one_body(stdin, content):
    stdin(content)
    assert [note.body for note in read_input("-")] == [content.rstrip("\n")]


def test_a_json_note_may_stand_on_several_lines(stdin):
    stdin(json.dumps({"note_id": "a", "title": "你好"}, indent=2))
    assert [(note.note_id, note.title) for note in read_input("-")] == [("a", "你好")]


def test_json_lines_give_a_note_each_and_an_error_in_a_bad_ones_place(stdin):
    stdin('{"note_id": "a"}\n\n{"title": "秘密"}\n{"note_id": "c"}\n{broken\n')
    first, second, third, fourth = read_input("-")
    assert (first.note_id, third.note_id) == ("a", "c")
    assert str(second).startswith("-:3: 'note_id' must be")
    assert isinstance(fourth, DataError)


@pytest.mark.parametrize("damaged", [b'{"note_id": "a", "body', b'{"note_id": "a"}}', b'{"note_id": "\xff"}'])
def test_a_damaged_first_line_takes_no_other_note_with_it(stdin, damaged):
    stdin(damaged + b'\n{"note_id": "b"}\n{"note_id": "c"}\n')
    error, *notes = read_input("-")
    assert str(error).startswith("-:1: ")
    assert [note.note_id for note in notes] == ["b", "c"]


def test_a_damaged_note_on_several_lines_is_one_error(stdin):
    stdin('{\n"note_id": "a",\n"body": "秘密\n')
    (error,) = read_input("-")
    assert "秘密" not in str(error)


def test_a_json_file_is_read(tmp_path):
    (tmp_path / "note.json").write_text('{"note_id": "a"}', encoding="utf-8")
    assert [note.note_id for note in read_input(str(tmp_path / "note.json"))] == ["a"]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("gone.json", None, "the file must exist"),
        ("plain.json", "只是文字", "must be JSON"),
        ("notes.csv", "note_id\n", "huoren score"),
        ("empty.json", "\n \n", "Got nothing"),
        ("", None, "Got a folder"),
    ],
)
def test_a_file_that_holds_no_json_note_is_an_error(tmp_path, name, content, words):
    if content is not None:
        (tmp_path / name).write_text(content, encoding="utf-8")
    (error,) = read_input(str(tmp_path / name))
    assert words in str(error)


def test_bytes_that_are_no_utf8_are_an_error_and_not_quoted(stdin):
    stdin("加微信".encode("gb18030"))
    (error,) = read_input("-")
    assert str(error) == "-:1: the text must be UTF-8. Byte 1 of this line is not."


def test_a_text_longer_than_a_file_name_is_a_body():
    assert next(read_input("长" * 200_000)).body == "长" * 200_000


def test_a_text_that_ends_like_a_file_name_is_a_body_and_not_quoted_as_a_missing_file():
    text = "长" * 2000 + " 看 note.json"
    assert next(read_input(text)).body == text
