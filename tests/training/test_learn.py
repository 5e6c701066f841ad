"""Learning: what scikit-learn fitted on the design is what inference computes from text."""

from contextlib import contextmanager

import msgspec
import numpy as np
import pytest

import training.learn
from data.errors import DataError
from data.labels import QUESTIONS
from data.notes import Comment, Note
from models.features import extract, feature_names
from models.linear import score
from models.signals import scanner
from models.text_batch import TextBatch
from training.gold import LabeledNote
from training.learn import answers, fit_comment_scorer, fit_model, logits_of, source_weights


def note(source="s", **answered):
    return LabeledNote(note=Note(note_id="a"), source=source, **answered)


def inferred(model, notes):
    batch = TextBatch(notes)
    return score(model, batch, extract(batch, scanner().scan(batch), scanner().detectors))


class Fit(training.learn.LogisticRegression):
    """scikit-learn's own, which remembers what it was fitted on."""

    def fit(self, x, y, sample_weight=None):
        self.x, self.y, self.sample_weight = x, y, sample_weight
        return super().fit(x, y, sample_weight=sample_weight)


class NoFit(Fit):
    """Learns nothing, in no time: every weight is one."""

    def fit(self, x, y, sample_weight=None):
        self.x, self.y, self.sample_weight = x, y, sample_weight
        self.coef_, self.intercept_ = np.ones((1, x.shape[1])), np.zeros(1)
        return self


@contextmanager
def collected(kind):
    """Fit with `kind` of regression, and collect the fits in their order."""
    fits = []

    def regression(**options):
        fits.append(kind(**options))
        return fits[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training.learn, "LogisticRegression", regression)
        yield fits


@pytest.fixture
def quick_fits():
    with collected(NoFit) as fits:
        yield fits


@pytest.fixture(scope="module")
def own_model(own_fit):
    """Fit all of our own corpus: the model, the three regressions, the regression of comments."""
    rows = np.ones(len(own_fit.notes), dtype=np.bool_)
    with collected(Fit) as fits:
        scorer = fit_comment_scorer(own_fit.scorer_examples, own_fit.config)
        matrices = msgspec.structs.replace(own_fit.matrices, scorer=scorer)
        model = fit_model(matrices, own_fit.notes, rows, own_fit.config)
    return model, fits[1:], fits[0]


def test_inference_computes_what_scikit_learn_decides(own_fit, own_model):
    model, fits, _ = own_model
    found = inferred(model, [item.note for item in own_fit.notes]).notes
    assert len(fits) == len(QUESTIONS)
    for column, fitted in enumerate(fits):
        chosen = answers(own_fit.notes, QUESTIONS[column]) >= 0
        width = fitted.x.shape[1] - len({item.source for item in own_fit.notes})  # the last columns tell sources apart
        decision = fitted.x[:, :width] @ fitted.coef_[0, :width] + fitted.intercept_[0]
        assert fitted.x.shape[0] == chosen.sum() > 50
        assert found[chosen, column] == pytest.approx(decision, abs=1e-3)


def test_inference_scores_comments_as_scikit_learn_decides(own_fit, own_model):
    model, _, fitted = own_model
    loose = [Note(note_id="-", comments=(Comment(text=item.text),)) for item in own_fit.scorer_examples]
    assert inferred(model, loose).comments == pytest.approx(fitted.decision_function(fitted.x), abs=1e-3)


def test_logits_of_the_design_are_those_of_inference(own_fit, own_model):
    model, *_ = own_model
    design, text = logits_of(model, own_fit.matrices), inferred(model, [item.note for item in own_fit.notes])
    assert design.notes == pytest.approx(text.notes, abs=1e-3)
    assert design.author == pytest.approx(text.author, abs=1e-3)
    assert design.comments == pytest.approx(text.comments, abs=1e-3)
    assert np.abs(design.notes - design.author).max() > 0.01  # some threads do speak


def test_only_the_chosen_rows_that_answer_teach(own_fit, own_rows, quick_fits):
    half = own_rows & (np.arange(len(own_rows)) % 2 == 0)
    fit_model(own_fit.matrices, own_fit.notes, half, own_fit.config)
    for question, fitted in zip(QUESTIONS, quick_fits, strict=True):
        y = answers(own_fit.notes, question)
        assert fitted.y.tolist() == y[half & (y >= 0)].tolist()
        assert fitted.x.shape[0] == len(fitted.sample_weight) == len(fitted.y)


@pytest.mark.parametrize("scale", ["ngram_scale", "topic_scale"])
def test_a_scale_of_zero_leaves_its_features_out(own_fit, own_rows, quick_fits, scale):
    for value in (0.0, 1.0):
        recipe = msgspec.structs.replace(own_fit.config.commercial, **{scale: value})
        config = msgspec.structs.replace(own_fit.config, commercial=recipe)
        model = fit_model(own_fit.matrices, own_fit.notes, own_rows, config)
        assert bool(np.any(getattr(model, scale.replace("scale", "weights"))[:, 0])) is (value > 0)


def test_a_question_with_one_answer_is_refused(own_fit, quick_fits):
    rows = answers(own_fit.notes, "diversion") == 0
    with pytest.raises(DataError, match="must answer 'diversion' with yes and with no"):
        fit_model(own_fit.matrices, own_fit.notes, rows, own_fit.config)


def test_disclosed_is_asked_of_commercial_notes_only():
    asked = [("yes", "yes"), ("yes", "no"), ("no", "no"), ("unsure", "yes"), ("yes", "unsure"), ("yes", "")]
    notes = [note(commercial=commercial, disclosed=disclosed) for commercial, disclosed in asked]
    assert answers(notes, "disclosed").tolist() == [1, 0, -1, -1, -1, -1]
    assert answers(notes, "commercial").tolist() == [1, 1, 0, -1, 1, 1]


@pytest.mark.parametrize("power", [0.0, 0.5, 1.0])
def test_source_weights_have_mean_one(power):
    weights = source_weights([note("large")] * 9 + [note("small")], power)
    assert weights.mean() == pytest.approx(1)
    assert weights[9] / weights[0] == pytest.approx(9**power)


def test_at_power_one_every_source_weighs_alike():
    weights = source_weights([note("b")] * 6 + [note("a")] * 2, 1.0)
    assert weights[:6].sum() == pytest.approx(weights[6:].sum())


def test_the_fit_is_weighed_by_source(own_fit, own_rows, quick_fits):
    notes = [msgspec.structs.replace(item, source="rest" if row else "one") for row, item in enumerate(own_fit.notes)]
    fit_model(own_fit.matrices, notes, own_rows, own_fit.config)
    weights = quick_fits[0].sample_weight
    assert weights[0] > 5 * weights[1]


@pytest.mark.parametrize("used", [True, False])
def test_comment_scores_count_where_a_recipe_uses_them(own_fit, own_rows, used):
    diversion = msgspec.structs.replace(own_fit.config.diversion, comment_scores=used)
    config = msgspec.structs.replace(own_fit.config, diversion=diversion)
    model = fit_model(own_fit.matrices, own_fit.notes, own_rows, config)
    assert bool(model.pooled_weights[:, QUESTIONS.index("diversion")].any()) is used


def test_only_the_named_detectors_count(own_fit, own_rows):
    diversion = msgspec.structs.replace(own_fit.config.diversion, detectors=("phone",))
    config = msgspec.structs.replace(own_fit.config, diversion=diversion)
    model = fit_model(own_fit.matrices, own_fit.notes, own_rows, config)
    names = feature_names(scanner().detectors)
    weights = model.signal_weights[:, QUESTIONS.index("diversion")]
    used = {name.split(":")[1] for name, weight in zip(names, weights, strict=True) if weight}
    assert used == {"phone"}
