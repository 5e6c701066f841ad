import argparse
import io
import json

import pytest
from rich.console import Console

from data.errors import DataError, ModelError
from training.card import add_arguments, run

MANIFEST = {
    "format": 1,
    "model_version": "v1",
    "created_at": "2026-11-22",
    "requires": "huoren>=0.1",
    "normaliser_version": 1,
    "training_data": [{"name": "corpus.jsonl", "rows": 3, "sha256": "a" * 64, "licence": "Apache-2.0"}],
}
METRICS = {
    "command": "huoren evaluate x.jsonl",
    "model_version": "v1",
    "ruleset_version": "r",
    "policy_version": "p",
    "bootstrap": {
        "draws": 10,
        "seed": 1,
        "level": 0.95,
        "resampled": "notes within their source",
        "at_0_and_1": "Wilson",
    },
    "sets": [],
}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "manifest.json").write_text(json.dumps(MANIFEST | {"metrics": METRICS}))
    return tmp_path


def _huoren_card(*words):
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    console = Console(file=io.StringIO(), width=40)
    status = run(parser.parse_args([str(word) for word in words]), console)
    return status, console.file.getvalue()


def test_the_card_is_printed_whole_whatever_the_width_of_the_terminal(folder):
    status, printed = _huoren_card("--model", folder)
    assert status == 0
    assert printed.startswith("# huoren model v1\n")
    assert f"`{'a' * 64}` |\n" in printed


def test_card_and_notice_are_written_where_they_are_wanted(folder):
    _, printed = _huoren_card("--model", folder, "-o", folder / "CARD.md", "--notice", folder / "NOTICE")
    assert printed == ""
    assert "huoren model v1" in (folder / "CARD.md").read_text(encoding="utf-8")
    assert "corpus.jsonl" in (folder / "NOTICE").read_text(encoding="utf-8")


def test_a_twin_is_set_beside(folder):
    with pytest.raises(ModelError, match="a twin must be measured on a set of the model's"):
        _huoren_card("--model", folder, "--twin", folder)


def test_given_metrics_go_before_those_of_the_manifest(folder):
    (folder / "metrics.json").write_text(json.dumps(METRICS | {"command": "huoren evaluate other.jsonl"}))
    _, printed = _huoren_card("--model", folder, "--metrics", folder / "metrics.json")
    assert "other.jsonl" in printed


def test_a_model_that_was_never_measured_has_no_card(folder):
    (folder / "manifest.json").write_text(json.dumps(MANIFEST))
    with pytest.raises(ModelError, match="a card must have figures"):
        _huoren_card("--model", folder)


def test_an_unreadable_manifest_is_named(tmp_path):
    with pytest.raises(ModelError, match=r"manifest\.json: must be a readable JSON file"):
        _huoren_card("--model", tmp_path)


def test_metrics_that_are_no_object_are_refused(folder):
    (folder / "metrics.json").write_text("[]")
    with pytest.raises(DataError, match="must hold one JSON object. Got list"):
        _huoren_card("--model", folder, "--metrics", folder / "metrics.json")
