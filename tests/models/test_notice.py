"""NOTICE: each training file is told for what it is."""

import pytest

from models.notice import origin_of


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("pretraining/cold_social.jsonl.gz", "COLD, Chinese social-media posts"),
        ("pretraining/consumer_reviews.jsonl.gz", "Chinese consumer reviews"),
        ("pretraining/fewclue_pretrain.jsonl.gz", "FewCLUE texts"),
        ("pretraining/taobao_reviews.jsonl.gz", "Taobao reviews"),
        ("pretraining/weibo_posts.jsonl.gz", "Weibo posts"),
        ("pretraining/weibo_rumor_reposts_pretrain.jsonl.gz", "Weibo rumour reposts"),
    ],
)
def test_a_file_that_the_topic_space_is_learned_from_is_told_as_unlabelled(name, words):
    assert origin_of(name) == f"{words}: unlabelled text, used to learn which n-grams share contexts"


def test_what_we_wrote_is_told_as_ours():
    assert origin_of("data/labels/notes.jsonl").startswith("answers of a language model")
    for name in ("data/corpus/notes.jsonl", "data/corpus/in_site_comments.txt"):
        assert origin_of(name).endswith("written for this project (data/corpus)")


def test_an_unknown_file_has_no_origin():
    assert origin_of("elsewhere.jsonl") is None
