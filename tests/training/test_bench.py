"""The bench: which notes it takes, and what it says of a file that it cannot measure."""

from data.notes import Note
from training import bench


def test_notes_are_taken_from_all_over_a_file():
    notes = [Note(note_id=str(k)) for k in range(10)]
    assert [note.note_id for note in bench.evenly(notes, 4)] == ["0", "2", "5", "7"]
    assert bench.evenly(notes, 99) == notes


def test_a_file_without_notes_is_an_error_on_one_line(tmp_path, capsys):
    (tmp_path / "notes.jsonl").write_text('{"note_id": "a"}\n', encoding="utf-8")
    assert bench.main([str(tmp_path / "notes.jsonl")]) == 1
    assert capsys.readouterr().err == "training.bench: error: at least 2 notes must be given to measure. Got 1.\n"
