"""Augmentation: copies are rewritten by trained kinds only, and keep answers and source."""

import pytest

from data.errors import ConfigError
from data.notes import Note
from training.augmentation import perturbed_copies
from training.gold import LabeledNote
from training.perturbations import HELD_OUT_KINDS

NOTES = [
    LabeledNote(
        note=Note(note_id=str(n), body="加vx咨询，看主页电话"),
        source="s",
        commercial="yes",
        diversion="yes",
        by="author",
    )
    for n in range(200)
]
PLAIN = LabeledNote(note=Note(note_id="p", body="周末爬山"), source="s", commercial="no", diversion="no")


def test_copies_keep_answers_and_source_and_change_text_and_id():
    copies = perturbed_copies(NOTES[:20], seed=0, share=1)
    assert copies
    for copy in copies:
        assert (copy.source, copy.commercial, copy.diversion, copy.by) == ("s", "yes", "yes", "author")
        assert copy.note.body != NOTES[0].note.body
        assert "~" in copy.note.note_id


def test_held_out_kinds_are_never_drawn():
    kinds = {copy.note.note_id.split("~")[1] for copy in perturbed_copies(NOTES, seed=1, share=2)}
    assert kinds
    assert not kinds & HELD_OUT_KINDS


def test_share_is_the_expected_number_of_copies():
    assert perturbed_copies(NOTES, seed=0, share=0) == []
    assert 60 <= len(perturbed_copies(NOTES, seed=0, share=0.5)) <= 140
    assert len(perturbed_copies(NOTES, seed=0, share=3)) == 600


def test_notes_without_decisive_words_give_no_copy():
    assert perturbed_copies([PLAIN] * 50, seed=0, share=2) == []


def test_the_same_seed_gives_the_same_copies():
    assert perturbed_copies(NOTES, seed=3, share=0.5) == perturbed_copies(NOTES, seed=3, share=0.5)
    assert perturbed_copies(NOTES, seed=3, share=0.5) != perturbed_copies(NOTES, seed=4, share=0.5)


def test_a_negative_share_is_refused():
    with pytest.raises(ConfigError, match=r"must not be negative\. Got -1 instead"):
        perturbed_copies(NOTES, seed=0, share=-1)
