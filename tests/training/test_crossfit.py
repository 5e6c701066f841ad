"""Cross-fitting: no note is judged by weights that saw its source; curves and floor are recovered."""

from types import SimpleNamespace

import msgspec
import numpy as np
import pytest

import training.crossfit
from data.errors import DataError
from data.labels import LABELS, QUESTIONS, Label
from data.notes import Note, Platform
from models.calibration import Curve
from models.linear import Logits
from training.crossfit import (
    CrossFit,
    author_label,
    calibrate,
    cross_fit,
    diversion_of,
    explicit_floor,
    flat_calibration,
    may_be_held_out,
    validate,
)
from training.gold import LabeledNote
from training.recipe import default_recipe
from training.splits import by_source

FLAT = flat_calibration()


def note(source="s", commercial="no", disclosed="no", diversion="no", by=""):
    return LabeledNote(
        note=Note(note_id="a"), source=source, commercial=commercial, disclosed=disclosed, diversion=diversion, by=by
    )


def crossed(notes, logits, author=None, explicit=None, own_explicit=None):
    whole = np.array(logits, dtype=np.float32)
    none = np.zeros(len(notes), dtype=np.bool_)
    own = whole if author is None else np.array(author, dtype=np.float32)
    empty = np.zeros(0, dtype=np.float32)
    return CrossFit(
        notes,
        Logits(whole, own, empty),
        none if explicit is None else np.array(explicit),
        none if own_explicit is None else np.array(own_explicit),
    )


def logit(p):
    return float(np.log(p / (1 - p)))


@pytest.fixture
def folds(monkeypatch):
    """Fit nothing, but collect what each fold may train on; fold k scores every note k."""
    collected = []

    def fit_model(matrices, notes, rows, config):
        collected.append({position for position in np.flatnonzero(rows)})
        return len(collected)

    def logits_of(fold, matrices):
        table = np.full((len(matrices.design.explicit), 3), fold, dtype=np.float32)
        return Logits(table, -table, np.zeros(0, dtype=np.float32))

    monkeypatch.setattr(training.crossfit, "fit_model", fit_model)
    monkeypatch.setattr(training.crossfit, "logits_of", logits_of)
    return collected


def laid_out(n_notes):
    none = np.zeros(n_notes, dtype=np.bool_)
    return SimpleNamespace(design=SimpleNamespace(explicit=none, own_explicit=~none))


def judged(notes, held_out, n_folds=3, measured=None, **options):
    nothing = np.zeros(len(notes), dtype=np.bool_)
    measured = nothing if measured is None else measured
    split = by_source(notes, np.array(held_out), measured, np.arange(len(notes)), n_folds=n_folds)
    return cross_fit(laid_out(len(notes)), notes, split, default_recipe(), **options)


def spied(sources, held_out):
    return judged([note(source) for source in sources], held_out)


def test_no_fold_trains_on_the_sources_it_holds_out(folds):
    sources = list("aabbccddee") + ["extra", "a"]  # one that always trains, and one that bears a held-out source
    fitted = spied(sources, [True] * 10 + [False] * 2)
    assert len(folds) == 3
    seen_by = {}
    for row, fold in enumerate(fitted.logits.notes[:, 0].astype(int)):
        training_sources = {sources[position] for position in folds[fold - 1]}
        assert sources[row] not in training_sources
        assert "extra" in training_sources
        seen_by.setdefault(sources[row], set()).add(fold)
    assert all(len(each) == 1 for each in seen_by.values())


def test_every_held_out_note_is_judged_once_in_its_order(folds):
    fitted = spied(["a", "x", "b", "c"], [True, False, True, True])
    assert [item.source for item in fitted.notes] == ["a", "b", "c"]
    assert sorted(fitted.logits.notes[:, 0]) == [1, 2, 3]
    assert np.array_equal(fitted.logits.author, -fitted.logits.notes)
    assert (fitted.explicit.tolist(), fitted.own_explicit.tolist()) == ([False] * 3, [True] * 3)


def chosen_by(who, source="a"):
    return msgspec.structs.replace(note(source), chosen_by=who)


def test_only_what_a_model_chose_may_not_be_held_out():
    assert may_be_held_out([chosen_by(who) for who in ("model", "random", "")]).tolist() == [False, True, True]


def test_cross_fitting_refuses_to_measure_on_what_a_model_chose(folds):
    notes = [chosen_by("", "a"), chosen_by("random", "b"), chosen_by("model", "c")]
    with pytest.raises(DataError, match=r"no held-out note may have been chosen by a model\. Got 1;"):
        judged(notes, [True] * 3)


def test_what_a_model_chose_trains_in_every_fold_but_its_sources(folds):
    notes = [chosen_by("", "a"), chosen_by("", "b"), chosen_by("model", "c"), chosen_by("model", "a")]
    fitted = judged(notes, may_be_held_out(notes))
    assert [item.chosen_by for item in fitted.notes] == ["", ""]
    assert sorted(sorted(fold) for fold in folds) == [[0, 2, 3], [1, 2]]


CURVES = (Curve(1.5, -0.5), Curve(0.7, 0.4), Curve(2.0, -1.0))


@pytest.fixture(scope="module")
def simulated():
    """Draw answers from known curves over known logits, all three questions apart."""
    draw = np.random.default_rng(7)
    logits = draw.normal(scale=1.5, size=(6000, 3)).astype(np.float32)
    yes = [draw.random(6000) < curve(logits[:, column]) for column, curve in enumerate(CURVES)]
    words = np.where(np.stack(yes, axis=1), "yes", "no").tolist()
    return crossed([note("s", *row) for row in words], logits)


def test_calibration_recovers_the_curves_behind_the_answers(simulated):
    calibration = calibrate(simulated)
    commercial = np.array([item.commercial == "yes" for item in simulated.notes])
    assert 0.2 < commercial.mean() < 0.8
    for question, curve in zip(QUESTIONS, CURVES, strict=True):
        found = getattr(calibration, question)
        assert (found.slope, found.offset) == (
            pytest.approx(curve.slope, abs=0.15),
            pytest.approx(curve.offset, abs=0.15),
        )


def test_commercial_otherwise_is_fitted_on_notes_that_divert_nobody(simulated):
    spoiled = [
        msgspec.structs.replace(item, commercial="yes") if item.diversion == "yes" else item for item in simulated.notes
    ]
    calibration = calibrate(msgspec.structs.replace(simulated, notes=spoiled))
    assert calibration.commercial_otherwise.offset == pytest.approx(CURVES[0].offset, abs=0.2)
    assert calibration.commercial.offset > CURVES[0].offset + 0.5


def test_open_answers_bend_no_curve(simulated):
    open_notes = [note("s", "unsure", "na", "unsure")] * 500
    more = crossed([*simulated.notes, *open_notes], np.concatenate([simulated.logits.notes, np.full((500, 3), 9)]))
    assert calibrate(more).diversion.slope == pytest.approx(calibrate(simulated).diversion.slope, abs=1e-3)


def test_a_question_with_one_answer_gives_no_curve():
    with pytest.raises(DataError, match="must answer every question with yes and with no"):
        calibrate(crossed([note(), note()], np.zeros((2, 3))))


def test_the_floor_is_the_share_of_the_authors_contacts_that_divert():
    answers = ["yes", "yes", "yes", "no", "unsure", "yes"]
    own = [True, True, True, True, True, False]
    fitted = crossed(
        [note(diversion=answer) for answer in answers], np.zeros((6, 3)), explicit=[True] * 6, own_explicit=own
    )
    assert explicit_floor(fitted) == pytest.approx((3 + 1) / (4 + 2), abs=1e-3)


def test_diversion_is_the_likelier_of_thread_and_author_and_not_under_the_floor():
    fitted = crossed(
        [note()] * 3,
        [[0, 0, logit(0.2)], [0, 0, logit(0.7)], [0, 0, logit(0.2)]],
        author=[[0, 0, logit(0.6)], [0, 0, logit(0.1)], [0, 0, logit(0.1)]],
        explicit=[False, False, True],
    )
    assert diversion_of(fitted, FLAT, 0.9) == pytest.approx([0.6, 0.7, 0.9])


@pytest.mark.parametrize(
    ("by", "label"), [("author", Label.DIVERSION), ("unknown", Label.ORGANIC), ("other", Label.ORGANIC)]
)
def test_what_others_divert_is_taken_from_the_authors_label(by, label):
    assert author_label(note(diversion="yes", by=by)) is label


def test_validation_speaks_of_the_authors_own_content():
    fitted = crossed(
        [
            note("a", diversion="yes", by="other"),
            note("b", diversion="yes", by="author"),
            note("b", commercial="unsure"),
        ],
        np.full((3, 3), 9.0),
        author=[[logit(0.2), 0, logit(0.1)], [0, 0, logit(0.3)], [0, 0, 0]],
        explicit=[True] * 3,
        own_explicit=[False, True, False],
    )
    statistics = validate(fitted, FLAT, 0.9).author
    assert dict(zip(LABELS, statistics.counts.tolist(), strict=True)) == {
        Label.DISCLOSED_AD: 0,
        Label.DIVERSION: 1,
        Label.ORGANIC: 1,
        Label.UNDISCLOSED_AD: 0,
    }
    assert statistics.sources == ("a", "b")
    organic, diversion = LABELS.index(Label.ORGANIC), LABELS.index(Label.DIVERSION)
    assert statistics.means[organic, organic] == pytest.approx(0.9 * 0.8)
    assert statistics.means[diversion, diversion] == pytest.approx(0.9)


def test_validation_takes_what_the_platform_shows_as_an_ad_for_one():
    shown = LabeledNote(
        note=Note(note_id="a", platform=Platform(is_ad=True)),
        source="a",
        commercial="yes",
        disclosed="yes",
        diversion="no",
    )
    fitted = crossed([shown, note("b")], [[logit(0.2), logit(0.1), logit(0.3)]] * 2)
    validation = validate(fitted, FLAT, 0.9)
    means = validation.author.means
    ad, diversion, organic = (LABELS.index(each) for each in (Label.DISCLOSED_AD, Label.DIVERSION, Label.ORGANIC))
    assert means[ad, ad] == pytest.approx(0.7)
    assert means[diversion, ad] == pytest.approx(0.3)
    assert means[organic, organic] == pytest.approx(0.7 * 0.8)
    assert validation.commercial.means == pytest.approx(np.array([[1.0, 0.2], [0.0, 0.8]]))


def test_the_commercial_question_is_validated_on_the_whole_thread_and_on_open_labels():
    notes = [note("a", commercial="yes", disclosed="unsure"), note("b"), note("b", commercial="unsure")]
    logits = [[logit(0.7), 0, 0], [logit(0.1), 0, 0], [logit(0.9), 0, 0]]
    commercial = validate(crossed(notes, logits, author=np.zeros((3, 3))), FLAT, 0.9).commercial
    assert (commercial.classes, commercial.counts.tolist()) == (("commercial", "not_commercial"), [1, 1])
    assert commercial.means[0] == pytest.approx([0.7, 0.1])
    assert commercial.sources == ("a", "b")


def test_scaling_needs_notes_of_every_label():
    four = [
        note("a", "yes", "yes", "no"),
        note("a", "yes", "no", "no"),
        note("a", "no", "na", "no"),
        note("a", "no", "na", "yes"),
    ]
    assert validate(crossed(four[:3], np.zeros((3, 3))), FLAT, 0.9).scaling is None
    assert validate(crossed(four, np.zeros((4, 3))), FLAT, 0.9).scaling is not None


def test_measured_notes_never_train_and_are_one_fold(folds):
    notes = [note(source) for source in list("aabbcc") + list("xxyy")]
    measured = np.array([False] * 6 + [True] * 4)
    fitted = judged(notes, [True] * 10, measured=measured)
    assert all(training <= set(range(6)) for training in folds)
    assert folds[-1] == set(range(6))
    assert len(set(fitted.logits.notes[6:, 0])) == 1
    assert (fitted.folds[6:].tolist(), fitted.measured.tolist()) == ([3] * 4, measured.tolist())


def test_a_kept_fold_is_not_fitted_again(folds):
    kept = {}

    def keep(stage, depends_on, compute):
        if stage not in kept:
            kept[stage] = compute()
        return kept[stage]

    notes = [note(source) for source in "abc"]
    first = judged(notes, [True] * 3, keep=keep)
    assert len(folds) == 3
    del kept["fold-1"]
    again = judged(notes, [True] * 3, keep=keep)
    assert len(folds) == 4
    changed = np.flatnonzero(first.logits.notes[:, 0] != again.logits.notes[:, 0])
    assert first.folds[changed].tolist() == [1]
