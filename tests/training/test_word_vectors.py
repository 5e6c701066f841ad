import random

import numpy as np
import pytest

from training.word_vectors import WordVectors, learn_word_vectors

KITCHEN, ROAD = [
    [f"{first}{second}" for first in letters for second in "aeiouklmn"] for letters in ("bcdfghj", "pqrstvw")
]


@pytest.fixture(scope="module")
def sentences() -> list[str]:
    draw = random.Random(5)
    return [" ".join(draw.choices(words, k=12)) + "，" for words in (KITCHEN, ROAD) for _ in range(600)]


@pytest.fixture(scope="module")
def learned(sentences: list[str]) -> WordVectors:
    return learn_word_vectors(sentences, seed=3, workers=1, n_epochs=30)


def test_words_that_share_contexts_lie_closer_than_words_that_do_not(learned):
    kitchen, road = ([learned.vectors[learned.rows[word]] for word in words] for words in (KITCHEN, ROAD))
    within = np.mean(np.array(kitchen[:30]) @ np.array(kitchen[30:]).T)
    across = np.mean(np.array(kitchen) @ np.array(road).T)
    assert within > across + 0.1


def test_one_worker_gives_the_same_vectors_twice(sentences, learned):
    again = learn_word_vectors(sentences, seed=3, workers=1, n_epochs=30)
    assert again.rows == learned.rows
    np.testing.assert_array_equal(again.vectors, learned.vectors)


def test_a_common_word_counts_less_in_a_mean_than_a_rare_one(learned):
    assert learned.weights[learned.rows["，"]] < learned.weights[learned.rows["ba"]]


def test_a_mean_is_weighed_by_word():
    vectors = np.array([[1.0, 0.0], [0.0, 1.0]], dtype=np.float32)
    words = WordVectors({"骑车": 0, "爬山": 1}, vectors, np.array([3.0, 1.0], dtype=np.float32))
    np.testing.assert_allclose(words.means(["骑车 爬山"]), [[0.75, 0.25]])


def test_a_text_without_known_words_lies_at_the_origin():
    words = WordVectors({"骑车": 0}, np.ones((1, 2), dtype=np.float32), np.ones(1, dtype=np.float32))
    np.testing.assert_array_equal(words.means(["锅铲", ""]), np.zeros((2, 2)))
