"""A short list holds the best, one of near copies, and few notes of one author."""

import numpy as np
import pytest

from training.selection_copies import N_HASHES, signature
from training.selection_shortlist import JudgedNote, Shortlist

NONE = np.zeros((0, N_HASHES), dtype=np.uint32)


@pytest.fixture
def offer(draw_note, verdict_of):
    def make(kept, score, note_id, author=None, labelled=NONE, **fields):
        note = draw_note(note_id, author, **fields)
        kept.offer(score, JudgedNote(note, verdict_of(note_id), labelled))
        return note

    return make


def ids(kept):
    return [candidate.note_id for candidate in kept.ranked()]


@pytest.mark.parametrize("scores", [(1, 2, 3, 4, 5), (5, 4, 3, 2, 1), (3, 5, 1, 4, 2)])
def test_the_highest_are_kept_in_whatever_order_they_come(offer, scores):
    kept = Shortlist(3, per_author=2)
    for score in scores:
        offer(kept, score, f"n{score}")
    assert ids(kept) == ["n5", "n4", "n3"]


@pytest.mark.parametrize("scores", [(1, 2), (2, 1)])
def test_of_near_copies_the_highest_is_kept(offer, scores):
    kept = Shortlist(3, per_author=2)
    for score in scores:
        offer(kept, score, f"n{score}", body="同一段文字发了两遍，换个号接着发")
    assert ids(kept) == ["n2"]


@pytest.mark.parametrize(("per_author", "expected"), [(1, ["n4", "b"]), (2, ["n4", "n3", "b"])])
def test_of_one_author_the_highest_are_kept(offer, per_author, expected):
    kept = Shortlist(9, per_author=per_author)
    offer(kept, 0, "b", author="other")
    for score in (3, 1, 4, 2):
        offer(kept, score, f"n{score}", author="same")
    assert ids(kept) == expected


def test_notes_of_unknown_authors_are_not_capped(offer):
    kept = Shortlist(9, per_author=1)
    for score in range(3):
        offer(kept, score, f"n{score}")
    assert len(ids(kept)) == 3


def test_a_note_that_comes_twice_stands_once(offer):
    kept = Shortlist(9, per_author=2)
    offer(kept, 1, "same")
    offer(kept, 2, "same")
    assert ids(kept) == ["same"]


def test_a_near_copy_of_a_labelled_note_is_left_out(offer, draw_note):
    labelled = signature(draw_note("old", body="这条已经标过了，内容是露营装备清单"))[None]
    kept = Shortlist(9, per_author=2)
    offer(kept, 1, "copy", body="这条已经标过了，内容是露营装备清单！", labelled=labelled)
    offer(kept, 1, "new", labelled=labelled)
    assert ids(kept) == ["new"]


def test_what_is_kept_holds_no_text(offer):
    kept = Shortlist(1, per_author=1)
    note = offer(kept, 1, "a")
    assert note.body not in repr(kept.ranked())
