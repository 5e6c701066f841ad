"""The verb from files to files: a scored archive, a model folder, an audit file."""

import argparse
import csv
import io
import json

import numpy as np
import pytest
from rich.console import Console

from data.errors import ConfigError, DataError, ModelError
from data.labels import LABELS
from models.prevalence import ValidationStatistics
from serving.report import add_arguments, run

N = 300


def draw(seed, n):
    rng = np.random.default_rng(seed)
    gold = rng.choice(4, n, p=[0.15, 0.15, 0.5, 0.2])
    posteriors = 0.75 * np.eye(4)[gold] + 0.25 * rng.dirichlet(np.ones(4), n)
    return gold, posteriors


def archive_line(note_id, proba, **changes):
    label = str(LABELS[int(proba.argmax())])
    row = {
        "schema_version": 1,
        "note_id": note_id,
        "feed_id": "<护肤>",
        "keyword": None,
        "author_id": "a",
        "published_at": "2025-03-11T16:00:00Z",
        "scored_at": "2025-06-01T00:00:00Z",
        "date_source": "given",
        "label": label,
        "author_label": label,
        "decision": "pass",
        "scores": dict(zip(LABELS, map(float, proba), strict=True)),
        "questions": {"commercial": 0.5, "disclosed": 0.5, "diversion": 0.5},
        "pa_organic": float(proba[2]),
        "model_version": "m1",
    }
    return json.dumps(row | changes) + "\n"


@pytest.fixture
def archive(tmp_path):
    path = tmp_path / "scored.jsonl"
    lines = [archive_line(f"n{i}", proba) for i, proba in enumerate(draw(1, N)[1])]
    path.write_text("".join(lines), encoding="utf-8")
    return path


@pytest.fixture
def model_folder(tmp_path):
    folder = tmp_path / "model"
    folder.mkdir()
    manifest = {"model_version": "m1", "training_data": [{"name": "a", "sha256": "0" * 64}]}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    gold, posteriors = draw(2, 2000)
    statistics = ValidationStatistics.from_predictions(gold, posteriors, [f"s{i % 9}" for i in range(2000)])
    statistics.save(folder / "validation.npz")
    return folder


def call(*arguments):
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    console = Console(file=io.StringIO(), width=160)
    code = run(parser.parse_args([str(argument) for argument in arguments]), console)
    return code, console.file.getvalue()


def test_table_shows_ratio_interval_status_and_what_they_are_of(archive, model_folder):
    code, out = call(archive, "--model", model_folder)
    assert code == 0
    for expected in ("<护肤>", "2025-03", "model_based", "estimand: count", "frame: surviving notes", "model: m1"):
        assert expected in out


def test_json_holds_the_rows(archive, model_folder):
    _, out = call(archive, "--model", model_folder, "--period", "day", "--json")
    row = json.loads(out)["rows"][0]
    assert (row["feed"], row["period"], row["n"]) == ("<护肤>", "2025-03-12", N)
    assert row["organic"]["share"] == pytest.approx(np.mean(draw(1, N)[0] == 2), abs=0.05)


def test_json_file_equals_what_is_printed(archive, model_folder, tmp_path):
    _, out = call(archive, "--model", model_folder, "--json", "-o", tmp_path / "report.json")
    assert (tmp_path / "report.json").read_text(encoding="utf-8") == out


def test_csv_has_a_cell_for_every_column(archive, model_folder, tmp_path):
    call(archive, "--model", model_folder, "-o", tmp_path / "report.csv")
    with (tmp_path / "report.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert None not in rows[0]
    assert None not in rows[0].values()
    assert float(rows[0]["organic_ci_low"]) < float(rows[0]["organic_share"]) < float(rows[0]["organic_ci_high"])
    assert rows[0]["model_versions"] == "m1"
    assert rows[0]["reasons"] == ""


def test_page_escapes_names(archive, model_folder, tmp_path):
    call(archive, "--model", model_folder, "-o", tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "&lt;护肤&gt;" in page
    assert "<护肤>" not in page


def test_audit_file_makes_the_row_audited(archive, model_folder, tmp_path):
    gold = draw(1, N)[0]
    lines = ["note_id,feed_id,period,stratum,inclusion_probability,label\n"]
    lines += [f"n{i},<护肤>,2025-03,all,0.2,{LABELS[gold[i]]}\n" for i in range(60)]
    (tmp_path / "audit.csv").write_text("".join(lines), encoding="utf-8")
    _, out = call(archive, "--model", model_folder, "--audit", tmp_path / "audit.csv", "--json")
    row = json.loads(out)["rows"][0]
    assert row["status"] == "audited"
    assert row["audit"]["labelled"] == 60


def test_a_feed_is_named_by_its_keyword_where_it_has_no_id(model_folder, tmp_path):
    path, probas = tmp_path / "scored.jsonl", draw(1, 2)[1]
    lines = [archive_line("a", probas[0], feed_id=None, keyword="防晒"), archive_line("b", probas[1], feed_id="")]
    path.write_text("".join(lines), encoding="utf-8")
    _, out = call(path, "--model", model_folder, "--json")
    assert [row["feed"] for row in json.loads(out)["rows"]] == ["default", "防晒", None]


def test_a_row_without_the_authors_share_is_refused(model_folder, tmp_path):
    path = tmp_path / "scored.jsonl"
    path.write_text(archive_line("a", draw(1, 1)[1][0], pa_organic=None), encoding="utf-8")
    with pytest.raises(DataError, match="scored.jsonl:1: 'pa_organic' must be given"):
        call(path, "--model", model_folder)


def test_quiet_prints_nothing(archive, model_folder):
    assert call(archive, "--model", model_folder, "--quiet") == (0, "")


def test_unknown_ending_is_refused_before_work(tmp_path):
    with pytest.raises(ConfigError, match=r"must end in .json, .csv or .html. Got '.xlsx' instead"):
        call(tmp_path / "none", "-o", tmp_path / "report.xlsx")


def test_a_folder_without_manifest_is_refused(archive, tmp_path):
    with pytest.raises(ModelError, match=r"a model folder must hold a readable manifest.json"):
        call(archive, "--model", tmp_path)


def test_reasons_that_differ_in_numbers_only_are_told_once(model_folder, tmp_path):
    path, probas = tmp_path / "scored.jsonl", draw(1, 30)[1]
    feeds = ["一"] * 12 + ["二"] * 18
    path.write_text("".join(archive_line(f"n{i}", probas[i], feed_id=feeds[i]) for i in range(30)), encoding="utf-8")
    _, out = call(path, "--model", model_folder)
    assert out.count("needs 50 effective notes") == 1
    assert "needs 50 effective notes, got 12 (6 rows, numbers differ)" in out


def test_notes_add_the_words_that_set_commercial_ones_apart(archive, model_folder, tmp_path):
    proba = draw(1, N)[1]
    notes = tmp_path / "notes.jsonl"
    texts = ["散步" if row.argmax() == 2 else "优惠" for row in proba]
    lines = [json.dumps({"note_id": f"n{i}", "body": texts[i], "author_id": f"a{i % 9}"}) + "\n" for i in range(N)]
    notes.write_text("".join(lines), encoding="utf-8")
    _, out = call(archive, "--model", model_folder, "--notes", notes, "--json")
    assert {term["word"]: term["z"] > 0 for term in json.loads(out)["terms"]} == {"优惠": True, "散步": False}
    assert json.loads(call(archive, "--model", model_folder, "--json")[1])["terms"] == []


def test_missing_notes_are_refused_before_work(tmp_path):
    with pytest.raises(ConfigError, match="the notes must exist. Got no such file"):
        call(tmp_path / "none", "--notes", tmp_path / "notes.jsonl")


def test_weight_and_level_are_told_and_unknown_impressions_give_no_number(archive, model_folder):
    _, out = call(archive, "--model", model_folder, "--weight", "exposure", "--level", "0.9", "--json")
    report = json.loads(out)
    assert (report["weight"], report["level"], report["rows"][0]["status"]) == ("exposure", 0.9, "insufficient")


def test_a_level_outside_nought_and_one_is_a_usage_error(archive, capsys):
    with pytest.raises(SystemExit):
        call(archive, "--level", "95")
    assert "must lie between 0 and 1" in capsys.readouterr().err


def test_csv_tells_the_whole_range_first(archive, model_folder, tmp_path):
    call(archive, "--model", model_folder, "-o", tmp_path / "report.csv")
    with (tmp_path / "report.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["feed"], row["period"]) for row in rows] == [("<护肤>", ""), ("<护肤>", "2025-03")]
    assert float(rows[1]["pacc_organic"]) == float(rows[1]["organic_share"])


def test_the_table_fits_a_terminal_of_80_columns(archive, model_folder):
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    console = Console(file=io.StringIO(), width=80)
    run(parser.parse_args([str(archive), "--model", str(model_folder)]), console)
    table = console.file.getvalue().split("estimand")[0]
    assert max(map(len, table.splitlines())) <= 80
    assert "…" not in table
