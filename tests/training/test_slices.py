from datetime import UTC, datetime

from data.notes import Note
from training.gold import LabeledNote
from training.slices import by_diverter, by_length, by_year


def _row(*, body="", published_at=None, diversion="no", by=""):
    note = Note(note_id="a", body=body, published_at=published_at)
    return LabeledNote(note=note, source="s", commercial="no", diversion=diversion, by=by)


def _positions(masks):
    return {name: mask.nonzero()[0].tolist() for name, mask in masks.items()}


def test_years_are_cut_in_shanghai_and_undated_notes_stand_apart():
    new_year_there = datetime(2024, 12, 31, 17, tzinfo=UTC)
    rows = [_row(), _row(published_at=new_year_there), _row(published_at=datetime(2024, 6, 1, tzinfo=UTC))]
    assert _positions(by_year(rows)) == {"2024": [2], "2025": [1], "undated": [0]}
    assert list(by_year(rows))[-1] == "undated"


def test_a_length_belongs_to_the_slice_that_it_opens():
    rows = [_row(body="字" * length) for length in (0, 49, 50, 199, 200, 599, 600)]
    assert _positions(by_length(rows)) == {"<50": [0, 1], "50-199": [2, 3], "200-599": [4, 5], "600+": [6]}


def test_only_diverting_notes_are_told_apart_by_who_diverts():
    rows = [
        _row(diversion="yes", by="author"),
        _row(diversion="yes", by="other"),
        _row(diversion="yes"),
        _row(by="author"),
    ]
    assert _positions(by_diverter(rows)) == {"author": [0], "other": [1], "unknown": [2]}
