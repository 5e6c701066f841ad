"""`huoren model` as it is typed, with small artifacts and their own classifier."""

import argparse
import hashlib
import io
import json
import shutil
from functools import partial

import pytest
from rich.console import Console

from data.errors import ConfigError, DataError
from models.artifact import load_artifact
from training import model_compare, model_list, model_promote
from training.decisions import read_decisions
from training.model import ACTIONS, add_arguments

LOW = """
min_notes = 10
min_support = 3
[overall]
figures = ["commercial_auc", "diversion_f1"]
worst_difference = -0.02
probability = 0.95
[slices]
figures = ["diversion_f1"]
worst_difference = -0.05
probability = 0.95
[diversion_by_others]
figures = ["diversion_recall"]
worst_difference = -0.05
probability = 0.95
[floors]
diversion_auc = 0.5
[ceilings]
"""


@pytest.fixture
def gold_file(corpora):
    return corpora / "gold_train.jsonl"


@pytest.fixture
def guards(tmp_path):
    path = tmp_path / "low.toml"
    path.write_text(LOW, encoding="utf-8")
    return path


def huoren(*words):
    """Run `huoren model ...`; returns status, what went to standard output and to standard error."""
    parser = argparse.ArgumentParser(prog="huoren model")
    add_arguments(parser)
    args = parser.parse_args([str(word) for word in words])
    out, err = (Console(file=io.StringIO(), width=200) for _ in range(2))
    runs = {
        "compare": partial(model_compare.run, console=out, messages=err),
        "promote": partial(model_promote.run, console=out, messages=err),
        "list": partial(model_list.run, console=out),
    }
    return runs[args.action](args), out.file.getvalue(), err.file.getvalue()


def blind(artifact_of, version, **changes):
    """Make a model that labels no note a diversion."""
    return artifact_of(version, label_thresholds={"commercial": 0.5, "disclosed": 0.5, "diversion": 1.0}, **changes)


def test_a_model_compared_with_itself_does_not_differ(artifact_of, gold_file):
    folder = artifact_of("1.0")
    status, out, err = huoren("compare", folder, folder, gold_file, "--json")
    (block,) = json.loads(out)["sets"]
    assert (status, err, block["trained_on_by"]) == (0, "", [])
    assert {figure["difference"] for figure in block["overall"].values() if figure} == {0.0}
    assert (block["mcnemar"]["p_value"], block["changes"]["changed"]) == (1.0, 0)


def test_compare_tells_what_is_worse_and_which_labels_change(artifact_of, gold_file, tmp_path):
    status, out, _ = huoren(
        "compare", artifact_of("1.0"), blind(artifact_of, "1.1"), gold_file, "-o", tmp_path / "c.json"
    )
    report = json.loads((tmp_path / "c.json").read_text(encoding="utf-8"))
    assert status == 0
    assert report["command"] == "huoren model compare 1.0 1.1 gold_train.jsonl"
    assert [report[letter]["model_version"] for letter in "ab"] == ["1.0", "1.1"]
    (block,) = report["sets"]
    assert block["overall"]["diversion_f1"]["b"] < 0.1
    assert block["slices"]["source source-0"]["diversion_f1"]["difference"] < 0
    assert {change["old"] for change in block["changes"]["by_label"]} == {"diversion"}
    assert "B is worse in: diversion_f1" in out
    assert "McNemar's exact p = " in out


def test_compare_warns_where_a_model_saw_the_notes(artifact_of, gold_file):
    sha256 = hashlib.sha256(gold_file.read_bytes()).hexdigest()
    a, b = artifact_of("1.0"), artifact_of("1.1", trained_on=[sha256])
    status, out, err = huoren("compare", a, b, gold_file, "--json")
    assert (status, json.loads(out)["sets"][0]["trained_on_by"]) == (0, ["B"])
    assert err == "warning: B was trained on gold_train.jsonl: there the comparison flatters it.\n"


def test_compare_takes_the_notes_of_the_corpora_folder(artifact_of, corpora):
    folder = artifact_of("1.0")
    _, out, _ = huoren("compare", folder, folder, "--json", "--corpora", corpora)
    assert json.loads(out)["command"] == "huoren model compare 1.0 1.0 gold_dev.jsonl"


def test_without_files_and_corpora_it_says_what_is_missing(artifact_of):
    folder = artifact_of("1.0")
    with pytest.raises(ConfigError, match="HUOREN_CORPORA must name their folder"):
        huoren("compare", folder, folder)


def test_an_accepted_model_is_copied_and_crowned(artifact_of, gold_file, guards, tmp_path):
    registry = tmp_path / "registry"
    status, out, err = huoren("promote", blind(artifact_of, "1.0"), registry, gold_file, "--guards", guards)
    assert (status, err) == (0, "1.0 is champion, the first.\n")
    assert "diversion_auc, floor overall" in out
    status, _, err = huoren("promote", artifact_of("1.1"), registry, gold_file, "--guards", guards)
    assert (status, err) == (0, "1.1 is champion, in place of 1.0.\n")
    assert load_artifact(registry / "champion").manifest.model_version == "1.1"


def test_a_refused_model_is_not_copied_and_the_reason_is_written(artifact_of, gold_file, guards, tmp_path):
    registry = tmp_path / "registry"
    huoren("promote", artifact_of("1.0"), registry, gold_file, "--guards", guards)
    status, out, err = huoren("promote", blind(artifact_of, "1.1"), registry, gold_file, "--guards", guards, "--json")
    assert status == 1
    assert "refused: gold_train.jsonl, overall: diversion_f1 0.0" in err
    assert "gold_train.jsonl, source source-" in err
    assert err.endswith("1.1 does not become champion; 1.0 stays.\n")
    assert not (registry / "1.1").exists()
    assert load_artifact(registry / "champion").manifest.model_version == "1.0"
    first, last = read_decisions(registry / "decisions.jsonl")
    assert (first.accepted, last.accepted, last.champion) == (True, False, "1.0")
    assert json.loads(out)["reasons"] == list(last.reasons)


def test_a_dry_run_decides_and_writes_nothing(artifact_of, gold_file, guards, tmp_path):
    registry = tmp_path / "registry"
    status, _, err = huoren("promote", "--dry-run", artifact_of("1.0"), registry, gold_file, "--guards", guards)
    assert (status, err) == (0, "dry run, nothing written: 1.0 is champion, the first.\n")
    assert not registry.exists()


def test_a_killed_copy_leaves_the_champion_and_no_decision(artifact_of, gold_file, guards, tmp_path, monkeypatch):
    registry = tmp_path / "registry"
    huoren("promote", blind(artifact_of, "1.0"), registry, gold_file, "--guards", guards)

    def stop(source, target):
        raise KeyboardInterrupt

    candidate = artifact_of("1.1")
    monkeypatch.setattr(shutil, "copyfile", stop)
    with pytest.raises(KeyboardInterrupt):
        huoren("promote", candidate, registry, gold_file, "--guards", guards)
    assert load_artifact(registry / "champion").manifest.model_version == "1.0"
    assert [decision.candidate for decision in read_decisions(registry / "decisions.jsonl")] == ["1.0"]


def test_the_champion_itself_is_no_new_decision(artifact_of, gold_file, guards, tmp_path):
    registry, folder = tmp_path / "registry", artifact_of("1.0")
    huoren("promote", folder, registry, gold_file, "--guards", guards)
    status, _, err = huoren("promote", folder, registry, gold_file, "--guards", guards)
    assert (status, err) == (0, "1.0 is the champion already.\n")
    assert len(read_decisions(registry / "decisions.jsonl")) == 1


def test_a_slip_in_the_arguments_makes_no_registry(artifact_of, tmp_path):
    folder = artifact_of("1.0")
    with pytest.raises(DataError, match="Got a FileNotFoundError"):
        huoren("promote", folder, tmp_path / "registry", tmp_path / "gone.jsonl")
    assert not (tmp_path / "registry").exists()


def test_a_rollback_moves_the_link_back_and_is_listed(artifact_of, gold_file, guards, tmp_path):
    registry = tmp_path / "registry"
    for folder in (blind(artifact_of, "1.0"), artifact_of("1.1")):
        huoren("promote", folder, registry, gold_file, "--guards", guards)
    status, _, err = huoren("promote", "--rollback", "1.0", registry)
    assert (status, err) == (0, "1.0 is champion, in place of 1.1.\n")
    _, out, _ = huoren("list", registry, "--json")
    listing = json.loads(out)
    assert listing["champion"] == "1.0"
    assert [model["is_champion"] for model in listing["models"]] == [True, False]
    assert [model["last_decision"]["kind"] for model in listing["models"]] == ["rollback", "promote"]


def test_a_rollback_takes_no_candidate(artifact_of, tmp_path):
    registry = tmp_path / "registry"
    registry.mkdir()
    with pytest.raises(ConfigError, match="--rollback must stand with a registry alone"):
        huoren("promote", artifact_of("1.0"), registry, "--rollback", "1.0")


def test_the_list_shows_figures_the_champion_and_why_the_last_was_refused(artifact_of, gold_file, guards, tmp_path):
    registry = tmp_path / "registry"
    overall = {"questions": {"commercial": {"auc": {"value": 0.875}}}, "labels": {"macro_3": {"value": 0.625}}}
    measured = artifact_of("1.0", metrics={"sets": [{"name": "gold_dev.jsonl", "overall": overall}]})
    huoren("promote", measured, registry, gold_file, "--guards", guards)
    huoren("promote", blind(artifact_of, "1.1"), registry, gold_file, "--guards", guards)
    status, out, _ = huoren("list", registry)
    (row,) = [line for line in out.splitlines() if line.strip().startswith("1.0 *")]
    assert status == 0
    assert ".875" in row
    assert ".625" in row
    assert "accepted" in row
    assert "last decision: 1.1 refused" in out
    assert "overall: diversion_f1 0.0" in out
    assert "(the first of " in out


def test_a_version_that_cannot_be_read_does_not_hide_the_others(artifact_of, gold_file, guards, tmp_path):
    registry = tmp_path / "registry"
    huoren("promote", artifact_of("1.0"), registry, gold_file, "--guards", guards)
    (registry / "old").mkdir()
    (registry / "old" / "manifest.json").write_text('{"format": "older"}', encoding="utf-8")
    _, out, _ = huoren("list", registry, "--json")
    errors = {model["model_version"]: model.get("error", "") for model in json.loads(out)["models"]}
    assert errors["1.0"] == ""
    assert "'format' must be" in errors["old"]


def test_a_registry_that_is_not_there_cannot_be_listed(tmp_path):
    with pytest.raises(ConfigError, match="a registry must be a folder. Got none"):
        huoren("list", tmp_path / "registry")


@pytest.mark.parametrize("action", ACTIONS)
def test_every_help_ends_with_examples(action, capsys):
    with pytest.raises(SystemExit, match="0"):
        huoren(action, "--help")
    assert f"huoren model {action}" in capsys.readouterr().out.rpartition("example")[2]
