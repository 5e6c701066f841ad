import random

import numpy as np
from scipy import sparse

from data.notes import Note
from training.topic_space import topic_counts
from training.vector_space import learn_vector_space, ridge
from training.word_vectors import WordVectors


def test_ridge_finds_the_closed_form_solution():
    rng = np.random.default_rng(4)
    x, y = rng.normal(size=(60, 9)).astype(np.float32), rng.normal(size=(60, 2)).astype(np.float32)
    expected = np.linalg.solve(x.T @ x + 0.5 * np.eye(9), x.T @ y)
    found = ridge(sparse.csr_matrix(x), y, strength=0.5, steps=20)
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_ridge_tells_of_every_step():
    steps = []
    ridge(
        sparse.eye(3, format="csr"),
        np.ones((3, 1), dtype=np.float32),
        strength=1.0,
        steps=4,
        on_step=lambda: steps.append(1),
    )
    assert len(steps) == 4


def test_positions_follow_the_words_of_a_document_that_was_never_seen():
    draw = random.Random(2)
    kitchen, road = ["蒸鱼", "炖汤", "切菜", "锅铲"], ["骑车", "爬山", "露营", "帐篷"]
    documents = [
        Note(note_id="-", body="，".join(draw.choices(topic, k=6))) for topic in (kitchen, road) for _ in range(60)
    ]
    rows = {word: row for row, word in enumerate(kitchen + road)}
    vectors = np.repeat(np.array([[1.0, 0.0], [0.0, 1.0]], dtype=np.float32), 4, axis=0)
    space = learn_vector_space(documents, WordVectors(rows, vectors, np.ones(8, dtype=np.float32)))
    unseen = [Note(note_id="-", body="锅铲和炖汤"), Note(note_id="-", body="帐篷，骑车")]
    cooking, riding = space.positions(topic_counts(unseen))
    assert cooking[0] > cooking[1]
    assert riding[1] > riding[0]
