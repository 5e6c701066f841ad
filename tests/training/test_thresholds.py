"""Thresholds: the best macro-F1, or the lowest that keeps a stated precision at a stated prevalence."""

import msgspec
import numpy as np
import pytest

from data.errors import DataError
from data.notes import Note
from models.linear import Logits
from training.config import ThresholdRecipe
from training.crossfit import CrossFit, flat_calibration
from training.gold import LabeledNote
from training.thresholds import choose_thresholds, macro_f1_thresholds

FLAT = flat_calibration()


def note(source="s", commercial="no", disclosed="no", diversion="no"):
    return LabeledNote(
        note=Note(note_id="a"), source=source, commercial=commercial, disclosed=disclosed, diversion=diversion
    )


def crossed(notes, logits):
    table, none = np.array(logits, dtype=np.float32), np.zeros(len(notes), dtype=np.bool_)
    return CrossFit(notes, Logits(table, table, np.zeros(0, dtype=np.float32)), none, none)


def logit(p):
    return float(np.log(p / (1 - p)))


def rows(*entries):
    """Lay out (n, note, P(commercial), P(diversion)); nobody discloses."""
    notes = [item for n, item, *_ in entries for _ in range(n)]
    table = [
        [logit(commercial), logit(0.1), logit(diversion)] for n, _, commercial, diversion in entries for _ in range(n)
    ]
    return crossed(notes, table)


def test_thresholds_part_the_classes_of_a_hand_example():
    fitted = rows(
        (5, note(diversion="yes"), 0.9, 0.4),
        (5, note(commercial="yes"), 0.7, 0.3),
        (5, note(), 0.595, 0.2),
    )
    chosen = macro_f1_thresholds(fitted, FLAT, 0.9)
    assert 0.3 < chosen["diversion"] <= 0.4
    assert 0.595 < chosen["commercial"] <= 0.7
    assert chosen["disclosed"] == 0.5


def macro_f1(fitted, thresholds):
    of = {"diversion": [], "organic": [], "undisclosed_ad": []}
    p = 1 / (1 + np.exp(-fitted.logits.notes))
    named = [
        "diversion"
        if row[2] >= thresholds["diversion"]
        else "undisclosed_ad"
        if row[0] >= thresholds["commercial"]
        else "organic"
        for row in p
    ]
    gold = [str(item.label) for item in fitted.notes]
    for label, values in of.items():
        both = sum(a == b == label for a, b in zip(gold, named, strict=True))
        values.append(2 * both / (gold.count(label) + named.count(label) or 1))
    return np.mean(list(of.values()))


def test_thresholds_maximise_macro_f1_where_classes_overlap():
    draw = np.random.default_rng(3)
    answers = [("no", "yes"), ("yes", "no"), ("no", "no")]
    centres = {("no", "yes"): (0, 1), ("yes", "no"): (0.8, -1), ("no", "no"): (-1, -1.5)}
    notes, table = [], []
    for commercial, diversion in answers * 30:
        notes.append(note(commercial=commercial, diversion=diversion))
        of_commercial, of_diversion = draw.normal(centres[commercial, diversion], 0.9)
        table.append([of_commercial, -3, of_diversion])
    fitted = crossed(notes, table)
    best = macro_f1(fitted, macro_f1_thresholds(fitted, FLAT, 0.9))
    grid = np.arange(0.05, 0.96, 0.05)
    tried = [macro_f1(fitted, {"commercial": a, "diversion": b}) for a in grid for b in grid]
    assert best >= max(tried) - 1e-9
    assert best > macro_f1(fitted, {"commercial": 0.95, "diversion": 0.95})


def test_disclosed_ads_and_open_labels_choose_no_threshold():
    base = [(5, note(diversion="yes"), 0.9, 0.4), (5, note(commercial="yes"), 0.7, 0.3), (5, note(), 0.595, 0.2)]
    noise = [(50, note(commercial="yes", disclosed="yes"), 0.65, 0.35), (50, note(commercial="unsure"), 0.65, 0.35)]
    assert macro_f1_thresholds(rows(*base, *noise), FLAT, 0.9) == macro_f1_thresholds(rows(*base), FLAT, 0.9)


def test_the_recipe_of_macro_f1_is_followed():
    fitted = rows((5, note(diversion="yes"), 0.9, 0.4), (5, note(commercial="yes"), 0.7, 0.3), (5, note(), 0.2, 0.2))
    recipe = ThresholdRecipe(rule="macro_f1")
    assert choose_thresholds(recipe, fitted, FLAT, 0.9) == macro_f1_thresholds(fitted, FLAT, 0.9)


@pytest.fixture(scope="module")
def overlapping():
    """Draw many notes whose scores overlap: a yes scores higher, each question on its own."""
    draw = np.random.default_rng(5)
    yes = draw.random((4000, 3)) < 0.5
    words = np.where(yes, "yes", "no").tolist()
    return crossed([note("s", *row) for row in words], draw.normal(np.where(yes, 1.0, -1.0), 1.0))


def precision_at(fitted, question, threshold, prevalence):
    column = ("commercial", "disclosed", "diversion").index(question)
    p = 1 / (1 + np.exp(-fitted.logits.notes[:, column]))
    yes = np.array([getattr(item, question) == "yes" for item in fitted.notes])
    if question == "disclosed":
        asked = np.array([item.commercial == "yes" for item in fitted.notes])
        p, yes = p[asked], yes[asked]
    tpr, fpr = (p[yes] >= threshold).mean(), (p[~yes] >= threshold).mean()
    return prevalence * tpr / (prevalence * tpr + (1 - prevalence) * fpr)


def by_precision(**shares):
    return ThresholdRecipe(rule="precision", **({"precision": 0.8, "prevalence": 0.2} | shares))


@pytest.mark.parametrize("question", ["commercial", "diversion"])
def test_a_threshold_keeps_the_stated_precision_at_the_stated_prevalence(overlapping, question):
    for prevalence in (0.2, 0.5):
        recipe = by_precision(prevalence=prevalence)
        threshold = choose_thresholds(recipe, overlapping, FLAT, 0.9)[question]
        assert precision_at(overlapping, question, threshold, prevalence) >= 0.8
        assert precision_at(overlapping, question, threshold - 0.02, prevalence) < 0.8


def test_a_rarer_yes_or_more_precision_needs_a_higher_threshold(overlapping):
    base = choose_thresholds(by_precision(), overlapping, FLAT, 0.9)
    rarer = choose_thresholds(by_precision(prevalence=0.1), overlapping, FLAT, 0.9)
    purer = choose_thresholds(by_precision(precision=0.9), overlapping, FLAT, 0.9)
    assert all(min(rarer[name], purer[name]) > base[name] for name in ("commercial", "diversion"))


def test_disclosed_has_its_own_prevalence_or_stays(overlapping):
    assert choose_thresholds(by_precision(), overlapping, FLAT, 0.9)["disclosed"] == 0.5
    chosen = choose_thresholds(by_precision(disclosed_prevalence=0.3), overlapping, FLAT, 0.9)
    assert precision_at(overlapping, "disclosed", chosen["disclosed"], 0.3) >= 0.8


def test_a_precision_that_no_threshold_reaches_is_refused(overlapping):
    few = msgspec.structs.replace(overlapping, notes=overlapping.notes[:100])
    few = crossed(few.notes, overlapping.logits.notes[:100])
    with pytest.raises(
        DataError, match=r"'commercial' must reach the stated precision\. Got no threshold reaches 0\.99"
    ):
        choose_thresholds(by_precision(precision=0.99, prevalence=0.01), few, FLAT, 0.9)
