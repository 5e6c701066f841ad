import msgspec
import pytest

from training.gate import absolute, not_worse
from training.guards import NotWorse, read_guards
from training.paired_set import PairedSet

GUARDS = msgspec.structs.replace(
    read_guards(None)[0], overall=NotWorse(figures=("diversion_f1",), worst_difference=-0.3, probability=0.95)
)


def gate(three_kinds, table_judge, changes, guards=GUARDS):
    gold, right = three_kinds
    return not_worse(PairedSet.judged_by(table_judge(right), table_judge(right | changes), gold, draws=200), guards)


def missed(source, three_kinds, *, every=2):
    """Miss every second diversion of a source."""
    rows = [row for row in three_kinds[0].rows if row.diversion == "yes" and row.source == source]
    return {row.note.note_id: (0.1, 0.2) for row in rows[::every]}


def failed(checks):
    return [(check.slice, check.figure) for check in checks if check.outcome == "failed"]


def test_a_candidate_worse_on_one_source_fails_there(three_kinds, table_judge):
    checks = gate(three_kinds, table_judge, missed("b", three_kinds))
    assert failed(checks) == [("source b", "diversion_f1")]
    (reason,) = [check.reason for check in checks if check.reason]
    assert reason.startswith("gold.jsonl, source b: diversion_f1 0.667, the champion's is 1.000 (difference -0.333;")


def test_a_candidate_as_good_or_better_passes(three_kinds, table_judge):
    assert failed(gate(three_kinds, table_judge, {})) == []
    gold, right = three_kinds
    pair = PairedSet.judged_by(table_judge(right | missed("a", three_kinds)), table_judge(right), gold, draws=200)
    assert failed(not_worse(pair, GUARDS)) == []


@pytest.mark.parametrize(
    "tolerant",
    [
        {"slices": NotWorse(figures=("diversion_f1",), worst_difference=-0.5, probability=0.9)},
        {"slices": NotWorse(figures=("diversion_auc",), worst_difference=0.0, probability=0.9)},
        {"min_notes": 61},
        {"min_support": 21},
    ],
)
def test_tolerance_figures_and_least_counts_are_what_the_guards_say(three_kinds, table_judge, tolerant):
    guards = msgspec.structs.replace(GUARDS, **tolerant)
    assert failed(gate(three_kinds, table_judge, missed("b", three_kinds), guards)) == []


def test_a_loss_that_chance_explains_does_not_count(three_kinds, table_judge):
    lost_one = missed("b", three_kinds, every=100)
    strict = NotWorse(figures=("diversion_f1",), worst_difference=0.0, probability=0.99)
    assert failed(gate(three_kinds, table_judge, lost_one, msgspec.structs.replace(GUARDS, slices=strict))) == []
    strict = msgspec.structs.replace(strict, probability=0.6)
    guards = msgspec.structs.replace(GUARDS, slices=strict)
    assert failed(gate(three_kinds, table_judge, lost_one, guards)) == [("source b", "diversion_f1")]


def test_diversion_by_others_is_guarded_however_few_notes_the_slice_has(labelled, three_kinds, table_judge):
    gold, right = three_kinds
    others = [labelled(f"o{number}", diversion=True, by="other", comments=["加我"]) for number in range(6)]
    both = type(gold)(gold.name, gold.sha256, [*gold.rows, *others])
    champion, candidate = ({row.note.note_id: (0.1, score) for row in others} for score in (0.9, 0.1))
    pair = PairedSet.judged_by(table_judge(right | champion), table_judge(right | candidate), both, draws=200)
    guards = msgspec.structs.replace(GUARDS, slices=GUARDS.overall)
    assert failed(not_worse(pair, guards)) == [("diversion by others", "diversion_recall")]


def test_floors_and_ceilings_hold_without_a_champion(three_kinds, table_judge):
    gold, right = three_kinds
    pair = PairedSet.judged_by(table_judge(right), table_judge(right | missed("b", three_kinds)), gold, draws=5)
    guards = msgspec.structs.replace(
        GUARDS, floors={"diversion_f1": 0.9, "macro_3": 0.5}, ceilings={"commercial_ece": 0.05}
    )
    checks = absolute("gold.jsonl", pair.b, guards)
    assert [check.outcome for check in checks] == ["failed", "passed", "failed"]
    assert checks[0].reason == "gold.jsonl: diversion_f1 must not be under 0.9. Got 0.857"
    assert checks[2].reason == "gold.jsonl: commercial_ece must not be over 0.05. Got 0.100"
