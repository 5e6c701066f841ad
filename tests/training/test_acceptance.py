"""The acceptance rows run, tell right from wrong, and say what could not be run."""

import json

import numpy as np
import pytest

from data.errors import ConfigError, DataError
from data.labels import LABELS
from models.prevalence.classes import FOUR_CLASSES
from training.acceptance import __main__ as acceptance
from training.acceptance import parity
from training.acceptance.alarms import check_alarms
from training.acceptance.changes import AFTER, check_changes
from training.acceptance.check import Check, error_of_mean, within
from training.acceptance.clusters import check_clusters
from training.acceptance.differences import check_differences
from training.acceptance.exposure import check_exposure
from training.acceptance.feeds import SIZES, Task, measure
from training.acceptance.jobs import run_each
from training.acceptance.parity import check_parity
from training.acceptance.predictions import FILE, read_predictions
from training.acceptance.rows import FULL, SHORT, Result
from training.acceptance.series import STEP_WEEKS, WEEKS, draw_feeds
from training.acceptance.shares import check_audits, check_bias, check_coverage
from training.acceptance.shrinkage import check_shrinkage
from training.acceptance.sources import check_sources
from training.acceptance.speed import check_speed
from training.acceptance.summary import NAMES, summarise, table_of
from training.simulate import ORGANIC, draw_validation, names_of


@pytest.fixture(scope="module")
def worlds():
    """Give eight validation draws, four feeds each, in every world."""
    return {world: run_each(measure, [Task(world, draw, 4, 7) for draw in range(8)], 1) for world in ("S1", "S2", "S3")}


def passed(checks, what):
    return [check.passed for check in checks if what in check.what]


def figure(check):
    """Give the number that a check shows."""
    return float(check.ours.split()[0])


def made_up(weeks=24, n=400, **figures):
    """Give the columns of feeds with estimators as good or bad as said."""
    rng = np.random.default_rng(0)
    size = weeks * n
    columns = {"draw": np.arange(size) % 50, "week": np.repeat(np.arange(weeks), n), "n": np.full(size, 1000)}
    columns["n"] = np.resize(SIZES, size)
    for name in NAMES:
        bias, spread, coverage = figures.get(name, (0.0, 0.01, 0.955))
        columns[f"{name} error"] = bias + spread * rng.normal(size=size)
        columns[f"{name} covers"] = (rng.random(size) < coverage).astype(float)
    for label in LABELS:
        columns[f"pacc covers {label.value}"] = columns["pacc covers"]
    columns["fit_p"], columns["audit_p"] = rng.random(size), rng.random(size)
    return {name: values.astype(float) for name, values in columns.items()}


def test_every_week_has_feeds_of_every_size(worlds):
    for columns in worlds.values():
        assert set(np.unique(columns["n"])) == set(SIZES)
        assert len(columns["week"]) == 32 * 4


def test_the_count_is_off_where_pacc_and_emq_are_not(worlds):
    late = worlds["S1"]["week"] >= 18
    bias = {name: worlds["S1"][f"{name} error"][late].mean() for name in ("naive", "pacc", "emq")}
    assert bias["naive"] > 0.04
    assert abs(bias["pacc"]) < 0.015
    assert abs(bias["emq"]) < 0.015


def test_audits_hold_in_every_world_and_models_in_the_first_alone(worlds):
    for columns in worlds.values():
        assert summarise(columns, "stratified").coverage >= 0.89
        assert summarise(columns, "stratified").rmse < 0.8 * summarise(columns, "audit_only").rmse
    assert summarise(worlds["S1"], "pacc").coverage >= 0.85
    assert summarise(worlds["S2"], "pacc").coverage <= 0.6
    assert summarise(worlds["S3"], "pacc").coverage <= 0.7
    assert summarise(worlds["S3"], "pacc_sources").coverage >= 0.85


def test_alarms_fire_late_in_the_second_world_and_hardly_in_the_first(worlds):
    assert passed(check_alarms(worlds), "late S2, N >= 1,000: either alarm") == [True]
    first = worlds["S1"]["n"] >= 1000
    assert np.mean(worlds["S1"]["fit_p"][first] < 0.01) <= 0.05


def test_the_table_has_every_estimator_beside_the_published_one(worlds):
    table = table_of(worlds)
    assert [row["estimator"] for row in table][0] == "naive count"
    assert len(table) == len(NAMES)
    assert table[-1]["S2 published"] == "-0.5 / 2.83 / 94.3 %"


def test_good_estimators_pass_rows_one_to_four_and_bad_ones_fail_them():
    good = {name: made_up(naive=(0.06, 0.01, 0.4), audit_only=(0.0, 0.03, 0.955)) for name in ("S1", "S2", "S3")}
    good["S2"]["audit_p"][:] = 0.0
    assert all(check.passed for check in check_bias(good) + check_coverage(good) + check_audits(good))
    assert all(check.passed is not False for check in check_alarms(good))
    bad = {name: made_up(pacc=(0.02, 0.01, 0.8), stratified=(0.02, 0.03, 0.8)) for name in ("S1", "S2", "S3")}
    bad["S1"]["fit_p"][:] = 0.001
    assert passed(check_bias(bad), "naive") == [False]
    assert passed(check_bias(bad), "PACC") == [False]
    assert passed(check_bias(bad), "EMQ") == [True]
    assert not any(passed(check_coverage(bad), "PACC"))
    assert not any(check.passed for check in check_audits(bad))
    assert passed(check_alarms(bad), "either alarm") == [False, False]


def test_intervals_need_to_know_the_authors_of_many_notes():
    checks = {
        check.what.split("covers ")[1]: figure(check) for check in check_clusters(n_draws=8, n_feeds=5, seed=2, jobs=1)
    }
    assert checks["the realised share, authors known"] >= 90
    assert checks["the process share, authors known"] >= 85
    assert checks["the process share, authors unknown"] <= 85


def test_exposure_weighted_audits_are_unbiased():
    checks = check_exposure(n_feeds=24, seed=3, jobs=1)
    assert max(abs(figure(check)) for check in checks if "bias" in check.what) <= 1.5
    assert min(figure(check) for check in checks if "covers" in check.what) >= 80


def test_joint_differences_are_much_narrower():
    covers, narrower = check_differences(n_draws=10, n_feeds=6, seed=4, jobs=1)
    assert figure(covers) >= 85
    assert narrower.passed


def test_shrunk_shares_beat_emq_and_audits_alone():
    covers, error = check_shrinkage(n_draws=2, seed=5, jobs=1, n_feeds=60)
    assert figure(covers) >= 80
    assert error.passed


def test_steps_are_found_soon_and_few_are_false():
    checks = check_changes(n_feeds=200, n_rounds=1, seed=6)
    assert passed(checks, "N = 2,000 a week") == [True]
    assert figure(checks[0]) <= 10
    assert figure(checks[-1]) > 80


def test_weekly_series_step_where_they_say_and_vary_as_they_say():
    feeds = draw_feeds(400, 2000, np.random.default_rng(8), (0.05, 0.05))
    same = feeds.at == WEEKS
    assert np.mean(same) == 0.5
    assert set(feeds.at[~same]) <= set(STEP_WEEKS)
    noise = feeds.values[same] - feeds.values[same].mean(axis=1, keepdims=True)
    assert np.mean(noise**2) * WEEKS / (WEEKS - 1) == pytest.approx(feeds.variances[same].mean(), rel=0.05)
    after = [row[at:].mean() - row[:at].mean() for row, at in zip(feeds.values[~same], feeds.at[~same], strict=True)]
    assert np.mean(after) == pytest.approx(-0.05, abs=0.003)
    assert len(feeds.until(12 + AFTER)["0"].values) == 16


def test_speeds_are_measured_on_ten_thousand_notes():
    checks = check_speed(seed=9)
    assert [check.what.split(",")[0] for check in checks] == ["PACC", "EMQ + BCTS", "bootstrap"]
    assert all(check.ours.endswith(" ms") for check in checks)


def test_parity_is_not_run_without_the_library(monkeypatch):
    monkeypatch.setattr(parity, "LIBRARY", "no_such_library")
    (check,) = check_parity(n_feeds=1, seed=1)
    assert check.passed is None
    assert check.not_run == "no_such_library is not installed (development extra)"


def test_parity_holds_with_the_library():
    pytest.importorskip("quapy", exc_type=ImportError)
    assert [check.passed for check in check_parity(n_feeds=3, seed=1)] == [True, True]


def predictions(folder, *, style=0.0, n=1800):
    """Write the predictions of twelve sources of 150 notes, the last of 30."""
    gold, proba, source = draw_validation(n, np.random.default_rng(10), style=style, n_sources=12)
    keep = (source < 11) | (np.arange(n) < 360)
    lines = [",".join(["note_id", "source", *(f"pa_{name}" for name in FOUR_CLASSES), "author_label"])]
    for at in np.flatnonzero(keep):
        lines.append(",".join([f"n{at}", f"repository/{source[at]}", *map(str, proba[at]), *names_of(gold[[at]])]))
    lines.append("open,repository/0,0,0,1,0,")
    (folder / FILE).write_text("\n".join(lines), encoding="utf-8")
    return folder


def test_sources_are_numbered_and_covered_by_what_others_say(tmp_path):
    found = read_predictions(predictions(tmp_path, style=0.3))
    assert len(found.labels) == 11 * 150 + 30
    checks, table = check_sources(found, n_draws=10, seed=1)
    assert [check.passed for check in checks] == [True, None] * 3
    assert len(table) == 11
    assert table[0]["source"] == "source 1"
    assert not any("repository" in value for row in table for value in row.values())


def test_sources_of_another_kind_are_not_covered_by_the_model_and_are_by_audits(tmp_path):
    found = read_predictions(predictions(tmp_path))
    turned = found.proba.copy()
    turned[:, ORGANIC] *= np.where(np.char.endswith(found.sources, "/3"), 0.2, 1.0)
    turned /= turned.sum(axis=1, keepdims=True)
    checks, table = check_sources(type(found)(found.sources, found.labels, turned), n_draws=10, seed=1)
    assert [row["covers"] for row in table].count("no") >= 1
    assert passed(checks, "audited with 60") == [True]


def test_predictions_without_scores_of_the_author_are_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"must hold the predictions\.csv of `huoren fit --metrics`"):
        read_predictions(tmp_path)
    (tmp_path / FILE).write_text("note_id,source\n1,a\n", encoding="utf-8")
    with pytest.raises(DataError, match="Got none named 'author_label'"):
        read_predictions(tmp_path)
    predictions(tmp_path)
    text = (tmp_path / FILE).read_text(encoding="utf-8")
    (tmp_path / FILE).write_text(text.replace(",organic\n", ",real\n", 1), encoding="utf-8")
    with pytest.raises(DataError, match=r"predictions\.csv:\d+: 'author_label' must be a label"):
        read_predictions(tmp_path)


def test_the_error_of_a_mean_counts_groups_and_bars_count_what_is_shown():
    alike = np.repeat([0.0, 1.0, 0.0, 1.0], 25)
    assert error_of_mean(alike, np.repeat(np.arange(4), 25)) == pytest.approx(0.25 / np.sqrt(3) * 2, rel=0.01)
    assert error_of_mean(alike, np.arange(100)) == pytest.approx(0.05, rel=0.02)
    assert within(0.9299999, 0.93, 0.98)
    assert not within(0.981, 0.93, 0.98)


def test_a_run_prints_a_table_and_writes_json(tmp_path, capsys, monkeypatch):
    monkeypatch.delenv("HUOREN_CORPORA", raising=False)
    out = tmp_path / "acceptance.json"
    assert acceptance.main(["--rows", "6,11", "--short", "--jobs", "1", "--json", str(out)]) == 0
    told = json.loads(out.read_text(encoding="utf-8"))
    assert {check["row"] for check in told["checks"]} == {6, 11}
    assert told["checks"][-1]["not_run"].startswith("needs --predictions")
    printed = capsys.readouterr().out
    assert "not run: 11" in printed


def test_a_row_that_fails_exits_one_unless_the_run_is_short(tmp_path, capsys, monkeypatch):
    checks = [Check(9, "too slow", "<= 5 ms", "7.0 ms", passed=False), Check(9, "fast", "<= 5 ms", "1 ms", passed=True)]
    monkeypatch.setattr(acceptance, "run_rows", lambda plan, on_row: Result(checks, {}))
    assert acceptance.main(["--quiet"]) == 1
    assert "rows failed: 9; not run: none" in capsys.readouterr().out
    assert acceptance.main(["--quiet", "--short"]) == 0
    monkeypatch.undo()
    assert acceptance.main(["--quiet", "--rows", "11", "--predictions", str(tmp_path)]) == 1
    assert "must hold the predictions.csv" in capsys.readouterr().err


def test_unknown_rows_are_refused(capsys):
    with pytest.raises(SystemExit):
        acceptance.main(["--rows", "12"])
    assert "rows must lie in 1..11. Got 12 instead." in capsys.readouterr().err


def test_a_full_run_draws_as_many_feeds_as_the_rows_ask_for():
    assert FULL.draws >= 100
    assert FULL.draws * FULL.feeds_per_draw >= 2000
    assert FULL.series >= 2000
    assert FULL.shrinkage_feeds == 200
    assert SHORT.draws < FULL.draws
