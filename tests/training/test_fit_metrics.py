"""The metrics folder: figures by fold and source, reliability and predictions, none with a note's text."""

import csv
import json

import numpy as np
import pytest

from data.labels import LABELS
from data.notes import Note
from models.linear import Logits
from training.crossfit import CrossFit, calibrate, explicit_floor, validate
from training.cv_figures import cross_validation_figures
from training.fit_metrics import write_metrics
from training.fitted import Fitted
from training.gold import LabeledNote
from training.recipe import default_recipe, read_recipe

THRESHOLDS = {"commercial": 0.5, "disclosed": 0.5, "diversion": 0.5}
TEXT = "只有笔记里才有的话"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    draw = np.random.default_rng(0)
    yes = draw.random((120, 3)) < 0.5
    words = np.where(yes, "yes", "no").tolist()
    notes = [
        LabeledNote(note=Note(note_id=f"n{at}", body=TEXT), source=f"s{at % 3}", commercial=a, disclosed=b, diversion=c)
        for at, (a, b, c) in enumerate(words)
    ]
    table = draw.normal(np.where(yes, 1.0, -1.0), 1.0).astype(np.float32)
    none = np.zeros(120, dtype=np.bool_)
    logits = Logits(table, table, np.zeros(0, dtype=np.float32))
    crossed = CrossFit(notes, logits, none, none, folds=np.arange(120) % 2, measured=none)
    calibration, floor = calibrate(crossed), explicit_floor(crossed)
    fitted = Fitted(
        model=None,
        calibration=calibration,
        thresholds=THRESHOLDS,
        review={},
        floor=floor,
        training_data=(),
        figures=cross_validation_figures(crossed, calibration, THRESHOLDS, floor),
        validation=validate(crossed, calibration, floor),
        crossed=crossed,
    )
    folder = tmp_path_factory.mktemp("fit") / "metrics"
    write_metrics(folder, default_recipe(), fitted, {"reading": 1.5, "fitting the model": 2.0})
    return folder


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_recipe_is_one_that_a_fit_reads(folder):
    assert read_recipe(folder / "recipe.toml") == default_recipe()


def test_times_are_told_by_stage(folder):
    told = json.loads((folder / "timings.json").read_text(encoding="utf-8"))
    assert told == {"seconds": {"reading": 1.5, "fitting the model": 2.0}, "total": 3.5}


def test_figures_stand_by_fold_and_source_and_add_up(folder):
    figures = rows(folder / "cross_validation.csv")
    assert {(row["part"], row["name"]) for row in figures} == {
        ("all", "all"),
        *(("fold", name) for name in "01"),
        *(("source", f"s{number}") for number in range(3)),
    }
    of = {(row["part"], row["name"], row["question"]): int(row["n"]) for row in figures}
    for question in THRESHOLDS:
        for part in ("fold", "source"):
            parts = [n for (kind, _, asked), n in of.items() if (kind, asked) == (part, question)]
            assert sum(parts) == of["all", "all", question]


def test_figures_over_all_are_those_of_the_manifest(folder):
    told = json.loads((folder / "cross_validation.json").read_text(encoding="utf-8"))
    assert len(told["parts"]) == len(rows(folder / "cross_validation.csv"))
    for row in told["parts"][:3]:
        whole = told["overall"][row["question"]]
        assert (row["n"], row["auc"], row["f1"]) == (whole["n"], whole["auc"], whole["f1"])


def test_reliability_covers_every_answer(folder):
    bins = rows(folder / "reliability.csv")
    assert {row["question"] for row in bins} == set(THRESHOLDS)
    assert sum(int(row["rows"]) for row in bins if row["question"] == "diversion") == 120
    shares = [float(row["share"]) for row in bins if row["question"] == "commercial"]
    assert shares[-1] > shares[0] + 0.5


def test_every_held_out_note_has_a_prediction_and_its_answers(folder):
    predictions = rows(folder / "predictions.csv")
    assert [row["note_id"] for row in predictions] == [f"n{at}" for at in range(120)]
    assert {(row["source"], row["fold"]) for row in predictions} == {(f"s{s}", f) for s in range(3) for f in "01"}
    right = [(float(row["p_diversion"]) >= 0.5) == (row["diversion"] == "yes") for row in predictions]
    assert np.mean(right) > 0.75


def test_predictions_hold_the_label_and_scores_of_the_authors_own_part(folder):
    predictions = rows(folder / "predictions.csv")
    shares = [[float(row[f"pa_{label}"]) for label in LABELS] for row in predictions]
    assert np.sum(shares, axis=1) == pytest.approx(np.ones(120), abs=1e-5)
    assert {row["author_label"] for row in predictions if row["diversion"] == "yes"} == {"diversion"}


def test_no_file_holds_text(folder):
    assert not any(TEXT in path.read_text(encoding="utf-8") for path in folder.iterdir())


def test_without_held_out_notes_there_are_recipe_and_times_alone(tmp_path):
    fitted = Fitted(None, None, THRESHOLDS, {}, 0.95, (), {}, None)
    write_metrics(tmp_path, default_recipe(), fitted, {})
    assert {path.name for path in tmp_path.iterdir()} == {"recipe.toml", "timings.json"}
