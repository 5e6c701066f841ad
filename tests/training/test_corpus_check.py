"""The check of our own corpus: every figure from a corpora folder, real notes and ours apart."""

import json

import msgspec
import pytest

from training import corpus_check
from training.config import FitConfig
from training.gold import GOLD_FILES, read_labeled
from training.recipe import default_recipe


@pytest.fixture
def quick(monkeypatch):
    """Few topics and no reference: quickly measured."""
    sets = ("gold", "chasm", "adspectorx", "own")  # answers that were read are of no invented corpora
    recipe: FitConfig = msgspec.structs.replace(default_recipe(), n_topics=4, sets=sets, comment_label_weight=0.0)
    monkeypatch.setattr(corpus_check, "default_recipe", lambda: recipe)
    monkeypatch.setattr(corpus_check, "real_references", lambda rows: {"half": [0.5], "source": []})


@pytest.fixture
def measured(corpora, tmp_path, quick, capsys):
    def measure(*words):
        path = tmp_path / "figures.json"
        assert corpus_check.main([str(corpora), "--quiet", "--json", str(path), *words]) == 0
        return json.loads(path.read_text(encoding="utf-8")), capsys.readouterr().out

    return measure


def test_the_released_model_is_not_judged_on_the_corpus_that_taught_it(measured):
    told, out = measured()
    assert [(each["set"], "recall" in each) for each in told["disclosed"]] == [
        ("gold_train.jsonl", True),
        ("gold_dev.jsonl", True),
        ("notes.jsonl", False),
    ]
    copied = sum(each["notes"] + each["left_out"] for each in told["disclosed"] if "recall" in each)
    assert len(told["near_duplicates"]["with_real"]) > 0.9 * copied
    assert "pass --folds" in out


def test_folds_judge_real_notes_and_ours_apart(measured, corpora):
    told, out = measured("--folds", "2")
    assert [(each["set"], each["judged"]) for each in told["disclosed"]] == [
        ("real notes", "out of fold"),
        ("notes.jsonl", "out of fold"),
    ]
    real, ours = told["disclosed"]
    gold = [row for name in GOLD_FILES for row in read_labeled(corpora / name)]
    assert real["notes"] + real["left_out"] == len(gold)
    assert ours["notes"] + ours["left_out"] == told["facts"]["notes"]
    assert ours["pairs"] > 0
    assert "hard pairs, both right" in out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--folds", "1"], "'--folds' must be at least 2. Got 1."),
        (["--corpus", "none.jsonl"], "must hold none.jsonl"),
    ],
)
def test_what_cannot_be_done_is_refused_on_one_line(corpora, capsys, words, message):
    assert corpus_check.main([str(corpora), *words]) == 1
    told = capsys.readouterr().err
    assert message in told
    assert told.count("\n") == 1


def test_a_folder_without_gold_is_refused(tmp_path, capsys):
    assert corpus_check.main([str(tmp_path)]) == 1
    assert "the corpora folder must hold gold_train.jsonl and gold_dev.jsonl" in capsys.readouterr().err
