import argparse
import json

import pytest

from serving.classify import run


@pytest.fixture
def args(tmp_path):
    def make(source, **given):
        defaults = {"model": None, "policy": None, "json": False, "quiet": False}
        return argparse.Namespace(source=source, **(defaults | given))

    return make


def test_json_is_one_answer_object_a_line(args, classifier, capsys):
    assert run(args("想要的加微信abc", json=True), classifier) == 0
    (line,) = capsys.readouterr().out.splitlines()
    answer = json.loads(line)
    assert answer["label"] == "diversion"
    assert answer["evidence"][0]["text"] == "微信abc"
    assert answer["request_id"] is None


def test_quiet_prints_label_and_decision_only(args, classifier, capsys):
    run(args("樱花开了", quiet=True), classifier)
    assert capsys.readouterr().out == "text\torganic\tpass\n"


def test_a_bad_note_is_told_and_the_others_are_judged(args, classifier, capsys, tmp_path):
    path = tmp_path / "notes.jsonl"
    path.write_text('{"note_id": "a"}\n{"note_id": 1}\n{"note_id": "c"}\n', encoding="utf-8")
    assert run(args(str(path), quiet=True), classifier) == 1
    out, err = capsys.readouterr()
    assert [line.split("\t")[0] for line in out.splitlines()] == ["a", "c"]
    assert err.count("\n") == 1
    assert f"{path}:2: 'note_id'" in err


def test_the_verdict_is_drawn_by_default(args, classifier, capsys):
    run(args("想要的加微信abc"), classifier)
    assert "站外导流 diversion  decision block" in capsys.readouterr().out
