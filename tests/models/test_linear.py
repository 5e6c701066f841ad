"""The linear model: comments are pooled by their highest score, and the author's content is scored alone."""

import numpy as np
import pytest

from data.notes import Comment, Note
from models.artifact import load_artifact
from models.features import extract
from models.linear import pool_comments, score
from models.signals import scanner
from models.text_batch import TextBatch


@pytest.fixture(scope="module")
def model(small_model):
    return load_artifact(small_model).model


def logits(model, *notes):
    batch = TextBatch(notes)
    return score(model, batch, extract(batch, scanner().scan(batch), scanner().detectors))


def note(*comments, body="到手价29.9，链接在评论区"):
    return Note(note_id="a", title="手工皂上新", body=body, comments=comments)


OWN, OTHER, UNKNOWN = (Comment(text="加微信：qinghe_test88", is_author=who) for who in (True, False, None))


def test_pooling_keeps_the_highest_of_own_and_of_other_comments():
    scores = np.array([-1, 1, 2, -9, 90], dtype=np.float32)
    owners = np.array([0, 0, 0, 1, 2]), np.array([False, False, True, True, False])
    pooled = pool_comments(scores, *owners, n_notes=4)
    assert pooled.tolist() == [[1.5, 1.25], [0.0, 0.0], [0.0, 3.0], [0.0, 0.0]]


def test_without_comments_of_others_author_and_note_score_alike(model):
    found = logits(model, note(OWN), note())
    assert np.array_equal(found.notes, found.author)


def test_others_change_the_note_and_never_the_author(model):
    found = logits(model, note(OWN), note(OWN, OTHER, OTHER))
    assert found.author[0] == pytest.approx(found.author[1], abs=1e-5)
    assert abs(found.notes[0] - found.notes[1]).max() > 0.01


def test_an_unknown_writer_counts_as_another(model):
    found = logits(model, note(OTHER), note(UNKNOWN))
    assert np.array_equal(found.notes[0], found.notes[1])


def test_a_comment_scores_the_same_wherever_it_stands(model):
    found = logits(model, note(OWN, OTHER), note(UNKNOWN, body="周末爬山"))
    assert found.comments == pytest.approx(np.repeat(found.comments[0], 3), abs=1e-5)


def test_an_empty_batch_scores_nothing(model):
    found = logits(model)
    assert (found.notes.shape, found.author.shape, found.comments.shape) == ((0, 3), (0, 3), (0,))
