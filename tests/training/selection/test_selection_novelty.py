"""Novelty: words that no training note held are newer than words that many did; short notes do not say."""

import msgspec
import numpy as np
import pytest

from data.notes import Comment, Note
from models.linear import LinearModel
from training.selection_novelty import novelty_of


@pytest.fixture(scope="module")
def novelty(own_fit):
    fields = dict.fromkeys(LinearModel.__struct_fields__, np.zeros(0, np.float32))
    return novelty_of(LinearModel(**{**fields, "ngram_idf": own_fit.matrices.ngram_idf}))


def test_training_notes_are_less_novel_than_rare_characters(own_fit, novelty):
    known = [item.note for item in own_fit.notes if len(item.note.body) > 60][:50]
    draw = np.random.default_rng(5)
    strange = [
        msgspec.structs.replace(note, body="".join(chr(0x7A00 + code) for code in draw.integers(3000, size=80)))
        for note in known
    ]
    assert np.median(novelty(strange)) > np.quantile(novelty(known), 0.95)


def test_a_longer_note_is_not_more_novel_for_its_length(own_fit, novelty):
    bodies = [item.note.body for item in own_fit.notes if len(item.note.body) > 60][:40]
    alone = novelty([Note(note_id="a", body=body) for body in bodies])
    joined = novelty([Note(note_id="a", body="".join(bodies[k : k + 4])) for k in range(0, 40, 4)])
    assert np.mean(joined) == pytest.approx(np.mean(alone), abs=0.02)


def test_a_short_note_says_nothing(novelty):
    assert np.isnan(novelty([Note(note_id="a", body="好看")]))[0]


def test_what_others_comment_plays_no_part(own_fit, novelty):
    note = next(item.note for item in own_fit.notes if len(item.note.body) > 60)
    alone = msgspec.structs.replace(note, comments=())
    commented = msgspec.structs.replace(note, comments=(Comment(text="瓩瓪瓫瓬瓭瓮瓯" * 9),))
    assert novelty([alone])[0] == novelty([commented])[0]
