import pytest

from training.gold_sets import GoldSet
from training.label_changes import compare_labels, label_changes, mcnemar_p
from training.paired_set import PairedSet


@pytest.mark.parametrize(
    ("only_a", "only_b", "p_value"),
    [
        (0, 0, 1.0),
        (3, 3, 1.0),
        (2, 10, 2 * (1 + 12 + 66) / 2**12),  # both tails of twelve coin throws: none, one or two heads
        (10, 2, 2 * (1 + 12 + 66) / 2**12),
        (0, 6, 2 / 2**6),
    ],
)
def test_mcnemars_test_is_a_coin_thrown_for_each_note_that_one_has_right(only_a, only_b, p_value):
    assert mcnemar_p(only_a, only_b) == pytest.approx(p_value)


def test_a_model_beside_itself_changes_no_label(three_kinds, table_judge):
    gold, scores = three_kinds
    pair = PairedSet.judged_by(table_judge(scores), table_judge(scores), gold, draws=5)
    assert compare_labels(pair) | {"both_right": 0} == {
        "notes": 120,
        "both_right": 0,
        "only_a_right": 0,
        "only_b_right": 0,
        "both_wrong": 0,
        "p_value": 1.0,
    }
    assert label_changes(pair) == {"changed": 0, "by_label": [], "notes": []}


def test_changed_notes_are_counted_by_label_and_named(labelled, table_judge):
    rows = [labelled("n0"), labelled("n1", "b"), labelled("n2", diversion=True), labelled("n3", commercial=True)]
    rows.append(type(rows[0])(note=rows[0].note, source="a", commercial="unsure", diversion="no"))
    organic, advert, diversion = (0.1, 0.1), (0.9, 0.1), (0.1, 0.9)
    a = table_judge({"n0": organic, "n1": organic, "n2": organic, "n3": diversion})
    b = table_judge({"n0": organic, "n1": diversion, "n2": diversion, "n3": organic})
    pair = PairedSet.judged_by(a, b, GoldSet("g", "", rows), draws=5)
    changes = label_changes(pair)
    assert changes["by_label"] == [
        {"old": "organic", "new": "diversion", "notes": 2}
        | {"became_right": 1, "became_wrong": 1, "still_wrong": 0, "still_right": 0, "open": 0},
        {"old": "diversion", "new": "organic", "notes": 1}
        | {"became_right": 0, "became_wrong": 0, "still_wrong": 1, "still_right": 0, "open": 0},
    ]
    assert changes["notes"][0] == {
        "note_id": "n1",
        "source": "b",
        "gold": "organic",
        "old": "organic",
        "new": "diversion",
        "change": "became_wrong",
    }
    counts = compare_labels(pair)
    assert (counts["notes"], counts["only_a_right"], counts["only_b_right"], counts["p_value"]) == (4, 1, 1, 1.0)
    pair = PairedSet.judged_by(
        a, table_judge({"n0": advert, "n1": organic, "n2": organic, "n3": diversion}), pair.gold, draws=5
    )
    assert [note["change"] for note in label_changes(pair)["notes"]] == ["became_wrong", "open"]


def test_on_a_covert_set_a_diversion_is_as_right_as_an_undisclosed_advertisement(labelled, table_judge):
    row = labelled("n0", commercial=True)
    covert = type(row)(note=row.note, source="c", commercial="yes", disclosed="no")
    pair = PairedSet.judged_by(
        table_judge({"n0": (0.9, 0.1)}), table_judge({"n0": (0.9, 0.9)}), GoldSet("g", "", [covert]), draws=5
    )
    assert label_changes(pair)["by_label"][0]["still_right"] == 1
    assert compare_labels(pair)["both_right"] == 1
