import numpy as np
import pytest

from data.labels import LABELS
from training.bootstrap import bootstrap_weights
from training.figures import MIN_POSITIVES, set_figures
from training.judged import Judged

THRESHOLDS = {"commercial": 0.5, "disclosed": 0.5, "diversion": 0.5}
ORGANIC, COVERT, DIVERSION, DISCLOSED = map(LABELS.index, ("organic", "undisclosed_ad", "diversion", "disclosed_ad"))
_ANSWERS = {ORGANIC: (0, -1, 0), COVERT: (1, 0, 0), DIVERSION: (0, -1, 1), DISCLOSED: (1, 1, 0), -1: (-1, -1, 0)}


def _judged(gold, predicted, **more):
    """Notes by gold label; scores follow the predicted label."""
    gold, predicted = np.array(gold), np.array(predicted)
    n = len(gold)
    arrays = {
        "answers": np.array([_ANSWERS[label] for label in gold], dtype=np.int8),
        "gold": gold,
        "by_others": np.zeros(n, dtype=bool),
        "commented": np.zeros(n, dtype=bool),
        "source": np.array(["a"] * n),
        "scores": np.array(
            [np.where(_ANSWERS[label], 0.9, 0.1) * (np.array(_ANSWERS[label]) >= 0) for label in predicted]
        ),
        "predicted": predicted,
        "decision": np.array(["pass"] * n),
    }
    return Judged(**(arrays | {name: np.array(value) for name, value in more.items()}))


def _measure(judged, thresholds=THRESHOLDS):
    return set_figures(judged, bootstrap_weights(judged.source.tolist(), draws=60), thresholds)


def test_perfect_answers_have_perfect_figures():
    gold = [ORGANIC, COVERT, DIVERSION] * 4
    overall = _measure(_judged(gold, gold))["overall"]
    for question in ("commercial", "diversion"):
        block = overall["questions"][question]
        assert [block[name]["value"] for name in ("auc", "average_precision", "f1")] == [1.0, 1.0, 1.0]
    assert overall["labels"]["macro_3"]["value"] == 1.0


def test_the_threshold_moves_precision_and_recall_but_not_the_auc():
    judged = _judged([ORGANIC, COVERT] * 6, [ORGANIC, COVERT, COVERT, COVERT] * 3)
    low, high = (_measure(judged, THRESHOLDS | {"commercial": at})["overall"]["questions"] for at in (0.05, 0.95))
    assert low["commercial"]["recall"]["value"] == 1.0
    assert high["commercial"]["recall"]["value"] == 0.0
    assert high["commercial"]["precision"] is None
    assert low["commercial"]["auc"] == high["commercial"]["auc"]


@pytest.mark.parametrize(("positives", "status"), [(MIN_POSITIVES - 1, "not established"), (MIN_POSITIVES, "measured")])
def test_disclosed_figures_need_fifty_positives(positives, status):
    gold = [DISCLOSED] * positives + [COVERT] * 5
    overall = _measure(_judged(gold, gold))["overall"]
    assert overall["questions"]["disclosed"]["status"] == status
    assert overall["labels"]["per_label"]["disclosed_ad"]["status"] == status
    assert ("f1" in overall["questions"]["disclosed"]) == (status == "measured")


def test_open_labels_count_in_questions_but_not_in_labels():
    overall = _measure(_judged([ORGANIC, DIVERSION, COVERT, -1], [ORGANIC, DIVERSION, COVERT, DIVERSION]))["overall"]
    assert overall["questions"]["diversion"]["rows"] == 4
    assert overall["questions"]["commercial"]["rows"] == 3
    assert overall["labels"]["rows"] == 3
    assert overall["labels"]["per_label"]["diversion"]["precision"]["value"] == 1.0


def test_each_source_and_comment_slice_is_measured_on_its_own_notes():
    gold = [ORGANIC, COVERT] * 4
    judged = _judged(gold, [ORGANIC, COVERT] * 2 + [COVERT, ORGANIC] * 2, source=["a"] * 4 + ["b"] * 4)
    measured = _measure(judged)
    values = {name: block["questions"]["commercial"]["auc"]["value"] for name, block in measured["by_source"].items()}
    assert values == {"a": 1.0, "b": 0.0}
    assert measured["by_comments"]["with"] is None
    assert measured["by_comments"]["without"]["rows"] == 8


def test_costs_are_reweighted_to_each_prevalence():
    gold = [DIVERSION] * 4 + [ORGANIC] * 8
    decision = ["block", "review", "review", "pass"] + ["review"] * 2 + ["block"] + ["pass"] * 5
    block = _measure(_judged(gold, gold, decision=decision))["overall"]["decisions"]
    assert block["recall"]["value"] == pytest.approx(0.75)
    assert block["recall_blocked"]["value"] == pytest.approx(0.25)
    rows = {row["prevalence"]: row for row in block["at_prevalence"]}
    assert sorted(rows) == [0.003, 0.01, 0.05, 0.10]
    assert rows[0.05]["diversions_found_per_10000"]["value"] == pytest.approx(375)
    assert rows[0.05]["false_reviews_per_10000"]["value"] == pytest.approx(10_000 * 0.95 * 2 / 8)
    assert rows[0.003]["false_blocks_per_10000"]["value"] == pytest.approx(10_000 * 0.997 / 8)


def test_reviews_of_undisclosed_ads_are_counted_apart():
    gold = [DIVERSION, ORGANIC, ORGANIC, COVERT, COVERT]
    decision = ["review", "review", "pass", "review", "pass"]
    row = _measure(_judged(gold, gold, decision=decision))["overall"]["decisions"]["at_prevalence"][3]
    assert row["false_reviews_per_10000"]["value"] == pytest.approx(4500)
    assert row["of_these_undisclosed_ads_per_10000"]["value"] == pytest.approx(2250)


def test_a_note_that_only_others_divert_is_no_miss_of_the_policy():
    block = _measure(
        _judged(
            [DIVERSION, DIVERSION, ORGANIC],
            [DIVERSION] * 3,
            by_others=[False, True, False],
            decision=["block", "pass", "pass"],
        )
    )["overall"]["decisions"]
    assert block["recall"]["value"] == 1.0
    assert block["diverted_by_others_only"] == 1


def test_in_a_covert_set_diversion_counts_as_a_covert_ad():
    answers = np.array([[1, 0, -1]] * 4 + [[0, -1, -1]] * 4, dtype=np.int8)
    predicted = [COVERT, DIVERSION, DISCLOSED, ORGANIC] + [ORGANIC] * 3 + [COVERT]
    overall = _measure(_judged([-1] * 8, predicted, answers=answers))["overall"]
    assert overall["kind"] == "covert_ad"
    assert "labels" not in overall
    assert overall["covert_ad"]["recall"]["value"] == pytest.approx(2 / 4)
    assert overall["covert_ad"]["precision"]["value"] == pytest.approx(2 / 3)
    assert overall["questions"]["commercial"]["rows"] == 8


def test_no_false_block_among_few_notes_is_no_proof_of_none():
    gold = [DIVERSION] * 4 + [ORGANIC] * 40
    row = _measure(_judged(gold, gold))["overall"]["decisions"]["at_prevalence"][0]
    blocks = row["false_blocks_per_10000"]
    assert blocks["value"] == blocks["ci_low"] == 0.0
    assert blocks["ci_high"] == pytest.approx(9970 * 0.0876, rel=0.01)  # Wilson, 0 of 40


def test_a_question_that_nobody_was_asked_says_so():
    answers = np.array([[1, 0, -1], [0, -1, -1]], dtype=np.int8)
    overall = _measure(_judged([-1] * 2, [COVERT, ORGANIC], answers=answers))["overall"]
    assert overall["questions"]["diversion"]["status"] == "not asked"
