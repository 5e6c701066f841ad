"""Training sets: every file of a fit is named with rows, hash and licence."""

import hashlib
from importlib import resources

import msgspec
import pytest

from data.errors import ConfigError
from training.corpora import in_site_comments
from training.recipe import default_recipe
from training.training_sets import own_training_sets, training_sets


def test_every_file_is_described(corpora):
    described = {each.name: each for each in training_sets(corpora, default_recipe())}
    spam = described["diversion/contact_spam.jsonl.gz"]
    content = (corpora / "diversion" / "contact_spam.jsonl.gz").read_bytes()
    assert (spam.rows, spam.sha256) == (40, hashlib.sha256(content).hexdigest())
    assert described["pretraining/news.jsonl.gz"].rows == 20
    for own in own_training_sets():
        assert described[own.name] == own
    assert all(each.licence for each in described.values())


def test_what_we_wrote_is_described_comments_included():
    described = {each.name: each for each in own_training_sets()}
    assert set(described) == {"data/corpus/notes.jsonl", "data/corpus/in_site_comments.txt"}
    content = resources.files("data").joinpath("corpus/in_site_comments.txt").read_bytes()
    comments = described["data/corpus/in_site_comments.txt"]
    assert (comments.rows, comments.sha256) == (len(in_site_comments()), hashlib.sha256(content).hexdigest())
    assert {each.licence for each in described.values()} == {"Apache-2.0"}


def test_what_a_fit_is_measured_on_is_no_training_set(corpora):
    assert "gold_dev.jsonl" not in {each.name for each in training_sets(corpora, default_recipe())}


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"must hold gold_train\.jsonl"):
        training_sets(tmp_path, default_recipe())


def test_answers_that_were_read_are_described_where_they_teach(corpora):
    config = default_recipe()
    assert {"data/labels/notes.jsonl", "data/labels/comments.jsonl"} <= names(corpora, config)
    without = msgspec.structs.replace(config, sets=("gold",), comment_label_weight=0.0)
    assert not {name for name in names(corpora, without) if name.startswith("data/labels")}


def test_zhihu_labels_are_told_unused_where_they_are(corpora):
    config = default_recipe()
    licences = {
        each.licence
        for sets in (config.sets, (*config.sets, "zhihu"))
        for each in training_sets(corpora, msgspec.structs.replace(config, sets=sets))
        if each.name == "zhihu_advertorials.jsonl.gz"
    }
    assert licences == {"MIT (text only, labels unused)", "MIT"}


def test_without_other_text_the_files_of_the_sets_alone_are_described(corpora):
    changed = {"other_text": False, "comment_label_weight": 0.0, "sets": ("own", "chasm")}
    assert names(corpora, msgspec.structs.replace(default_recipe(), **changed)) == {
        "chasm_train.jsonl",
        "chasm_dev.jsonl",
        "data/corpus/notes.jsonl",
        "data/corpus/in_site_comments.txt",
    }


def names(corpora, config):
    return {each.name for each in training_sets(corpora, config)}
