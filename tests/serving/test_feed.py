"""The verb from files to what it prints: a scored archive, a model folder."""

import argparse
import io
import json

import numpy as np
import pytest
from rich.console import Console

from data.errors import ConfigError, DataError
from data.labels import LABELS
from models.prevalence import TemperatureScaling, Validation, ValidationStatistics
from serving import feed, feed_compare, feed_drift, feed_history

N = 150
MIX = np.array([0.15, 0.15, 0.5, 0.2])


def proba_of(rng, gold):
    return 0.75 * np.eye(4)[gold] + 0.25 * rng.dirichlet(np.ones(4), len(gold))


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Two feeds over six months; "b" turns commercial in April."""
    folder, rng = tmp_path_factory.mktemp("feed"), np.random.default_rng(1)
    lines = []
    for name in ("a", "b"):
        for month in range(1, 7):
            mix = [0.1, 0.1, 0.2, 0.6] if name == "b" and month >= 4 else MIX
            for i, proba in enumerate(proba_of(rng, rng.choice(4, N, p=mix))):
                label = str(LABELS[int(proba.argmax())])
                row = {
                    "note_id": f"{name}{month}-{i}",
                    "feed_id": name,
                    "author_id": f"{name}{i % 90}",
                    "published_at": f"2025-{month:02d}-15T00:00:00Z",
                    "scored_at": "2025-09-01T00:00:00Z",
                    "date_source": "given",
                    "label": label,
                    "author_label": label,
                    "decision": "pass",
                    "scores": dict(zip(LABELS, map(float, proba), strict=True)),
                    "questions": {"commercial": 0.5, "disclosed": 0.5, "diversion": 0.5},
                    "pa_organic": float(proba[2]),
                    "model_version": "m1",
                }
                lines.append(json.dumps(row) + "\n")
    (folder / "scored.jsonl").write_text("".join(lines), encoding="utf-8")
    gold = rng.choice(4, 2000, p=MIX)
    sources = [f"s{i % 9}" for i in range(2000)]
    proba = proba_of(rng, gold)
    author = ValidationStatistics.from_predictions(gold, proba, sources)
    Validation(author, scaling=TemperatureScaling.fit(proba, gold)).save(folder / "validation.npz")
    (folder / "manifest.json").write_text('{"model_version": "m1", "training_data": []}', encoding="utf-8")
    return folder


def call(module, files, *arguments):
    parser = argparse.ArgumentParser()
    module.add_arguments(parser)
    console = Console(file=io.StringIO(), width=80)
    given = [str(files / "scored.jsonl"), *map(str, arguments), "--model", str(files)]
    assert module.run(parser.parse_args(given), console) == 0
    return console.file.getvalue()


def test_compare_tells_two_feeds_apart_in_a_month(files):
    told = json.loads(call(feed_compare, files, "a", "b", "--period", "2025-05", "--json"))
    assert (told["before"]["feed"], told["after"]["feed"], told["after"]["n"]) == ("a", "b", N)
    assert told["change"]["difference"] == pytest.approx(
        told["after"]["organic"]["share"] - told["before"]["organic"]["share"]
    )
    assert told["change"]["ci_high"] < 0


def test_compare_tells_a_feed_from_itself_in_another_month(files):
    told = json.loads(call(feed_compare, files, "b", "--periods", "2025-03", "2025-04", "--json"))
    assert (told["before"]["period"], told["after"]["period"]) == ("2025-03", "2025-04")
    assert told["change"]["ci_low"] < -0.3 < told["change"]["ci_high"] < 0
    steady = json.loads(call(feed_compare, files, "a", "--periods", "2025-03", "2025-04", "--json"))["change"]
    assert steady["ci_low"] < 0 < steady["ci_high"]


def test_compare_prints_both_shares_and_whether_chance_explains_it(files):
    out = call(feed_compare, files, "b", "--periods", "2025-03", "2025-04")
    assert "b, 2025-03: organic" in out
    assert "model_based, 150 notes" in out
    assert "more than chance" in out


def test_compare_without_a_period_is_of_the_whole_range(files):
    told = json.loads(call(feed_compare, files, "a", "b", "--json"))
    assert (told["before"]["period"], told["before"]["n"]) == (None, 6 * N)
    assert json.loads(call(feed_compare, files, "a", "b", "--period", "all", "--json")) == told


def test_compare_says_why_there_is_no_difference(files):
    out = call(feed_compare, files, "a", "b", "--weight", "likes")
    assert "difference: none. a share is not known" in out
    assert "needs likes of every note: 900 of 900 have none" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["a", "a"], "two feeds must differ to be compared"),
        (["a", "--periods", "2025-03", "2025-03"], "two periods must differ to be compared. Got 2025-03 twice"),
        (["a"], "two feeds compare, or one with --periods. Got 1 feeds"),
        (["a", "b", "--periods", "2025-03", "2025-04"], "--periods compares one feed with itself. Got 2 feeds"),
        (["a", "--periods", "2025-03", "2025-W11"], "must be of one kind, such as months. Got a month and a week"),
        (["a", "b", "--period", "March"], "named like 2025-03-12, 2025-W11 or 2025-03. Got 5 other characters"),
    ],
)
def test_compare_refuses_what_it_cannot_place(files, arguments, message):
    with pytest.raises(ConfigError, match=message):
        call(feed_compare, files, *arguments)


def test_compare_refuses_a_feed_or_month_that_the_archive_does_not_hold(files):
    with pytest.raises(DataError, match="one of the archive's: a, b. Got 'c' instead"):
        call(feed_compare, files, "a", "c")
    with pytest.raises(DataError, match="must have notes in the period. Got none in 2024-01"):
        call(feed_compare, files, "a", "b", "--period", "2024-01")


def test_changes_lists_the_step_with_its_q_value(files):
    told = json.loads(call(feed_history, files, "--json"))
    steps = {(step["feed"], step["series"]): step for step in told["change_points"]}
    assert steps["b", "organic"]["period"] == "2025-04"
    assert steps["b", "organic"]["q_value"] < 0.01
    assert ("a", "organic") not in steps
    out = call(feed_history, files)
    assert "2025-04" in out
    assert max(map(len, out.splitlines())) <= 80


def test_drift_shows_the_checks_of_every_row(files):
    told = json.loads(call(feed_drift, files, "--json"))
    assert len(told["rows"]) == 3 + 3 * 6
    checks = told["rows"][0]["checks"]
    assert checks["pacc_organic"] == pytest.approx(checks["emq_organic"], abs=0.05)
    out = call(feed_drift, files)
    assert "alarms, model m1" in out
    assert "2025-04" in out


def test_every_action_has_its_help(capsys):
    parser = argparse.ArgumentParser()
    feed.add_arguments(parser)
    with pytest.raises(SystemExit):
        parser.parse_args(["compare", "--help"])
    assert "--periods P Q" in capsys.readouterr().out
