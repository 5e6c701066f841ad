import csv
import json
import re
from types import SimpleNamespace

import pytest

from data.errors import ConfigError
from data.labels import LABELS, QUESTIONS
from data.notes import Note
from training.evaluate import evaluate
from training.evaluate_output import check_output, write_output
from training.gold import LabeledNote
from training.gold_sets import GoldSet
from training.operating_points import Target

SECRET = "湖边的长椅上落满了叶子"


class Scripted:
    """Gives each note the verdict that its tags name: label, then P(commercial), then P(diversion)."""

    label_thresholds = dict.fromkeys(QUESTIONS, 0.5)

    def judge_many(self, notes):
        return [SimpleNamespace(verdict=self._verdict(note)) for note in notes]

    def _verdict(self, note):
        label, commercial, diversion = note.tags
        return SimpleNamespace(
            label=label,
            scores=dict.fromkeys(LABELS, 0.2) | {label: 0.4},
            decision="review" if label == "diversion" else "pass",
            questions={"commercial": float(commercial), "disclosed": 0.1, "diversion": float(diversion)},
            model_version="<b>1</b>",
            ruleset_version="rules-1",
            policy_version="default@1",
        )


def _rows(source):
    scripts = {
        ("no", "na", "no"): ("organic", "0.1", "0.2"),
        ("yes", "no", "no"): ("undisclosed_ad", "0.7", "0.1"),
        ("no", "na", "yes"): ("diversion", "0.3", "0.9"),
        ("yes", "yes", "no"): ("organic", "0.2", "0.3"),
    }
    for number in range(24):
        answers = list(scripts)[number % 4]
        note = Note(note_id=f"note-{number}", body=SECRET, tags=scripts[answers])
        yield LabeledNote(
            note=note, source=source, commercial=answers[0], disclosed=answers[1], diversion=answers[2], by="author"
        )


@pytest.fixture(scope="module")
def report():
    sets = [GoldSet("notes.jsonl", "0" * 64, list(_rows("shop & co")))]
    return evaluate(Scripted(), sets, details=True, target=Target(0.5, 0.3), draws=30, command="huoren evaluate a")


@pytest.fixture
def folder(report, tmp_path):
    write_output(report, tmp_path / "out" / "v0.1")
    return tmp_path / "out" / "v0.1"


@pytest.fixture
def page(folder):
    return (folder / "report.html").read_text(encoding="utf-8")


def test_a_folder_holds_figures_page_and_two_tables(folder, report):
    assert sorted(path.name for path in folder.iterdir()) == [
        "metrics.json",
        "mistakes.csv",
        "reliability.csv",
        "report.html",
    ]
    assert json.loads((folder / "metrics.json").read_text(encoding="utf-8")) == json.loads(json.dumps(report))


def test_csv_files_hold_every_mistake_and_bin(folder, report):
    (block,) = report["sets"]
    with (folder / "mistakes.csv").open(encoding="utf-8-sig") as file:
        mistakes = list(csv.DictReader(file))
    assert [each["note_id"] for each in mistakes] == [each["note_id"] for each in block["mistakes"]]
    assert {(each["gold"], each["given"]) for each in mistakes} == {("disclosed_ad", "organic")}
    with (folder / "reliability.csv").open(encoding="utf-8-sig") as file:
        bins = list(csv.DictReader(file))
    assert sum(int(each["rows"]) for each in bins if each["question"] == "diversion") == 24


def test_an_ending_gives_one_file(report, tmp_path):
    write_output(report, tmp_path / "m.json")
    write_output(report, tmp_path / "m.html")
    assert json.loads((tmp_path / "m.json").read_text(encoding="utf-8"))["sets"]
    assert (tmp_path / "m.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_nothing_that_is_written_holds_a_notes_text(folder):
    for path in folder.iterdir():
        assert SECRET not in path.read_text(encoding="utf-8")


def test_the_page_loads_nothing_and_runs_nothing(page):
    assert not re.search(r"<script|<link|<img|@import|url\(|https?:|src=", page)


def test_the_page_escapes_names(page):
    assert "<b>1</b>" not in page
    assert "&lt;b&gt;1&lt;/b&gt;" in page
    assert "shop &amp; co" in page


def test_the_page_shows_each_part_of_the_report(page):
    for heading in ("Questions", "Confusion", "Slices", "Diversion by", "Decisions of the policy", "Worst mistakes"):
        assert f">{heading}" in page
    assert page.count("<svg class='plot'") == 4  # two measured questions, two plots each
    assert "reliability of diversion" in page
    assert "note-3<" in page
    assert "0" * 64 in page
    assert "huoren evaluate a" in page


def test_a_covert_set_has_a_page_too(tmp_path):
    notes = [Note(note_id=f"c{number}", tags=("organic", "0.2", "0.1")) for number in range(6)]
    rows = [
        LabeledNote(note=note, source="s", commercial="yes" if number % 2 else "no")
        for number, note in enumerate(notes)
    ]
    report = evaluate(Scripted(), [GoldSet("covert.jsonl", "1" * 64, rows)], details=True, draws=20)
    write_output(report, tmp_path / "covert.html")
    page = (tmp_path / "covert.html").read_text(encoding="utf-8")
    assert "covert ad F1" in page
    assert "Confusion" not in page


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("m.csv", r"OUT must end in \.json or \.html, or be a folder\. Got '\.csv'"),
        ("file", "OUT must be a folder. Got a file"),
        ("folder.json", "OUT must be a file. Got a folder"),
    ],
)
def test_a_place_that_cannot_hold_the_report_is_refused(tmp_path, name, message):
    (tmp_path / "file").write_text("")
    (tmp_path / "folder.json").mkdir()
    with pytest.raises(ConfigError, match=message):
        check_output(tmp_path / name)
