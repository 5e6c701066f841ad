"""Robustness: what is kept is counted on the notes that a kind changes and that are found as they are."""

import json
from types import SimpleNamespace

import pytest

from data.labels import Question
from data.notes import Note
from training import robustness
from training.gold import LabeledNote
from training.gold_sets import GoldSet
from training.perturbations import PERTURBATIONS
from training.robustness import measure, report


class Finder:
    """Finds a note that holds one of the words as they are, and nothing else."""

    def __init__(self, *words):
        self.words = words

    label_thresholds = {Question.DIVERSION: 0.5}

    def judge_many(self, notes):
        found = [any(word in note.body for word in self.words) for note in notes]
        return [SimpleNamespace(verdict=SimpleNamespace(questions={Question.DIVERSION: float(each)})) for each in found]


def rows(*bodies, diversion="yes"):
    return [
        LabeledNote(note=Note(note_id=str(n), body=body), source="s", commercial="no", diversion=diversion)
        for n, body in enumerate(bodies)
    ]


def of_kind(figures, kind):
    return next(each for each in figures if each.kind == kind)


def test_one_who_reads_only_the_plain_word_keeps_nothing():
    figures = of_kind(measure(Finder("微信"), rows("加我微信", "我的微信见")), "shuffled_neighbours")
    assert (figures.changed, figures.found, figures.kept, figures.held_out) == (2, 2, 0.0, True)
    assert figures.ci_low == 0
    assert 0.5 < figures.ci_high < 0.8


def test_one_who_reads_the_rewritten_word_too_keeps_all():
    figures = of_kind(measure(Finder("微信", "信微"), rows("加我微信", "我的微信见")), "shuffled_neighbours")
    assert figures.kept == 1
    assert figures.found_perturbed == 2


def test_repeats_are_averaged():
    figures = of_kind(measure(Finder("微信", "微.信"), rows(*["微信"] * 60), repeats=5), "inserted_symbols")
    assert figures.found == 60
    assert figures.kept == pytest.approx(1 / 15, abs=0.05)  # one symbol of fifteen is read


def test_notes_that_a_kind_does_not_change_are_counted_apart():
    figures = of_kind(measure(Finder("微信"), rows("加我微信", "周末爬山", "去吃饭")), "homophone")
    assert (figures.changed, figures.unchanged) == (1, 2)


def test_without_a_found_note_nothing_is_claimed():
    figures = of_kind(measure(Finder("没有的词"), rows("加我微信")), "homophone")
    assert (figures.found, figures.kept, figures.ci_low, figures.ci_high) == (0, None, None, None)


def test_diverting_and_organic_notes_are_measured_apart():
    each = GoldSet("a.jsonl", "abc", rows("加我微信") + rows("微信好用", "周末爬山", diversion="no"))
    (block,) = report(Finder("微信"), [each], frozenset({"abc"}))["sets"]
    assert block["trained_on"]
    assert [figures["kind"] for figures in block["diverting"]] == list(PERTURBATIONS)
    assert {figures["changed"] + figures["unchanged"] for figures in block["diverting"]} == {1}
    assert {figures["changed"] + figures["unchanged"] for figures in block["organic"]} == {2}


def test_released_model_is_measured_on_a_corpora_folder(corpora, tmp_path, capsys, monkeypatch):
    two = {kind: PERTURBATIONS[kind] for kind in ("homophone", "shuffled_neighbours")}
    monkeypatch.setattr(robustness, "PERTURBATIONS", two)
    path = tmp_path / "figures.json"
    assert robustness.main([str(corpora), "--json", str(path)]) == 0
    told = json.loads(path.read_text(encoding="utf-8"))
    assert [each["name"] for each in told["sets"]] == ["gold_dev.jsonl", "notes.jsonl", "gold_train.jsonl"]
    assert [each["trained_on"] for each in told["sets"]] == [False, True, False]
    assert "shuffled_neighbours*" in capsys.readouterr().out


def test_a_folder_without_gold_is_an_error_on_one_line(tmp_path, capsys):
    assert robustness.main([str(tmp_path)]) == 1
    told = capsys.readouterr().err
    assert told.startswith("training.robustness: error: the corpora folder must hold gold_dev.jsonl")
    assert told.count("\n") == 1
