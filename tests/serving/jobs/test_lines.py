import pytest

from data.notes import Note
from serving.jobs.lines import MAX_LINE_BYTES, read_lines


@pytest.fixture
def path(tmp_path):
    return tmp_path / "notes.jsonl"


def numbers(path, start=0, number=0):
    return [line.number for line in read_lines(path, start=start, number=number)]


def test_blank_lines_are_counted_and_left_out(path):
    path.write_bytes(b'\n{"note_id":"a"}\r\n  \n{"note_id":"b"}')
    lines = list(read_lines(path, start=0, number=0))
    assert [(line.number, line.note.note_id) for line in lines] == [(2, "a"), (4, "b")]


def test_reading_goes_on_after_any_line(path):
    path.write_bytes(b'{"note_id":"a"}\n\nbroken\n{"note_id":"b"}\n')
    whole = list(read_lines(path, start=0, number=0))
    for position, line in enumerate(whole):
        rest = [(each.number, each.end) for each in read_lines(path, start=line.end, number=line.number)]
        assert rest == [(each.number, each.end) for each in whole[position + 1 :]]


@pytest.mark.parametrize("over", [0, 1, 2, MAX_LINE_BYTES, 3 * MAX_LINE_BYTES + 5])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_line_that_is_too_long_fails_alone(path, over, end):
    head, tail = b'{"note_id":"a","x":"', b'"}'
    long = head + b"y" * (MAX_LINE_BYTES - len(head) - len(tail) + over) + tail
    path.write_bytes(b'{"note_id":"a"}\n' + long + end + b'{"note_id":"c"}\n')
    lines = list(read_lines(path, start=0, number=0))
    assert [line.number for line in lines] == [1, 2, 3]
    assert lines[1].note.status == (413 if over else 422)
    assert isinstance(lines[2].note, Note)
    assert numbers(path, start=lines[1].end, number=2) == [3]


def test_what_is_no_utf8_or_no_note_is_refused_without_being_quoted(path):
    path.write_bytes(b"\xff\xfe\n[1]\nnull\n" + '{"note_id": 1, "body": "樱花"}'.encode())
    lines = list(read_lines(path, start=0, number=0))
    assert [line.note.status for line in lines] == [422] * 4
    assert not any("樱花" in line.note.detail for line in lines)


def test_half_an_emoji_is_read(path):
    path.write_bytes(b'{"note_id":"a","body":"\\ud83d"}\n')
    (line,) = read_lines(path, start=0, number=0)
    assert line.note.body == "\N{REPLACEMENT CHARACTER}"
