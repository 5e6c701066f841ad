"""The topic space: words that share contexts lie close, and dev stays unseen."""

import numpy as np
import pytest

from data.notes import Note
from training.gold import GOLD_FILES, read_labeled
from training.topic_space import learn_topic_space, topic_counts, unlabelled_documents

CAMP, FACE = ("帐篷", "天幕", "营地", "睡袋"), ("口红", "粉底", "腮红", "眼影")


def document(*words):
    return Note(note_id="-", body="，".join(words))


@pytest.fixture(scope="module")
def space():
    draw = np.random.default_rng(0)
    documents = [document(*draw.choice(words, size=3, replace=False)) for words in (CAMP, FACE) for _ in range(60)]
    return learn_topic_space(documents, n_dimensions=4, seed=0)


def positions(space, *notes):
    found = space.positions(topic_counts(notes))
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def test_words_that_share_contexts_lie_close(space):
    tent, sleeping_bag, lipstick = positions(space, document("帐篷"), document("睡袋"), document("口红"))
    assert tent @ sleeping_bag > tent @ lipstick + 0.3


def test_unknown_words_lie_at_the_origin(space):
    assert not space.positions(topic_counts([document("量子力学"), Note(note_id="-")])).any()


def test_title_body_and_tags_are_read_alike(space):
    fields = [Note(note_id="-", title="帐篷"), Note(note_id="-", body="帐篷"), Note(note_id="-", tags=("帐篷",))]
    found = positions(space, *fields)
    assert found[0] == pytest.approx(found[1])
    assert found[0] == pytest.approx(found[2])


def test_batches_leave_no_seam():
    notes = [document("垫")] * 511 + [document("帐篷"), document("口红")]
    assert (topic_counts(notes)[511:] != topic_counts(notes[511:])).nnz == 0


def test_a_seed_learns_the_same_space(space):
    documents = [document(*CAMP[:2]), document(*FACE[:2])] * 10
    first, again = (learn_topic_space(documents, n_dimensions=1, seed=3) for _ in range(2))
    assert np.array_equal(first.directions, again.directions)


def test_documents_come_from_near_and_far_and_never_from_dev(corpora):
    bodies = {note.body for note in unlabelled_documents(corpora, seed=0)}
    assert {"第3次搭帐篷", "第3次回购，姐妹们冲", "长文第3条，今天也一样", "新闻第3条，今天也一样"} <= bodies
    train, dev = ({item.note.body for item in read_labeled(corpora / name)} for name in GOLD_FILES)
    assert train <= bodies
    assert not (dev - train) & bodies


def test_a_file_gives_no_more_than_asked(corpora):
    few, all_of_them = (unlabelled_documents(corpora, seed=0, per_file=n) for n in (3, 10_000))
    assert sum(note.body.startswith("新闻") for note in few) == 3
    assert sum(note.body.startswith("新闻") for note in all_of_them) == 20
