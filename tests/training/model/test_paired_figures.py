import numpy as np
import pytest

from training.bootstrap import bootstrap_weights
from training.gold_sets import GoldSet
from training.judged import judge, lay_out
from training.paired_figures import figure_value, paired_figures
from training.paired_set import PairedSet


@pytest.fixture
def pair_of(three_kinds, table_judge):
    """Let two models judge the 120 notes; each is given as what it changes of the right scores."""
    gold, right = three_kinds

    def make(changes_a, changes_b):
        a, b = (table_judge(right | changes) for changes in (changes_a, changes_b))
        return PairedSet.judged_by(a, b, gold, draws=300)

    return make


def test_a_model_beside_itself_differs_in_nothing(pair_of):
    pair = pair_of({"n0": (0.6, 0.7)}, {"n0": (0.6, 0.7)})
    for figure in paired_figures(pair.a, pair.b, pair.weights).values():
        if figure is not None:
            assert (figure.difference, figure.probability_b_better, figure.ci_low) == (0.0, 0.5, None)


def test_an_auc_is_the_share_of_pairs_in_the_right_order(pair_of):
    pair = pair_of({}, {"n2": (0.1, 0.0)})  # the one of 40 diversions that all 80 others outscore
    figure = paired_figures(pair.a, pair.b, pair.weights)["diversion_auc"]
    assert (figure.a, figure.b, figure.notes, figure.support) == (1.0, pytest.approx(39 / 40), 120, 40)


def test_losing_every_diversion_of_a_model_is_worse_in_all_draws(pair_of):
    pair = pair_of({}, {f"n{number}": (0.1, 0.2) for number in range(2, 60, 3)})
    recall = paired_figures(pair.a, pair.b, pair.weights, ["diversion_recall"])["diversion_recall"]
    assert (recall.a, recall.b, recall.probability_b_better) == (1.0, 0.5, 0.0)
    assert recall.ci_low < -0.5 < recall.ci_high < 0


def test_a_smaller_calibration_error_is_better(pair_of, three_kinds):
    unsure = {
        note_id: tuple(0.6 if score > 0.5 else 0.4 for score in scores) for note_id, scores in three_kinds[1].items()
    }
    pair = pair_of(unsure, {})
    figure = paired_figures(pair.a, pair.b, pair.weights)["commercial_ece"]
    assert figure.difference < 0
    assert figure.probability_b_better == 1.0


def test_the_interval_covers_the_true_difference_as_often_as_it_says(labelled, table_judge):
    """Recovery: A finds 70 % of diversions, B 80 %, each by chance of its own."""
    rng = np.random.default_rng(5)
    rows = [labelled(f"n{number}", diversion=True) for number in range(80)]
    covered = 0
    for _ in range(200):
        a, b = (
            table_judge({row.note.note_id: (0.1, 0.9 if rng.random() < share else 0.1) for row in rows})
            for share in (0.7, 0.8)
        )
        pair = PairedSet.judged_by(a, b, GoldSet("g", "", rows), draws=200, seed=int(rng.integers(1 << 30)))
        figure = paired_figures(pair.a, pair.b, pair.weights, ["diversion_recall"])["diversion_recall"]
        covered += figure.ci_low <= 0.1 <= figure.ci_high
    assert 0.90 <= covered / 200 <= 0.99


def test_a_figure_that_the_notes_cannot_give_is_none(labelled, table_judge):
    rows = [labelled("n0"), labelled("n1", commercial=True)]
    judged = lay_out(rows, judge(table_judge({"n0": (0.1, 0.1), "n1": (0.9, 0.1)}), rows))
    figures = paired_figures(judged, judged, bootstrap_weights(["a", "a"], draws=50))
    assert {name for name, figure in figures.items() if figure is None} == {
        "diversion_auc",
        "diversion_f1",
        "diversion_recall",
        "macro_3",
        "covert_ad_f1",
    }
    assert figure_value("commercial_auc", judged) == 1.0


def test_a_covert_set_has_its_own_f1(labelled, table_judge):
    rows = [labelled("n0"), labelled("n1", commercial=True), labelled("n2", commercial=True)]
    covert = [type(row)(note=row.note, source="c", commercial=row.commercial, disclosed=row.disclosed) for row in rows]
    judged = lay_out(covert, judge(table_judge({"n0": (0.1, 0.1), "n1": (0.9, 0.1), "n2": (0.1, 0.1)}), covert))
    assert figure_value("covert_ad_f1", judged) == pytest.approx(2 / 3)
    assert figure_value("diversion_f1", judged) is None
