"""`huoren fit`: from our own corpus alone, and from a corpora folder, to a model that scores and reports."""

import argparse
import json
from functools import partial

import numpy as np
import pytest
from rich.console import Console

import training.fit
from data.errors import ConfigError, ModelError
from data.labels import QUESTIONS
from data.notes import Note
from models.artifact import load_artifact
from models.classifier import Classifier
from models.policy import default_policy
from models.prevalence import ValidationStatistics
from serving.cli import main
from training.config import FitConfig, QuestionRecipe
from training.evaluate import evaluate
from training.gold import read_labeled
from training.gold_sets import read_sets


def arguments(output, **options):
    return argparse.Namespace(
        **{"output": output, "version": "t-1", "corpora": None, "seed": 0, "force": False, "quiet": True} | options
    )


@pytest.fixture
def no_fit(monkeypatch):
    """Let nothing be learned: what is refused must be refused before minutes of fitting."""

    def learn(*_):
        raise AssertionError("the fit began")

    monkeypatch.setattr(training.fit, "fit_own", learn)
    monkeypatch.setattr(training.fit, "fit_corpora", learn)


def test_a_fit_without_corpora_writes_a_model_without_validation(small_model):
    artifact = load_artifact(small_model)
    assert {path.name for path in small_model.iterdir()} == {"manifest.json", "policy.toml", "weights.safetensors"}
    assert artifact.manifest.metrics == {}
    assert [each.name for each in artifact.manifest.training_data] == [
        "data/corpus/notes.jsonl",
        "data/corpus/in_site_comments.txt",
    ]
    assert artifact.manifest.label_thresholds == {question: 0.5 for question in QUESTIONS}


def test_its_report_is_insufficient(small_model, tmp_path, capsys):
    notes = [{"note_id": f"n{n}", "body": "周末爬山", "published_at": "2025-08-01", "feed_id": "f"} for n in range(3)]
    source = tmp_path / "notes.jsonl"
    source.write_text("".join(json.dumps(note) + "\n" for note in notes), encoding="utf-8")
    model, scored = str(small_model), str(tmp_path / "scored.parquet")
    assert main(["score", str(source), scored, "--model", model, "--quiet"]) == 0
    assert main(["report", scored, "--model", model, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert {row["status"] for row in report["rows"]} == {"insufficient"}
    assert report["model_version"] == "small-1"


def test_the_command_fits_without_corpora_and_says_so(tmp_path, monkeypatch, capsys, small_model):
    monkeypatch.delenv("HUOREN_CORPORA", raising=False)
    fitted = load_artifact(small_model)
    learned = training.fit.Fitted(
        fitted.model,
        fitted.calibration,
        fitted.manifest.label_thresholds,
        {"diversion": 0.5, "undisclosed_ad": 0.5},
        0.95,
        fitted.manifest.training_data,
        {},
        None,
    )
    monkeypatch.setattr(training.fit, "fit_own", lambda config: learned)
    assert main(["fit", str(tmp_path / "mine"), "--version", "mine-1"]) == 0
    assert "trained on data/corpus alone" in capsys.readouterr().err
    assert Classifier.load(tmp_path / "mine").classify(Note(note_id="a")).model_version == "mine-1"


def test_an_artifact_is_not_replaced_unasked(small_model, no_fit):
    with pytest.raises(ConfigError, match="must not hold an artifact yet, or pass --force"):
        training.fit.run(arguments(small_model))


def test_an_unusable_version_is_refused_before_the_fit(tmp_path, no_fit):
    with pytest.raises(ModelError, match="a model version must be letters"):
        training.fit.run(arguments(tmp_path / "model", version="my model"))


def test_a_folder_without_corpora_is_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"must hold gold_train\.jsonl"):
        training.fit.run(arguments(tmp_path / "model", corpora=tmp_path))


def test_the_command_fits_on_the_folder_of_the_corpora_variable(tmp_path, no_fit, monkeypatch, capsys):
    def tell(folder, *_):
        raise ConfigError(str(folder))

    monkeypatch.setattr(training.fit, "fit_corpora", tell)
    monkeypatch.setenv("HUOREN_CORPORA", "my-corpora")
    assert main(["fit", str(tmp_path / "model"), "--quiet"]) == 1
    assert capsys.readouterr().err == "huoren: error: my-corpora\n"


@pytest.fixture(scope="module")
def of_corpora(corpora, tmp_path_factory):
    """Fit on the corpora folder in small: two folds, few topics, a plain recipe that is quickly fitted."""
    folder = tmp_path_factory.mktemp("fitted")
    with pytest.MonkeyPatch.context() as patch:
        plain = {str(question): QuestionRecipe(strength=0.01) for question in QUESTIONS}
        patch.setattr(training.fit, "FitConfig", partial(FitConfig, n_topics=4, n_folds=2, **plain))
        training.fit.run(arguments(folder, corpora=corpora), Console(quiet=True))
    return folder


def test_a_fit_on_corpora_writes_validation_card_and_notice(of_corpora, corpora):
    artifact = load_artifact(of_corpora)
    assert {"validation.npz", "CARD.md", "NOTICE"} <= artifact.manifest.files.keys()
    statistics = ValidationStatistics.load(of_corpora / "validation.npz")
    assert set(statistics.sources) == {f"source-{number}" for number in range(6)}
    gold = [item for name in ("gold_train.jsonl", "gold_dev.jsonl") for item in read_labeled(corpora / name)]
    assert statistics.counts.sum() == sum(item.label is not None for item in gold)
    assert "t-1" in (of_corpora / "CARD.md").read_text(encoding="utf-8")


def test_its_policy_bears_the_models_version_and_fitted_thresholds(of_corpora):
    policy = load_artifact(of_corpora).policy
    assert policy.policy_version == "default@t-1"
    assert policy.diversion.review != default_policy().diversion.review
    assert policy.undisclosed_ad.review != default_policy().undisclosed_ad.review


def test_its_figures_are_those_of_the_model_that_it_wrote(of_corpora, corpora):
    metrics = load_artifact(of_corpora).manifest.metrics
    again = evaluate(Classifier.load(of_corpora), read_sets([corpora / "gold_dev.jsonl"]))
    assert metrics["sets"] == json.loads(json.dumps(again["sets"]))
    assert metrics["cross_validation"]["commercial"]["n"] > 200


def test_dev_teaches_no_weights(corpora, monkeypatch):
    taught = []

    def remember(matrices, notes, rows, config):
        taught.append({notes[row].source for row in np.flatnonzero(rows).tolist()})
        raise KeyboardInterrupt

    class Progress:
        add_task = update = staticmethod(lambda *_, **__: 0)

    monkeypatch.setattr(training.fit, "fit_model", remember)
    monkeypatch.setattr(training.fit, "cross_fit", lambda *_, **__: None)
    for name in (
        "calibrate",
        "explicit_floor",
        "choose_thresholds",
        "cross_validation_figures",
        "validation_statistics",
    ):
        monkeypatch.setattr(training.fit, name, lambda *_: None)
    with pytest.raises(KeyboardInterrupt):
        training.fit.fit_corpora(corpora, FitConfig(n_topics=4), Progress())
    assert taught == [
        {"source-0", "source-1", "source-2", "source-3", "source-4", "chasm", "adspectorx", "huoren-corpus"}
    ]
