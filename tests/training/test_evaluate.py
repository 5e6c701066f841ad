import argparse
import hashlib
import io
import json
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest
from rich.console import Console

from data.errors import ConfigError, DataError, ModelError
from models.card_figures import render_figures
from training.evaluate import add_arguments, evaluate, run
from training.gold_sets import read_sets

QUESTIONS = ("commercial", "disclosed", "diversion")
LABEL_OF_WORD = {"分享": "organic", "直接拍": "undisclosed_ad", "加薇": "diversion"}


@dataclass
class WordClassifier:
    """Judges by one word of the body; has the methods that evaluation calls."""

    label_thresholds: dict

    def judge_many(self, notes):
        return [SimpleNamespace(verdict=self._verdict(note)) for note in notes]

    def _verdict(self, note):
        label = next(label for word, label in LABEL_OF_WORD.items() if word in note.body)
        yes = {"commercial": label == "undisclosed_ad", "disclosed": False, "diversion": label == "diversion"}
        return SimpleNamespace(
            label=label,
            scores={**dict.fromkeys(LABEL_OF_WORD.values(), 0.1), label: 0.8},
            decision="review" if label == "diversion" else "pass",
            questions={question: 0.8 if yes[question] else 0.2 for question in QUESTIONS},
            model_version="words-1",
            ruleset_version="rules-1",
            policy_version="default@1",
        )


CLASSIFIER = WordClassifier(dict.fromkeys(QUESTIONS, 0.5))


@pytest.fixture
def gold_file(tmp_path):
    """Twelve invented notes of two sources; the classifier is right on all."""
    answers = {"分享": ("no", "na", "no"), "直接拍": ("yes", "no", "no"), "加薇": ("no", "na", "yes")}
    rows = [
        {"note_id": f"n{number}", "source": "ab"[number % 2], "body": f"今天{word}", "comments": []}
        | dict(zip(QUESTIONS, answers[word], strict=True))
        for number, word in enumerate(list(answers) * 4)
    ]
    path = tmp_path / "gold_dev.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def covert_file(tmp_path):
    path = tmp_path / "chasm.jsonl"
    rows = [{"id": "1", "text": "直接拍", "label": 1}, {"id": "2", "text": "分享", "label": 0}] * 4
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def huoren_evaluate(monkeypatch):
    """Run the verb as typed, with the fake in place of the classifier; returns status and what was printed."""
    untrained = SimpleNamespace(training_data=())
    monkeypatch.setattr("training.evaluate.read_manifest", lambda folder: untrained)
    module = SimpleNamespace(Classifier=SimpleNamespace(load=lambda path, policy=None: CLASSIFIER))
    monkeypatch.setitem(__import__("sys").modules, "models.classifier", module)

    def call(*words):
        parser = argparse.ArgumentParser()
        add_arguments(parser)
        console = Console(file=io.StringIO(), width=220)
        status = run(parser.parse_args([str(word) for word in words]), console)
        return status, console.file.getvalue()

    return call


def test_each_file_is_its_own_set_with_its_hash(gold_file, covert_file):
    report = evaluate(CLASSIFIER, read_sets([gold_file, covert_file]), draws=20)
    assert [each["name"] for each in report["sets"]] == ["gold_dev.jsonl", "chasm.jsonl"]
    assert [each["overall"]["rows"] for each in report["sets"]] == [12, 8]
    assert len({each["sha256"] for each in report["sets"]}) == 2
    assert set(report["sets"][0]["by_source"]) == {"a", "b"}


def test_the_report_says_which_model_rules_and_policy_were_measured(gold_file):
    report = evaluate(CLASSIFIER, read_sets([gold_file]), draws=20)
    versions = (report["model_version"], report["ruleset_version"], report["policy_version"])
    assert versions == ("words-1", "rules-1", "default@1")


def test_a_baseline_is_cut_at_the_files_boundaries(gold_file, covert_file):
    sets = read_sets([gold_file, covert_file])
    commercial = np.array([row.commercial == "yes" for each in sets for row in each.rows], dtype=float)
    diversion = np.array([row.diversion == "yes" for each in sets for row in each.rows], dtype=float)
    baseline = SimpleNamespace(path=gold_file.parent / "b.npz")
    np.savez(baseline.path, p_commercial=commercial, p_diversion=diversion)
    from training.comparison import read_baseline

    report = evaluate(CLASSIFIER, sets, baseline=read_baseline(baseline.path, n_notes=20), draws=20)
    for each in report["sets"]:
        assert {block["baseline"] for block in each["against_baseline"].values()} == {1.0}


def test_a_model_without_a_threshold_is_refused(gold_file):
    with pytest.raises(ModelError, match="Got none for 'diversion'"):
        evaluate(WordClassifier({"commercial": 0.5, "disclosed": 0.5}), read_sets([gold_file]))


def test_json_is_strict_and_the_same_on_screen_and_in_the_file(huoren_evaluate, gold_file, tmp_path):
    status, printed = huoren_evaluate(gold_file, "--json", "-o", tmp_path / "m.json")
    assert status == 0
    assert printed == (tmp_path / "m.json").read_text(encoding="utf-8")
    assert "NaN" not in printed
    assert json.loads(printed)["sets"][0]["overall"]["labels"]["macro_3"]["value"] == 1.0


def test_details_stay_out_of_what_a_manifest_holds(gold_file):
    plain = evaluate(CLASSIFIER, read_sets([gold_file]), draws=20)
    detailed = evaluate(CLASSIFIER, read_sets([gold_file]), draws=20, details=True)
    assert set(plain["sets"][0]) == {"name", "sha256", "overall", "by_source", "by_comments"}
    assert {name: detailed["sets"][0][name] for name in plain["sets"][0]} == plain["sets"][0]
    assert render_figures(detailed, training_sha256=()) == render_figures(plain, training_sha256=())


def test_details_slice_by_year_length_and_who_diverts(gold_file):
    (block,) = evaluate(CLASSIFIER, read_sets([gold_file]), draws=20, details=True)["sets"]
    assert {name: each["rows"] for name, each in block["by_year"].items()} == {"undated": 12}
    assert [each and each["rows"] for each in block["by_length"].values()] == [12, None, None, None]
    found = {name: each["recall"] and each["recall"]["value"] for name, each in block["by_diverter"].items()}
    assert found == {"author": None, "other": None, "unknown": 1.0}


def test_details_measure_reliability_and_curves_of_measured_questions(gold_file):
    (block,) = evaluate(CLASSIFIER, read_sets([gold_file]), draws=20, details=True)["sets"]
    assert set(block["reliability"]) == set(block["precision_recall"]) == {"commercial", "diversion"}
    assert block["mistakes"] == []


def test_a_target_gives_each_question_an_operating_point(huoren_evaluate, gold_file):
    _, printed = huoren_evaluate(gold_file, "--json", "--precision", "0.5", "--prevalence", "0.3")
    report = json.loads(printed)
    points = report["sets"][0]["operating_points"]
    assert {name: point["threshold"] for name, point in points.items()} == {"commercial": 0.8, "diversion": 0.8}
    assert (report["target"]["precision"], report["target"]["prevalence"]) == (0.5, 0.3)
    assert report["command"] == "huoren evaluate gold_dev.jsonl --precision 0.5 --prevalence 0.3"


def test_tables_say_why_no_threshold_reaches_the_precision(huoren_evaluate, gold_file):
    _, printed = huoren_evaluate(gold_file, "--precision", "0.99", "--prevalence", "0.01")
    assert "no threshold reaches 0.99" in printed


@pytest.mark.parametrize("in_training", [True, False])
def test_a_set_that_the_model_was_trained_on_is_marked(huoren_evaluate, gold_file, tmp_path, monkeypatch, in_training):
    sha256 = hashlib.sha256(gold_file.read_bytes()).hexdigest() if in_training else "0" * 64
    manifest = SimpleNamespace(training_data=[SimpleNamespace(sha256=sha256)])
    monkeypatch.setattr("training.evaluate.read_manifest", lambda folder: manifest)
    _, printed = huoren_evaluate(gold_file, "-o", tmp_path / "out")
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert ("trained on this very file" in printed) == ("trained on this very file" in page) == in_training


def test_a_precision_without_a_prevalence_is_refused(huoren_evaluate, gold_file):
    with pytest.raises(ConfigError, match="Got no --prevalence"):
        huoren_evaluate(gold_file, "--precision", "0.9")


def test_tables_show_counts_intervals_and_what_is_not_established(huoren_evaluate, gold_file, covert_file):
    _, printed = huoren_evaluate(gold_file, covert_file)
    for shown in (
        "gold_dev.jsonl: 12 notes",
        "4 / 12",
        "1.000 (.510–1.000)",
        "not established (< 50)",
        "未声明广告",
        "0.3%",
    ):
        assert shown in printed
    assert "covert advertisements" in printed


def test_quiet_prints_nothing(huoren_evaluate, gold_file):
    assert huoren_evaluate(gold_file, "--quiet", "--json") == (0, "")


def test_the_default_file_comes_from_the_corpora_folder(huoren_evaluate, gold_file):
    _, printed = huoren_evaluate("--json", "--corpora", gold_file.parent)
    report = json.loads(printed)
    assert report["sets"][0]["name"] == "gold_dev.jsonl"
    assert report["command"] == "huoren evaluate gold_dev.jsonl"


def test_without_files_and_folder_it_says_what_is_missing(huoren_evaluate):
    with pytest.raises(ConfigError, match="HUOREN_CORPORA must name their folder"):
        huoren_evaluate()


def test_the_command_names_files_but_no_folder_of_this_machine(huoren_evaluate, gold_file, tmp_path):
    _, printed = huoren_evaluate(gold_file, "--json", "--model", tmp_path / "my model")
    assert json.loads(printed)["command"] == "huoren evaluate gold_dev.jsonl --model 'my model'"


@pytest.mark.parametrize(
    ("write", "message"),
    [
        (lambda path: path.write_text(""), r"f\.jsonl: a labelled file must hold at least one note"),
        (lambda path: path.write_bytes(b"\xff\xfe"), "must be readable UTF-8. Got a UnicodeDecodeError"),
        (lambda path: None, "Got a FileNotFoundError"),
    ],
    ids=["empty", "not UTF-8", "missing"],
)
def test_an_unusable_file_is_named(tmp_path, write, message):
    write(tmp_path / "f.jsonl")
    with pytest.raises(DataError, match=message):
        read_sets([tmp_path / "f.jsonl"])


def test_two_files_of_one_name_are_refused(gold_file):
    with pytest.raises(DataError, match=r"Got a second 'gold_dev\.jsonl'"):
        read_sets([gold_file, gold_file])
