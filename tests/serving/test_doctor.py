import argparse
import importlib.metadata
import json
import sys

import msgspec
import pytest

from data.errors import ModelError
from models.artifact import load_artifact
from models.classifier import Classifier
from models.policy import Phrases, default_policy
from serving.doctor import run
from serving.self_test import find_faults


@pytest.fixture
def args():
    return argparse.Namespace(model=None, policy=None, json=True, quiet=False)


def checks(capsys):
    answer = json.loads(capsys.readouterr().out)
    return answer["ok"], {check["name"]: check for check in answer["checks"]}


def test_all_is_well_with_a_classifier_that_finds_the_evidence(args, classifier, capsys):
    assert run(args, lambda: classifier) == 0
    ok, found = checks(capsys)
    assert ok
    assert (found["self-test"]["status"], found["policy"]["detail"]) == ("ok", "default@1")


def test_a_model_that_cannot_be_loaded_is_broken(args, capsys):
    def load():
        raise ModelError("m: hash of weights.safetensors must be as in manifest.json.")

    assert run(args, load) == 1
    ok, found = checks(capsys)
    assert not ok
    assert found["model"] == {
        "name": "model",
        "status": "broken",
        "detail": "m: hash of weights.safetensors must be as in manifest.json.",
    }


def test_a_package_the_classifier_needs_and_that_is_missing_is_broken(args, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "models.classifier", None)
    assert run(args) == 1
    assert checks(capsys)[1]["model"]["detail"] == "the classifier needs models.classifier, which is not installed."


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"evidence": ()}, "the WeChat id in the body must be found"),
        ({"scores": {"organic": 0.5}}, "the scores must sum to 1"),
        ({"note_id": "another"}, "must bear the note's id"),
    ],
)
def test_a_model_that_answers_wrongly_is_broken(args, classifier, capsys, change, words):
    classify = classifier.classify
    classifier.classify = lambda note: msgspec.structs.replace(classify(note), **change)
    assert run(args, lambda: classifier) == 1
    assert words in capsys.readouterr().out


def test_evidence_that_cuts_elsewhere_is_broken(args, classifier, capsys):
    classify = classifier.classify

    def shifted(note):
        verdict = classify(note)
        moved = tuple(msgspec.structs.replace(item, start=item.start - 1) for item in verdict.evidence)
        return msgspec.structs.replace(verdict, evidence=moved)

    classifier.classify = shifted
    assert run(args, lambda: classifier) == 1
    assert "must cut the original text" in capsys.readouterr().out


def test_a_policys_phrase_in_the_note_that_shares_is_no_fault(small_model):
    policy = msgspec.structs.replace(default_policy(), phrases=Phrases(allow=(), block=("饭团",)))
    assert find_faults(Classifier(load_artifact(small_model), policy)) == find_faults(Classifier.load(small_model))


def test_a_missing_requirement_is_broken_and_a_missing_extra_is_not(args, classifier, capsys, monkeypatch):
    versions = {"huoren": "0.1.0", "numpy": "2.0"}

    def version(name):
        if name not in versions:
            raise importlib.metadata.PackageNotFoundError(name)
        return versions[name]

    wanted = ["numpy>=2", "gone[fast]>=1; python_version >= '3'", "torch==2; extra == 'train'"]
    monkeypatch.setattr(importlib.metadata, "version", version)
    monkeypatch.setattr(importlib.metadata, "requires", lambda name: wanted)
    assert run(args, lambda: classifier) == 1
    _, found = checks(capsys)
    assert (found["numpy"]["status"], found["gone"]["status"], "torch" in found) == ("ok", "broken", False)


def test_quiet_prints_only_what_is_broken(args, classifier, capsys):
    args.json, args.quiet = False, True
    assert run(args, lambda: classifier) == 0
    assert capsys.readouterr().out == ""
