"""Splits: what is tied to a held-out note, by source, author, date or text, does not train beside it."""

import datetime

import msgspec
import numpy as np
import pytest

from data.errors import DataError
from data.notes import Note
from training.gold import LabeledNote
from training.recipe import default_recipe
from training.splits import by_author, by_source, by_time, never_trains, split_notes


def note(source="s", author=None, day=None):
    at = datetime.datetime.fromisoformat(f"{day}T12:00+08:00") if day else None
    return LabeledNote(note=Note(note_id="a", author_id=author, published_at=at), source=source, commercial="no")


def alone(notes):
    return np.arange(len(notes))


def every(notes):
    return np.ones(len(notes), dtype=np.bool_)


def none(notes):
    return np.zeros(len(notes), dtype=np.bool_)


def straddling(split, numbers):
    """List the folds in which a note trains beside a held-out note of its number."""
    return [
        fold
        for fold in range(split.n_folds)
        if set(numbers[split.training(fold)].tolist()) & set(numbers[split.held_out(fold)].tolist())
    ]


SOURCES = [note(source) for source in list("aabbccddee")]


def test_no_source_straddles():
    split = by_source(SOURCES, every(SOURCES), none(SOURCES), alone(SOURCES), n_folds=3)
    assert split.n_folds == 3
    assert straddling(split, np.array([ord(item.source) for item in SOURCES])) == []
    assert (split.folds >= 0).all()


def test_there_are_no_more_folds_than_sources():
    assert by_source(SOURCES, every(SOURCES), none(SOURCES), alone(SOURCES), n_folds=10).n_folds == 5


def test_what_is_not_held_out_trains_in_every_fold_but_its_sources():
    notes = [*SOURCES, note("x"), note("a")]
    held_out = np.array([True] * 10 + [False] * 2)
    split = by_source(notes, held_out, none(notes), alone(notes), n_folds=5)
    assert split.folds[10:].tolist() == [-1, -1]
    assert all(split.training(fold)[10] for fold in range(5))
    assert [split.training(fold)[11] for fold in range(5)].count(False) == 1
    assert not split.training(int(split.folds[0]))[11]


@pytest.mark.parametrize("by", [by_source, by_author])
def test_measured_notes_never_train_and_are_one_fold_more(by):
    notes = [note(source, author=source) for source in "aabbccxxyy"]
    measured = np.arange(10) >= 6
    split = by(notes, every(notes), measured, alone(notes), n_folds=3)
    assert split.folds[6:].tolist() == [3] * 4
    assert not any(split.training(fold)[6:].any() for fold in range(4))
    assert split.training(3)[:6].all()


@pytest.mark.parametrize("by", [by_source, by_author])
def test_one_group_cannot_be_held_out(by):
    notes = [note("a", "w") for _ in range(4)]
    with pytest.raises(DataError, match=r"at least two (sources|authors)\. Got 1\."):
        by(notes, every(notes), none(notes), alone(notes), n_folds=3)


def test_measured_notes_are_no_source_to_hold_out_in_turn():
    notes = [note(source) for source in "aabb"]
    with pytest.raises(DataError, match=r"at least two sources\. Got 1\."):
        by_source(notes, every(notes), np.arange(4) > 1, alone(notes), n_folds=3)


def test_no_author_straddles_whatever_the_source():
    authors = list("wwxxyyzz")
    notes = [note(source, author) for source, author in zip("abababab", authors, strict=True)]
    split = by_author(notes, every(notes), none(notes), alone(notes), n_folds=4)
    assert split.n_folds == 4
    assert straddling(split, np.array([ord(author) for author in authors])) == []
    by_sources = by_source(notes, every(notes), none(notes), alone(notes), n_folds=4)
    assert straddling(by_sources, np.array([ord(author) for author in authors])) == [0, 1]


def test_authors_of_near_duplicates_are_one():
    notes = [note(author=author) for author in ("w", "w", "x", "x", "y", "y", None, None)]
    clusters = np.array([0, 1, 1, 2, 3, 4, 5, 6])  # one note of w is a copy of one of x
    split = by_author(notes, every(notes), none(notes), clusters, n_folds=10)
    assert split.n_folds == 4
    assert len(set(split.folds[:4].tolist())) == 1
    assert split.folds[6] != split.folds[7]


@pytest.mark.parametrize("n_folds", [2, 5])
def test_a_near_duplicate_of_a_held_out_note_does_not_train(n_folds):
    clusters = np.array([0, 1, 0, 2, 3, 1, 4, 5, 6, 7])
    split = by_source(SOURCES, every(SOURCES), none(SOURCES), clusters, n_folds=n_folds)
    assert straddling(split, clusters) == []
    without = by_source(SOURCES, every(SOURCES), none(SOURCES), alone(SOURCES), n_folds=n_folds)
    assert np.array_equal(split.folds, without.folds)
    assert straddling(without, clusters) != []


DAYS = ["2024-12-30", "2024-12-31", "2025-01-01", "2025-03-01", None]


def test_time_holds_out_what_was_published_from_a_day_on():
    notes = [note(day=day) for day in DAYS]
    since = datetime.date(2025, 1, 1)
    split = by_time(notes, every(notes), none(notes), alone(notes), since=since)
    assert split.folds.tolist() == [-1, -1, 0, 0, -1]
    assert split.training(0).tolist() == [True, True, False, False, True]


def test_days_are_cut_in_shanghai():
    late = datetime.datetime(2024, 12, 31, 16, 0, tzinfo=datetime.UTC)  # midnight there
    times = [late - datetime.timedelta(seconds=1), late]
    notes = [LabeledNote(note=Note(note_id="a", published_at=at), source="s", commercial="no") for at in times]
    split = by_time(notes, every(notes), none(notes), alone(notes), since=datetime.date(2025, 1, 1))
    assert split.folds.tolist() == [-1, 0]


def test_nothing_as_late_trains_though_it_is_not_held_out():
    notes = [note(day=day) for day in DAYS]
    held_out = np.array([True, True, True, False, False])
    split = by_time(notes, held_out, none(notes), alone(notes), since=datetime.date(2025, 1, 1))
    assert split.training(0).tolist() == [True, True, False, False, True]


def test_a_day_with_nothing_on_one_side_is_refused():
    notes = [note(day=day) for day in DAYS]
    with pytest.raises(
        DataError, match=r"before 2026-01-01 and from then on\. Got 0 from then on, 5 before or undated"
    ):
        by_time(notes, every(notes), none(notes), alone(notes), since=datetime.date(2026, 1, 1))


@pytest.mark.parametrize(("kind", "n_folds"), [("source", 2), ("author", 3), ("time", 1)])
def test_the_recipe_chooses_the_split(kind, n_folds):
    rows = zip("aabb", ("w", "x", "y", "y"), DAYS, strict=False)
    notes = [note(source, author, day) for source, author, day in rows]
    since = datetime.date(2025, 1, 1) if kind == "time" else None
    config = msgspec.structs.replace(default_recipe(), split=kind, held_out_since=since)
    assert split_notes(notes, every(notes), none(notes), alone(notes), config).n_folds == n_folds


def test_what_shares_source_or_text_with_a_measured_note_never_trains():
    notes = [note(source) for source in "abcda"]
    measured, clusters = np.array([True] + [False] * 4), np.array([0, 1, 0, 2, 3])
    assert never_trains(notes, measured, clusters).tolist() == [True, False, True, False, True]
    assert not never_trains(notes, none(notes), clusters).any()
