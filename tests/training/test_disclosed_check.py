"""Disclosed ads: counted where the text must tell, out of fold by weights that saw neither pair nor topic."""

import numpy as np
import pytest

from data.labels import Label
from data.notes import Note, Platform
from training.disclosed_check import disclosed_figures, split_by_topic
from training.gold import LabeledNote
from training.splits import Split
from training.written_notes import WrittenCorpus

AD, COVERT, ORGANIC = Label.DISCLOSED_AD, Label.UNDISCLOSED_AD, Label.ORGANIC


def row(label, *, shown=False):
    commercial, disclosed = {AD: ("yes", "yes"), COVERT: ("yes", "no"), ORGANIC: ("no", "na")}[label]
    note = Note(note_id="n", body="文", platform=Platform(is_ad=shown or None))
    return LabeledNote(note=note, source="s", commercial=commercial, disclosed=disclosed, diversion="no")


def test_found_and_falsely_called_are_counted_apart():
    rows = [row(AD), row(AD), row(AD), row(COVERT), row(ORGANIC)]
    figures = disclosed_figures(rows, [AD, AD, COVERT, AD, ORGANIC])
    assert (figures["recall"]["found"], figures["recall"]["of"]) == (2, 3)
    assert (figures["false_alarms"]["found"], figures["false_alarms"]["of"]) == (1, 2)
    assert figures["precision"]["value"] == pytest.approx(2 / 3)
    assert figures["recall"]["ci_low"] < 2 / 3 < figures["recall"]["ci_high"]


@pytest.mark.parametrize(("n", "status"), [(49, "not established"), (50, "measured")])
def test_few_disclosed_ads_establish_nothing(n, status):
    assert disclosed_figures([row(AD)] * n, [AD] * n)["status"] == status


def test_what_the_platform_labels_and_what_is_open_are_left_out():
    open_row = LabeledNote(note=Note(note_id="o"), source="s", commercial="unsure", diversion="no")
    figures = disclosed_figures([row(AD, shown=True), open_row, row(AD)], [AD, AD, COVERT])
    assert (figures["notes"], figures["left_out"], figures["recall"]["found"]) == (1, 2, 0)
    assert figures["false_alarms"] is None


def test_a_pair_is_right_only_if_both_notes_are():
    rows = [row(AD), row(ORGANIC), row(AD), row(ORGANIC), row(ORGANIC), row(COVERT), row(AD)]
    pairs = ["a", "a", "b", "b", "c", "c", ""]
    figures = disclosed_figures(rows, [AD, ORGANIC, AD, AD, ORGANIC, ORGANIC, AD], pairs)
    assert (figures["pairs"], figures["pairs_right"]) == (2, 1)


def test_no_note_of_ours_trains_where_its_topic_is_held_out():
    n_own, n_others = 12, 6
    is_own = np.arange(n_others + n_own) >= n_others
    others = np.array([0, 0, 1, 1, 2, 2])
    split = Split(
        np.where(is_own, -1, np.r_[others, np.zeros(n_own, dtype=np.int64)]),
        np.r_[others, np.full(n_own, 9)],
        np.arange(n_others + n_own),
        np.arange(n_others + n_own) < 0,
    )
    topics = np.arange(n_own) // 2
    corpus = WrittenCorpus("ours", "", [], [], topics)
    held = split_by_topic(split, is_own, corpus, 3)
    assert sorted(held.rows.tolist()) == list(range(n_others + n_own))
    for fold in range(3):
        trained, test = held.training(fold)[is_own], held.folds[is_own] == fold
        assert trained.any()
        assert test.any()
        assert not set(topics[trained].tolist()) & set(topics[test].tolist())
        assert held.held_out(fold)[:2].tolist() == [2 * fold, 2 * fold + 1]
