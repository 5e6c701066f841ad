"""A replay tells what a new model or policy changes, by ids alone."""

import argparse
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from rich.console import Console

import serving.scoring
from data.errors import ConfigError, DataError
from data.labels import Label
from data.scored_writer import ScoredWriter
from serving.replay import add_arguments, run
from serving.scoring import ScoringJob, score_here


class Stricter:
    """Calls notes that the other classifier passes undisclosed advertisements, where they say so."""

    model_version, ruleset_version, policy_version = "fake-2", "rules-1", "strict@2"

    def __init__(self, other):
        self.other, self.batches = other, other.batches

    def judge_many(self, notes):
        self.batches.append("strict")
        return [self.change(note, each) for note, each in zip(notes, self.other.judge_many(notes), strict=True)]

    def change(self, note, judgement):
        changed = {"model_version": self.model_version, "policy_version": self.policy_version}
        if "广告" in note.body:
            changed |= {"label": Label.UNDISCLOSED_AD, "author_label": Label.UNDISCLOSED_AD, "decision": "review"}
        return msgspec.structs.replace(judgement, verdict=msgspec.structs.replace(judgement.verdict, **changed))


@pytest.fixture(autouse=True)
def models(classifier, monkeypatch):
    def load(model, policy):
        return Stricter(classifier) if model == Path("new") or policy == Path("new.toml") else classifier

    monkeypatch.setattr(serving.scoring, "load_classifier", load)


@pytest.fixture
def notes(tmp_path):
    bodies = {"n1": "加微信abc", "n2": "好看", "n3": "广告", "n4": "广告加微信"}
    path = tmp_path / "notes.jsonl"
    write(
        path, [{"note_id": name, "body": body, "feed_id": "a" if name < "n3" else "b"} for name, body in bodies.items()]
    )
    return path


def write(path, rows):
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def score(notes, out, *, at=1):
    from data.records import read_notes

    job = ScoringJob(model=None, policy=None, scored_at=datetime(2025, 1, at, tzinfo=UTC), hash_key=b"k")
    with ScoredWriter(out) as writer:
        for rows in score_here(job, job.load(), read_notes([notes])):
            for row in reversed(rows):
                writer.write(row)
    return out


def replay(*arguments):
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    out = io.StringIO()
    status = run(parser.parse_args([str(argument) for argument in arguments]), Console(file=out, width=100))
    assert status == 0
    return out.getvalue()


def told(*arguments):
    return json.loads(replay(*arguments, "--json"))


@pytest.mark.parametrize("ending", ["jsonl", "parquet"])
def test_changes_against_an_archive_are_counted_by_label_decision_and_feed(notes, tmp_path, ending):
    scored = score(notes, tmp_path / f"scored.{ending}")
    found = told(notes, "--model", "new", "--against", scored)
    assert (found["notes"], found["changed"], found["labels_changed"], found["decisions_changed"]) == (4, 2, 2, 2)
    assert found["labels"]["organic"] == {"disclosed_ad": 0, "diversion": 0, "organic": 1, "undisclosed_ad": 1}
    assert found["labels"]["diversion"]["undisclosed_ad"] == 1
    assert found["decisions"]["block"] == {"pass": 0, "review": 1, "block": 1}
    assert found["feeds"] == [
        {"feed": "a", "notes": 2, "labels_changed": 0, "decisions_changed": 0, "organic_before": 1, "organic_after": 1},
        {"feed": "b", "notes": 2, "labels_changed": 2, "decisions_changed": 2, "organic_before": 1, "organic_after": 0},
    ]
    assert found["before"] == {"model_versions": ["fake-1"], "policy_versions": ["default@1"]}
    assert found["after"] == {"model_versions": ["fake-2"], "policy_versions": ["strict@2"]}


def test_changes_against_another_model_are_the_same(notes, tmp_path):
    against_archive = told(notes, "--model", "new", "--against", score(notes, tmp_path / "scored.parquet"))
    assert told(notes, "--model", "new", "--against-model", "old") == against_archive


def test_a_policy_alone_is_replayed(notes):
    found = told(notes, "--policy", "new.toml", "--against-model", "old")
    assert (found["changed"], found["after"]["policy_versions"]) == (2, ["strict@2"])
    assert told(notes, "--against-model", "old", "--against-policy", "new.toml")["changed"] == 2


def test_the_file_names_what_changed_and_holds_no_text(notes, tmp_path):
    out = tmp_path / "changed.jsonl"
    replay(notes, "--model", "new", "--against-model", "old", "-o", out, "--quiet")
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert lines[1] == {
        "note_id": "n4",
        "feed": "b",
        "label_before": "diversion",
        "label_after": "undisclosed_ad",
        "author_label_before": "diversion",
        "author_label_after": "undisclosed_ad",
        "decision_before": "block",
        "decision_after": "review",
    }
    assert [line["note_id"] for line in lines] == ["n3", "n4"]
    assert "广告" not in out.read_text(encoding="utf-8")


def test_what_stands_on_one_side_only_is_told_and_in_no_matrix(notes, tmp_path):
    scored = score(notes, tmp_path / "scored.parquet")
    write(
        notes, [{"note_id": "n1", "body": "好看", "feed_id": "a"}, {"note_id": "n9", "body": "广告"}, {"body": "好看"}]
    )
    found = told(notes, "--model", "new", "--against", scored)
    assert (found["notes"], found["only_before"], found["only_after"], found["rejected"]) == (1, 3, 1, 1)
    assert sum(n for row in found["labels"].values() for n in row.values()) == 1


def test_of_a_note_that_was_scored_twice_the_latest_verdict_is_before(notes, tmp_path):
    folder = tmp_path / "scored"
    folder.mkdir()
    score(notes, folder / "part-0.parquet", at=2)
    write(notes, [{"note_id": "n1", "body": "好看", "feed_id": "a"}])
    score(notes, folder / "part-1.parquet", at=1)
    assert told(notes, "--against", folder)["labels"]["diversion"]["organic"] == 1


def test_two_models_read_the_notes_in_step(notes, classifier):
    write(notes, [{"note_id": f"n{at}", "body": "好看"} for at in range(600)])
    told(notes, "--model", "new", "--against-model", "old")
    assert classifier.batches == [256, "strict", 256] * 2 + [88, "strict", 88]


def test_the_table_tells_both_sides_and_the_number_of_changes(notes):
    shown = replay(notes, "--model", "new", "--against-model", "old")
    assert "before: model fake-1; policy default@1" in shown
    assert "2 of 4 verdicts changed" in shown


def test_nothing_is_left_of_a_file_when_a_replay_fails(notes, tmp_path):
    with pytest.raises(DataError, match="must exist"):
        replay(notes, "--against", tmp_path / "nothing.parquet", "-o", tmp_path / "changed.jsonl")
    assert [path.name for path in tmp_path.iterdir()] == ["notes.jsonl"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--against-model", "old", "-o", "changed.csv"], "must be written to a .jsonl file"),
        (["--against-model", "old", "-o", "{notes}"], "must not be written over an input"),
        (["--against", "scored.parquet", "--against-policy", "new.toml"], "must come with --against-model"),
    ],
)
def test_what_cannot_be_meant_is_refused(notes, arguments, message):
    with pytest.raises(ConfigError, match=message):
        replay(notes, *(argument.format(notes=notes) for argument in arguments))
