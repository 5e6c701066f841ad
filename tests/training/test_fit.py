"""`huoren fit`: from our own corpus alone, and from a corpora folder, to a model that scores and reports."""

import argparse
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

import training.fit
import training.fit_notes
from data.errors import ConfigError, DataError, ModelError
from data.labels import QUESTIONS
from data.notes import Note
from models.artifact import load_artifact
from models.classifier import Classifier
from models.ngrams import N_BUCKETS
from models.policy import default_policy
from models.prevalence import Validation
from models.trained_notes import TrainedNotes
from serving.cli import main
from training.corpora import own_corpus
from training.evaluate import evaluate
from training.gold import read_labeled
from training.gold_sets import read_sets
from training.recipe import read_recipe, shipped_text
from training.space_file import write_space
from training.topic_space import TopicSpace

ROOT = Path(__file__).parents[2]
PLAIN = "strength = 0.01\nngram_scale = 0\ntopic_scale = 0\nsource_scale = 0\ndetectors = []\ncomment_scores = true\n"
# Two folds, few topics, plain questions: quickly fitted. Answers that were read are of no invented corpora.
SETS = 'sets = ["gold", "chasm", "adspectorx", "own"]\ncomment_label_weight = 0\n'
QUICK = SETS + "n_topics = 4\nn_folds = 2\n" + "".join(f"[{question}]\n{PLAIN}" for question in QUESTIONS)


def arguments(output, *words, **options):
    parser = argparse.ArgumentParser()
    training.fit.add_arguments(parser)
    args = parser.parse_args([str(output), "--version", "t-1", "--quiet", *map(str, words)])
    return argparse.Namespace(**vars(args) | options)


@pytest.fixture(scope="session")
def quick(tmp_path_factory):
    path = tmp_path_factory.mktemp("recipe") / "quick.toml"
    path.write_text(QUICK, encoding="utf-8")
    return path


@pytest.fixture
def no_fit(monkeypatch):
    """Let nothing be learned: what is refused must be refused before minutes of fitting."""

    def learn(*_, **__):
        raise AssertionError("the fit began")

    for name in ("input_of_own", "input_of_corpora", "fit_notes"):
        monkeypatch.setattr(training.fit, name, learn)


def test_a_fit_without_corpora_writes_a_model_without_validation(small_model):
    artifact = load_artifact(small_model)
    files = {"manifest.json", "policy.toml", "weights.safetensors", "trained_notes.npy"}
    assert {path.name for path in small_model.iterdir()} == files
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
    monkeypatch.setattr(training.fit, "fit_notes", lambda *_: learned)
    assert main(["fit", str(tmp_path / "mine"), "--version", "mine-1"]) == 0
    assert "trained on data/corpus alone" in " ".join(capsys.readouterr().err.split())
    assert Classifier.load(tmp_path / "mine").classify(Note(note_id="a")).model_version == "mine-1"


def test_the_default_recipe_is_printed_without_a_folder_to_write(capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["fit", "--print-recipe"])
    assert capsys.readouterr().out == shipped_text()


def test_a_broken_recipe_is_refused_before_the_fit(tmp_path, no_fit):
    (tmp_path / "my.toml").write_text("n_topic = 4\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"my\.toml: unknown key 'n_topic'"):
        training.fit.run(arguments(tmp_path / "model", "--recipe", tmp_path / "my.toml"))


@pytest.mark.parametrize(("words", "seed"), [([], 3), (["--seed", "5"], 5), (["--seed", "0"], 0)])
def test_a_seed_goes_before_the_recipes(tmp_path, monkeypatch, words, seed):
    def remember(own, config, *_):
        raise ConfigError(f"seed {config.seed}")

    monkeypatch.setattr(training.fit, "input_of_own", remember)
    (tmp_path / "my.toml").write_text("seed = 3\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=f"^seed {seed}$"):
        training.fit.run(arguments(tmp_path / "model", "--recipe", tmp_path / "my.toml", *words))


def test_a_seed_below_zero_is_refused(tmp_path, no_fit):
    with pytest.raises(ConfigError, match=r"--seed must be a whole number from 0 up"):
        training.fit.run(arguments(tmp_path / "model", seed=-1))


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
    def tell(folder, *_, **__):
        raise ConfigError(str(folder))

    monkeypatch.setattr(training.fit, "input_of_corpora", tell)
    monkeypatch.setenv("HUOREN_CORPORA", "my-corpora")
    assert main(["fit", str(tmp_path / "model"), "--quiet"]) == 1
    assert capsys.readouterr().err == "huoren: error: my-corpora\n"


@pytest.fixture(scope="module")
def of_corpora(corpora, quick, tmp_path_factory):
    """Fit on the corpora folder in small, and write metrics beside."""
    folder = tmp_path_factory.mktemp("fitted")
    words = ("--recipe", quick, "--corpora", corpora, "--metrics", folder.parent / "figures")
    training.fit.run(arguments(folder, *words), Console(quiet=True))
    return folder


def test_a_fit_on_corpora_writes_validation_card_and_notice(of_corpora, corpora):
    artifact = load_artifact(of_corpora)
    assert {"validation.npz", "CARD.md", "NOTICE"} <= artifact.manifest.files.keys()
    validation = Validation.load(of_corpora / "validation.npz")
    statistics = validation.author
    assert set(statistics.sources) == {f"source-{number}" for number in range(6)}
    gold = [item for name in ("gold_train.jsonl", "gold_dev.jsonl") for item in read_labeled(corpora / name)]
    assert statistics.counts.sum() == sum(item.label is not None for item in gold)
    assert validation.commercial.counts.tolist() == [sum(item.commercial == y for item in gold) for y in ("yes", "no")]
    assert validation.scaling.temperature > 0
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


def test_its_manifest_and_metrics_tell_its_recipe(of_corpora, quick):
    metrics = load_artifact(of_corpora).manifest.metrics
    assert metrics["recipe"]["n_topics"] == 4
    assert read_recipe(of_corpora.parent / "figures" / "recipe.toml") == read_recipe(quick)


def test_its_predictions_out_of_fold_are_of_every_gold_note(of_corpora, corpora):
    text = (of_corpora.parent / "figures" / "predictions.csv").read_text(encoding="utf-8")
    gold = [item for name in ("gold_train.jsonl", "gold_dev.jsonl") for item in read_labeled(corpora / name)]
    assert text.count("\n") == len(gold) + 1


class Taught(Exception):
    """What the last fit was to learn from is known: learn nothing."""


@pytest.fixture
def taught(monkeypatch):
    """Judge nothing, and remember the notes that the last fit would learn from."""
    remembered = []

    def remember(matrices, notes, rows, config):
        remembered.extend(notes[row] for row in np.flatnonzero(rows).tolist())
        raise Taught

    monkeypatch.setattr(training.fit_notes, "fit_model", remember)
    monkeypatch.setattr(training.fit_notes, "cross_fit", lambda *_, **__: None)
    monkeypatch.setattr(training.fit_notes, "_calibrated", lambda *_: None)
    return remembered


def test_dev_teaches_no_weights(corpora, quick, taught, tmp_path):
    with pytest.raises(Taught):
        training.fit.run(arguments(tmp_path / "model", "--corpora", corpora, "--recipe", quick))
    assert {item.source for item in taught} == {
        *(f"source-{number}" for number in range(5)),
        "chasm",
        "adspectorx",
        "huoren-corpus",
    }


def write_rows(path, rows):
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def test_own_notes_teach_but_none_that_dev_measures_or_the_corpora_hold(corpora, quick, taught, tmp_path):
    train, dev = (read_labeled(corpora / name)[0].note for name in ("gold_train.jsonl", "gold_dev.jsonl"))
    answers = {"commercial": "no", "diversion": "no"}
    rows = [
        {"note_id": "mine", "body": "今天去爬山，山上风很大", **answers},
        {"note_id": "copy", "title": dev.title, "body": dev.body, **answers},
        {"note_id": "sister", "body": "周末在家做了顿饭", "source": "source-5", **answers},
        {"note_id": train.note_id, "body": "另一篇", **answers},
    ]
    write_rows(tmp_path / "my.jsonl", rows)
    words = ("--corpora", corpora, "--recipe", quick, "--data", tmp_path / "my.jsonl")
    with pytest.raises(Taught):
        training.fit.run(arguments(tmp_path / "model", *words))
    assert {item.note.note_id for item in taught} & {"mine", "copy", "sister"} == {"mine"}
    assert [item.source for item in taught if item.note.note_id == train.note_id] != ["my"]


@pytest.fixture(scope="module")
def own_rows():
    """Give labelled notes of three sources, with every answer in each."""
    answers = [
        {"label": "organic"},
        {"label": "diversion"},
        {"label": "undisclosed_ad"},
        {"label": "disclosed_ad"},
    ]
    words = ["今天去爬山", "想要的加薇信 qinghe_88", "到手价29.9直接拍", "本篇含广告，感谢品牌寄样"]
    return [
        {"note_id": f"m{at}", "body": f"{words[at % 4]}，记于{at}", "source": f"feed-{at // 4 % 3}", **answers[at % 4]}
        for at in range(48)
    ]


def test_own_notes_without_corpora_calibrate_and_validate(own_rows, quick, tmp_path):
    rows = [*own_rows, *({**row, "note_id": f"{row['note_id']}-x", "chosen_by": "model"} for row in own_rows[:8])]
    write_rows(tmp_path / "my.jsonl", rows)
    words = ("--recipe", quick, "--data", tmp_path / "my.jsonl", "--work", tmp_path / "work")
    training.fit.run(arguments(tmp_path / "model", *words))
    artifact = load_artifact(tmp_path / "model")
    statistics = Validation.load(tmp_path / "model" / "validation.npz").author
    assert statistics.sources == ("feed-0", "feed-1", "feed-2")
    assert statistics.counts.sum() == 48  # none that a model chose
    assert [(each.name, each.rows, each.licence) for each in artifact.manifest.training_data][-1] == (
        "my.jsonl",
        56,
        "own",
    )
    trained = TrainedNotes.load(tmp_path / "model" / "trained_notes.npy")  # an audit of any of them is refused
    assert trained.count(row["note_id"] for row in rows) == 56
    assert trained.count(["another"]) == 0
    assert (tmp_path / "work" / "metrics" / "cross_validation.csv").is_file()
    told = artifact.manifest.metrics["cross_validation"]["held_out"]
    assert told == "groups of sources of own labelled notes"


def test_a_precision_out_of_reach_is_refused_before_the_last_fit(own_rows, tmp_path, monkeypatch):
    def learn(*_):
        raise AssertionError("the last fit began")

    monkeypatch.setattr(training.fit_notes, "fit_model", learn)
    write_rows(tmp_path / "my.jsonl", own_rows)
    out_of_reach = '[thresholds]\nrule = "precision"\nprecision = 0.99\nprevalence = 0.001\n'
    (tmp_path / "my.toml").write_text(QUICK + out_of_reach, encoding="utf-8")
    args = arguments(tmp_path / "model", "--recipe", tmp_path / "my.toml", "--data", tmp_path / "my.jsonl")
    with pytest.raises(DataError, match="'commercial' must reach the stated precision"):
        training.fit.run(args)


def test_own_notes_that_taught_nothing_are_counted(own_rows, quick, tmp_path, capsys):
    known = {"note_id": own_corpus()[0].note.note_id, "body": "另一篇", "label": "organic"}
    write_rows(tmp_path / "my.jsonl", [known, own_rows[0]])
    training.fit.run(arguments(tmp_path / "m", "--recipe", quick, "--data", tmp_path / "my.jsonl", quiet=False))
    assert "1 notes of --data taught nothing" in " ".join(capsys.readouterr().err.split())


def test_own_notes_of_one_source_train_uncalibrated_and_it_is_told(own_rows, quick, tmp_path, capsys):
    write_rows(tmp_path / "my.jsonl", [row for row in own_rows if row["source"] == "feed-0"])
    words = ("--recipe", quick, "--data", tmp_path / "my.jsonl")
    training.fit.run(arguments(tmp_path / "model", *words, quiet=False))
    told = " ".join(capsys.readouterr().err.split())
    assert "no validation statistics. cross-fitting needs gold notes of at least two sources. Got 1." in told
    assert not (tmp_path / "model" / "validation.npz").exists()


@pytest.fixture(scope="module")
def clean(corpora, tmp_path_factory):
    """Fit the clean twin, in small, where no file of another set can be read."""
    folder = tmp_path_factory.mktemp("clean")
    for name in ("gold_dev.jsonl", "chasm_train.jsonl", "chasm_dev.jsonl", "zhihu_advertorials.jsonl.gz"):
        (folder / "corpora").mkdir(exist_ok=True)
        shutil.copy(corpora / name, folder / "corpora")
    text = (ROOT / "training" / "clean.toml").read_text(encoding="utf-8")
    keys = text.partition("[diversion]")[0]
    (folder / "clean.toml").write_text(keys + QUICK.removeprefix(SETS), encoding="utf-8")
    words = ("--recipe", folder / "clean.toml", "--corpora", folder / "corpora")
    training.fit.run(arguments(folder / "model", *words), Console(quiet=True))
    return folder / "model"


def test_the_clean_twin_learns_from_our_own_and_mit_sets_alone(clean):
    described = load_artifact(clean).manifest.training_data
    assert {each.name: each.licence for each in described} == {
        "chasm_train.jsonl": "MIT",
        "chasm_dev.jsonl": "MIT",
        "zhihu_advertorials.jsonl.gz": "MIT",
        "data/corpus/notes.jsonl": "Apache-2.0",
        "data/corpus/in_site_comments.txt": "Apache-2.0",
    }
    for name in ("NOTICE", "CARD.md"):
        assert "for those who may not use weights" in (clean / name).read_text(encoding="utf-8")


def test_dev_judges_the_clean_twin_and_no_more(clean):
    metrics = load_artifact(clean).manifest.metrics
    statistics = Validation.load(clean / "validation.npz").author
    assert set(statistics.sources) == {"chasm", "huoren-corpus"}
    assert metrics["cross_validation"]["held_out"].startswith("groups of authors of data/corpus (a topic or pair")
    assert [each["name"] for each in metrics["sets"]] == ["gold_dev.jsonl"]


def test_a_card_shows_the_twin_beside(of_corpora, clean, corpora, quick, tmp_path):
    words = ("--recipe", quick, "--corpora", corpora, "--twin", clean)
    training.fit.run(arguments(tmp_path / "model", *words), Console(quiet=True))
    assert "## Beside its twin" in (tmp_path / "model" / "CARD.md").read_text(encoding="utf-8")
    assert "## Beside its twin" not in (of_corpora / "CARD.md").read_text(encoding="utf-8")


def test_a_twin_without_corpora_is_refused(small_model, tmp_path, no_fit):
    with pytest.raises(ConfigError, match="--twin must come with a corpora folder"):
        training.fit.run(arguments(tmp_path / "model", "--twin", small_model, corpora=None))


FIT = "import sys; from serving.cli import main; sys.exit(main(['fit', *sys.argv[1:]]))"
KILLED_ONCE_A_FOLD_IS_KEPT = f"""
import os, signal
from training import checkpoint
def replace(name, path, replace=os.replace):
    replace(name, path)
    if path.name == "fold-0.npz":
        os.kill(os.getpid(), signal.SIGKILL)
checkpoint.os.replace = replace
{FIT}
"""


def fit_in_a_process(code, *words):
    environ = {name: value for name, value in os.environ.items() if not name.startswith("HUOREN_")}
    return subprocess.run([sys.executable, "-c", code, *map(str, words)], cwd=ROOT, env=environ, check=False).returncode


def test_a_killed_fit_goes_on_to_the_same_model(of_corpora, corpora, quick, tmp_path):
    work, out = tmp_path / "work", tmp_path / "model"
    words = (out, "--version", "t-1", "--quiet", "--recipe", quick, "--corpora", corpora, "--work", work)
    assert fit_in_a_process(KILLED_ONCE_A_FOLD_IS_KEPT, *words) == -signal.SIGKILL
    assert not (out / "manifest.json").exists()
    kept = {path.name: path.stat().st_mtime_ns for path in work.glob("*.npz")}
    assert kept.keys() >= {"topic-space.npz", "comment-scorer.npz", "near-duplicates.npz", "design.npz", "fold-0.npz"}
    assert fit_in_a_process(FIT, *words) == 0
    assert {name: (work / name).stat().st_mtime_ns for name in kept} == kept
    for name in ("weights.safetensors", "validation.npz", "policy.toml"):
        assert (out / name).read_bytes() == (of_corpora / name).read_bytes()


FOLDS = {"fold-0", "fold-1", "fold-2"}


@pytest.fixture(scope="module")
def work(of_corpora, corpora, quick, tmp_path_factory):
    """Give the work folder of a fit that was stopped before its end."""
    folder = tmp_path_factory.mktemp("stopped") / "work"
    assert computed(folder, corpora, quick) == {"topic-space", "comment-scorer", "near-duplicates", "design", *FOLDS}
    return folder


def computed(work, corpora, recipe):
    """Fit up to the last weights; tell the stages that were not kept."""
    before = {path.stem: path.stat().st_mtime_ns for path in work.glob("*.npz")}

    def stop(*_):
        raise Taught

    args = arguments(work.parent / "out", "--corpora", corpora, "--recipe", recipe, "--work", work)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training.fit_notes, "fit_model", stop)
        with pytest.raises(Taught):
            training.fit.run(args)
    return {path.stem for path in work.glob("*.npz") if before.get(path.stem) != path.stat().st_mtime_ns}


@pytest.mark.parametrize(
    ("old", "new", "again"),
    [
        ("", "", set()),
        ("n_topics = 4", "n_topics = 5", {"topic-space", *FOLDS}),
        ("n_topics", "comment_strength = 0.5\nn_topics", {"comment-scorer", *FOLDS}),
        ("n_topics", "near_duplicate = 0.7999\nn_topics", {"near-duplicates"}),
        ("[commercial]", '[thresholds]\nrule = "precision"\nprecision = 0.5\nprevalence = 0.5\n[commercial]', set()),
        ("[diversion]\nstrength = 0.01", "[diversion]\nstrength = 0.02", FOLDS),
    ],
)
def test_a_changed_recipe_computes_again_what_depends_on_it(work, corpora, tmp_path, old, new, again):
    shutil.copytree(work, tmp_path / "work")
    (tmp_path / "my.toml").write_text(QUICK.replace(old, new, 1), encoding="utf-8")
    assert computed(tmp_path / "work", corpora, tmp_path / "my.toml") == again


def test_a_space_of_word_vectors_takes_the_place_of_topics(corpora, of_corpora, tmp_path):
    rng = np.random.default_rng(8)
    space = tmp_path / "space.npz"
    idf = np.ones(N_BUCKETS, dtype=np.float32)
    write_space(space, TopicSpace(idf, rng.normal(size=(N_BUCKETS, 2)).astype(np.float32)))
    recipe = tmp_path / "with-space.toml"
    recipe.write_text(QUICK.replace("topic_scale = 0", "topic_scale = 1", 1), encoding="utf-8")
    words = ("--recipe", recipe, "--corpora", corpora, "--space", space)
    training.fit.run(arguments(tmp_path / "model", *words), Console(quiet=True))
    fitted = load_artifact(tmp_path / "model")
    assert fitted.manifest.metrics["space_sha256"] == hashlib.sha256(space.read_bytes()).hexdigest()
    assert "space_sha256" not in load_artifact(of_corpora).manifest.metrics
    np.testing.assert_array_equal(fitted.model.topic_idf, idf)
    assert fitted.model.topic_weights.any()


def test_a_space_without_corpora_is_refused(tmp_path, no_fit):
    with pytest.raises(ConfigError, match="--space must come with a corpora folder"):
        training.fit.run(arguments(tmp_path / "model", "--space", tmp_path / "space.npz", corpora=None))


def test_a_space_of_other_text_is_refused_where_none_may_teach(corpora, tmp_path):
    (tmp_path / "my.toml").write_text(f"other_text = false\n{QUICK}", encoding="utf-8")
    words = ("--recipe", tmp_path / "my.toml", "--corpora", corpora, "--space", tmp_path / "space.npz")
    with pytest.raises(ConfigError, match="--space must not come with other_text = false"):
        training.fit.run(arguments(tmp_path / "model", *words))
