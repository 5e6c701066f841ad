from types import SimpleNamespace

import numpy as np

from training.gold_sets import GoldSet
from training.paired_set import BY_OTHERS, PairedSet, trained_by


def test_slices_are_sources_comments_and_diversion_by_others(labelled, table_judge):
    rows = [
        labelled("n0", "a"),
        labelled("n1", "b", comments=["求链接"]),
        labelled("n2", "b", diversion=True, by="other", comments=["加我"]),
    ]
    model = table_judge({row.note.note_id: (0.1, 0.1) for row in rows})
    slices = {
        name: np.flatnonzero(mask).tolist()
        for name, mask in PairedSet.judged_by(model, model, GoldSet("g", "", rows), draws=5).slices()
    }
    assert slices == {
        "source a": [0],
        "source b": [1, 2],
        "with comments": [1, 2],
        "without comments": [0],
        BY_OTHERS: [2],
    }


def test_a_slice_that_is_the_whole_or_empty_is_none(labelled, table_judge):
    rows = [labelled("n0"), labelled("n1")]
    model = table_judge({"n0": (0.1, 0.1), "n1": (0.1, 0.1)})
    assert list(PairedSet.judged_by(model, model, GoldSet("g", "", rows), draws=5).slices()) == []


def test_both_models_share_the_draws_of_notes_within_their_source(three_kinds, table_judge):
    gold, scores = three_kinds
    pair = PairedSet.judged_by(table_judge(scores), table_judge(scores), gold, draws=20)
    assert set(pair.weights[:, pair.a.source == "a"].sum(axis=1).tolist()) == {60}


def test_who_learned_from_a_file_is_told_by_its_hash():
    manifests = {
        name: SimpleNamespace(training_data=[SimpleNamespace(sha256=sha256)])
        for name, sha256 in (("A", "1"), ("B", "2"))
    }
    assert trained_by(GoldSet("g", "2", []), manifests) == ("B",)
