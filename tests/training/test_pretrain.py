import argparse

import pytest

from data.errors import ConfigError
from training.gold import read_labeled
from training.pretrain import add_arguments, run, training_text
from training.space_file import read_space


def arguments(*words):
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return parser.parse_args([str(word) for word in words])


def test_a_space_is_learned_from_a_corpora_folder(tmp_path, corpora):
    assert run(arguments(tmp_path / "space.npz", "--corpora", corpora, "--workers", 1, "--quiet")) == 0
    assert read_space(tmp_path / "space.npz").directions.any()


def test_no_text_of_the_measured_notes_is_learned_from(corpora):
    learned = "\n".join(training_text(corpora))
    measured = read_labeled(corpora / "gold_dev.jsonl")
    assert measured
    assert not [item.note.note_id for item in measured if item.note.body in learned]


def test_without_corpora_nothing_is_learned(tmp_path):
    with pytest.raises(ConfigError, match="pretraining needs a corpora folder"):
        run(arguments(tmp_path / "space.npz", "--quiet"))


def test_a_file_that_stands_is_kept(tmp_path, corpora):
    (tmp_path / "space.npz").write_text("mine")
    with pytest.raises(ConfigError, match="must not exist yet"):
        run(arguments(tmp_path / "space.npz", "--corpora", corpora, "--quiet"))


def test_workers_must_be_a_number_of_threads(tmp_path, corpora):
    with pytest.raises(ConfigError, match="--workers must be 1 or more"):
        run(arguments(tmp_path / "space.npz", "--corpora", corpora, "--workers", 0, "--quiet"))
