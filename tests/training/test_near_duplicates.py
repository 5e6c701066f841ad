"""Near-duplicates: copies with small changes find each other, notes that only share a phrase do not."""

import numpy as np
import pytest

from data.notes import Note
from training.near_duplicates import near_duplicate_clusters, note_text

WORDS = "春夏秋冬风雨山川河海花草鸟鱼米面茶酒衣帽鞋袜车船桥路灯书纸笔墨琴棋画舞歌"


def text_of(draw, length=120):
    return "".join(draw.choice(list(WORDS), size=length))


def similarity(a, b):
    one, other = ({text[at : at + 5] for at in range(len(text) - 4)} for text in (a, b))
    return len(one & other) / len(one | other)


def test_copies_with_a_small_change_are_one_cluster_and_others_none():
    draw = np.random.default_rng(0)
    texts = [text_of(draw) for _ in range(60)]
    copies = [text[:100] + "再看一眼" + text[100:] for text in texts[:30]]
    assert all(similarity(a, b) > 0.85 for a, b in zip(texts, copies, strict=False))
    clusters = near_duplicate_clusters(texts + copies)
    assert clusters[:30].tolist() == clusters[60:].tolist()
    assert len(set(clusters.tolist())) == 60


@pytest.mark.parametrize("threshold", [0.6, 0.8])
def test_the_threshold_is_the_jaccard_similarity_of_5_grams(threshold):
    draw = np.random.default_rng(1)
    for _ in range(40):
        text = text_of(draw, 100)
        other = text[: int(draw.integers(60, 100))] + text_of(draw, 10)
        together = len(set(near_duplicate_clusters([text, other], threshold=threshold).tolist())) == 1
        assert together == (similarity(text, other) >= threshold)


def test_spaces_case_width_and_punctuation_change_nothing():
    clusters = near_duplicate_clusters(["这家店的Latte很好喝！", "这家店 的ＬＡＴＴＥ，很好喝"])
    assert clusters[0] == clusters[1]


def test_empty_and_short_texts_are_alike_only_where_they_are_the_same():
    clusters = near_duplicate_clusters(["", "！！", "好", "好。", "好吃", ""])
    assert len(set(clusters.tolist())) == 5
    assert clusters[2] == clusters[3]


def test_near_duplicates_of_near_duplicates_join():
    draw = np.random.default_rng(2)
    first = text_of(draw, 100)
    chain = [first[shift:] + text_of(draw, shift) for shift in (0, 8, 16)]
    assert similarity(chain[0], chain[2]) < 0.8
    middle = chain[0][8:] + chain[1][-8:]
    clusters = near_duplicate_clusters([chain[0], middle, middle[8:] + text_of(draw, 8)])
    assert len(set(clusters.tolist())) == 1


def test_many_copies_of_one_text_are_one_cluster():
    draw = np.random.default_rng(3)
    text = text_of(draw, 200)
    copies = [f"{text}{number:04d}" for number in range(300)]
    assert len(set(near_duplicate_clusters(copies).tolist())) == 1


def test_no_text_gives_no_cluster():
    assert near_duplicate_clusters([]).tolist() == []


def test_title_and_body_are_compared():
    assert note_text(Note(note_id="a", title="标题", body="正文", tags=("标签",))) == "标题\n正文"
