"""The ablation: each row leaves out what it names alone, and is compared with the whole on the same notes."""

import json
from concurrent.futures import ThreadPoolExecutor

import msgspec
import numpy as np
import pytest
from rich.console import Console

import training.learn
from data.errors import ConfigError
from training import ablation, ablation_bench, ablation_rows, learning_curves
from training.ablation_bench import Bench, Variant
from training.ablation_figures import CROSS_VALIDATION, DEV, Figures, compared, figures, interval, places
from training.ablation_rows import ROWS, rows_of, variant
from training.ablation_tables import change_text, gain_text, tables
from training.learn import weigh_design
from training.recipe import default_recipe
from training.splits import by_source
from training.stages import Stages

CHOICES = {
    "ngrams": "ngram_scale",
    "space": "topic_scale",
    "source_intercepts": "source_scale",
    "source_weights": "source_power",
}


def the_bench(own_fit, folder, folds=2):
    """Take our own corpus for gold of six sources, the last one dev, and every fourth note for one read by a model."""
    notes = [msgspec.structs.replace(item, source=f"s{at % 6}") for at, item in enumerate(own_fit.notes)]
    set_of = np.where(np.arange(len(notes)) % 4 == 0, "unlabelled", "gold")
    dev = np.array([item.source == "s5" for item in notes])
    clusters = np.arange(len(notes))
    split = by_source(notes, set_of == "gold", dev, clusters, n_folds=folds)
    matrices = own_fit.matrices
    return Bench(
        corpora=folder,
        config=own_fit.config,
        notes=notes,
        set_of=set_of,
        copy_of=np.arange(len(notes)),
        split=split,
        matrices=matrices,
        has_vectors=False,
    )


@pytest.fixture(autouse=True)
def quick_fits(monkeypatch):
    """Stop the solver early: what it is given matters here, not how well it learns."""
    regression = training.learn.LogisticRegression
    monkeypatch.setattr(training.learn, "LogisticRegression", lambda **options: regression(**options, tol=1.0))


@pytest.fixture
def bench(own_fit, tmp_path):
    return the_bench(own_fit, tmp_path)


@pytest.mark.parametrize("folds", [0, 3])
def test_the_bench_holds_gold_out_and_names_the_set_of_each_note(corpora, monkeypatch, folds):
    config = msgspec.structs.replace(
        default_recipe(), sets=("gold", "chasm"), comment_label_weight=0.0, n_topics=2, perturbed_share=0.2
    )
    monkeypatch.setattr(ablation_bench, "default_recipe", lambda: config)
    with Stages(Console(quiet=True), quiet=True) as stages:
        found = ablation_bench.prepare(corpora, space=None, folds=folds, stages=stages)
    is_copy = np.array(["~" in item.note.note_id for item in found.notes])
    assert is_copy.any()
    assert (found.is_copy == is_copy).all()
    assert (variant(found, "perturbed_copies").left_out == is_copy).all()
    for row in np.flatnonzero(is_copy):
        assert found.notes[row].note.note_id.startswith(f"{found.notes[found.copy_of[row]].note.note_id}~")
    assert (np.array([item.source == "chasm" for item in found.notes]) == (found.set_of == "chasm")).all()
    held_out = {found.notes[row].source for row in found.split.rows}
    assert held_out == ({f"source-{at}" for at in range(6)} if folds else {"source-5"})
    assert not is_copy[found.split.rows].any()
    assert {found.notes[row].source for row in found.split.held_out(found.split.n_folds - 1)} == {"source-5"}
    assert "source-5" not in {found.notes[row].source for row in np.flatnonzero(found.trains)}


def test_every_row_can_be_left_out_and_the_whole_has_all(bench, monkeypatch):
    monkeypatch.setattr(ablation_rows, "_latent_space", lambda *_: bench.matrices.space)
    monkeypatch.setattr(ablation_rows, "comment_examples", lambda *_, **__: [])
    monkeypatch.setattr(ablation_rows, "fit_comment_scorer", lambda *_: bench.matrices.scorer)
    whole = variant(bench)
    assert whole.matrices is bench.matrices
    assert whole.config == bench.config
    assert not whole.left_out.any()
    for name in ROWS:
        assert isinstance(variant(bench, name), Variant)


@pytest.mark.parametrize(("name", "choice"), CHOICES.items())
def test_a_choice_left_out_is_zero_for_both_measured_questions_alone(bench, name, choice):
    changed = variant(bench, name)
    for question in ("commercial", "diversion"):
        before = bench.config.recipe(question)
        assert changed.config.recipe(question) == msgspec.structs.replace(before, **{choice: 0.0})
    assert changed.config.disclosed == bench.config.disclosed
    assert changed.matrices is bench.matrices
    assert not changed.left_out.any()


def test_signals_and_the_comment_scorer_are_left_out_apart(bench):
    whole = bench.matrices
    assert whole.design.signals.any()
    assert whole.pooled.any()
    assert whole.author_pooled.any()
    signals, scorer = variant(bench, "signals").matrices, variant(bench, "comment_scorer").matrices
    assert not signals.design.signals.any()
    assert not signals.design.author_signals.any()
    assert signals.pooled is whole.pooled
    assert not scorer.pooled.any()
    assert not scorer.author_pooled.any()
    assert scorer.design is whole.design


def test_a_set_left_out_does_not_train_and_all_is_measured_still(bench):
    assert (variant(bench, "unlabelled").left_out == (bench.set_of == "unlabelled")).all()
    without = bench.fit(variant(bench, "unlabelled"))
    assert len(without.notes) == len(bench.split.rows)
    whole = bench.fit(variant(bench))
    assert not np.allclose(without.logits.notes, whole.logits.notes)


def test_comment_labels_are_left_out_of_the_scorer_alone(bench, monkeypatch):
    asked = []
    other = msgspec.structs.replace(bench.matrices.scorer, bias=9.0)
    monkeypatch.setattr(ablation_rows, "comment_examples", lambda *args, **named: asked.append((args, named)) or [])
    monkeypatch.setattr(ablation_rows, "fit_comment_scorer", lambda *_: other)
    changed = variant(bench, "comment_labels").matrices
    assert asked == [((bench.corpora,), {"seed": bench.config.seed})]
    assert changed.design is bench.matrices.design
    assert changed.space is bench.matrices.space
    again = weigh_design(bench.matrices.design, bench.matrices.space, other, bench.config)
    assert (changed.pooled == again.pooled).all()
    assert (changed.pooled != bench.matrices.pooled).any()


def test_latent_topics_in_place_of_vectors_need_vectors():
    assert "vectors" not in rows_of([], has_vectors=False)
    assert "vectors" in rows_of([], has_vectors=True)
    with pytest.raises(ConfigError, match="'vectors' must come with --space FILE"):
        rows_of(["vectors"], has_vectors=False)


def test_rows_that_are_named_run_alone_and_curves_are_no_rows():
    assert rows_of(["own", "signals"], has_vectors=False) == ["signals", "own"]
    assert rows_of(["sources"], has_vectors=False) == []


def test_dev_is_a_place_of_its_own_and_the_only_one_without_folds(own_fit, tmp_path):
    bench = the_bench(own_fit, tmp_path)
    at = places(bench)
    rows = bench.split.rows
    assert {bench.notes[row].source for row in rows[at[DEV][0]]} == {"s5"}
    assert not (at[DEV][0] & at[CROSS_VALIDATION][0]).any()
    folds = np.where(bench.split.folds == bench.split.folds.max(), 0, -1)
    alone = msgspec.structs.replace(bench, split=msgspec.structs.replace(bench.split, folds=folds))
    assert list(places(alone)) == [DEV]
    crossed, among_all = bench.fit(variant(bench), dev_only=True), bench.fit(variant(bench))
    assert np.allclose(crossed.logits.notes, among_all.logits.notes[at[DEV][0]])
    assert set(figures(alone.fit(variant(alone)), places(alone))[DEV].values) == {"commercial_auc", "diversion_auc"}


def test_a_difference_is_taken_draw_by_draw():
    draws = np.random.default_rng(0).normal(0.8, 0.1, 1000)
    whole, worse = Figures({"f": 0.8}, {"f": draws}), Figures({"f": 0.77}, {"f": draws - 0.03})
    told = compared({DEV: worse}, {DEV: whole})[DEV]["f"]
    assert told["value"] == 0.77
    assert [told[key] for key in ("difference", "ci_low", "ci_high")] == pytest.approx([-0.03] * 3)


def test_an_interval_holds_the_stated_share_and_is_none_where_too_few_draws_are_numbers():
    told = interval(np.arange(1001.0))
    assert (told["ci_low"], told["ci_high"], told["level"]) == pytest.approx((25.0, 975.0, 0.95))
    assert interval(np.array([1.0, np.nan]))["ci_low"] is None


def test_a_change_is_starred_where_nought_lies_outside_its_interval():
    change = {"difference": -0.0101, "ci_low": -0.016, "ci_high": -0.0041}
    assert change_text(change) == "−.010 (−.016 to −.004) *"
    assert change_text(change | {"ci_high": 0.001}) == "−.010 (−.016 to +.001)"
    assert change_text(change | {"ci_low": None, "ci_high": None}) == "−.010"


def test_a_gain_whose_sign_is_open_is_said_to_be_too_noisy():
    clear = {"value": 0.0031, "ci_low": 0.0004, "ci_high": 0.006}
    assert gain_text(clear) == "+.0031 (+.0004 to +.0060)"
    assert gain_text(clear | {"ci_low": -0.0004}) == "+.0031 (−.0004 to +.0060), too noisy to tell"
    assert gain_text({"value": float("nan"), "ci_low": None, "ci_high": None}) == "no curve found, too noisy to tell"


@pytest.mark.parametrize("only", [["unlabelled", "sources"], ["labels"]])
def test_what_was_asked_for_is_told_in_tables_and_json(bench, only, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(ablation, "prepare", lambda *_, **__: bench)
    monkeypatch.setattr(learning_curves, "_RESAMPLED", 2)
    path = tmp_path / "told.json"
    assert ablation.main([str(tmp_path), "--only", *only, "--draws", "2", "--json", str(path)]) == 0
    told = json.loads(path.read_text())
    assert [row["left_out"] for row in told.get("rows", [])] == [name for name in only if name == "unlabelled"]
    assert list(told["curves"]) == only[-1:]
    assert len(list(tables(told))) == 1 + 2 * ("unlabelled" in only)
    for row in told.get("rows", []):
        assert row["notes"] == told["notes"] - (bench.trains & (bench.set_of == "unlabelled")).sum()
        assert set(row[DEV]) == {"commercial_auc", "diversion_auc", "macro_3"}
        assert set(row[CROSS_VALIDATION]) == {"commercial_auc", "diversion_auc"}
    curve = told["curves"][only[-1]]
    assert np.array(curve["questions"]["diversion"]["auc"]).shape == (2, 4)
    shown = capsys.readouterr()
    assert "twice as many" in shown.out
    assert f"{only[-1]}: " in shown.err


def test_a_copy_counts_as_no_label_and_goes_with_its_note(bench, monkeypatch):
    """Note 1 is made a copy of note 7: of one source, both gold."""
    copy_of = bench.copy_of.copy()
    copy_of[1] = 7
    bench = msgspec.structs.replace(bench, copy_of=copy_of)
    left_out, fit = [], Bench.fit

    def kept_fit(self, part, **options):
        left_out.append(part.left_out)
        return fit(self, part, **options)

    monkeypatch.setattr(Bench, "fit", kept_fit)
    monkeypatch.setattr(learning_curves, "_RESAMPLED", 1)
    with ThreadPoolExecutor(1) as pool:
        told = learning_curves.learning_curve(bench, "labels", 2, pool, lambda _: None)
    assert told["sizes"][-1] == (bench.trains & (bench.set_of == "gold")).sum() - 1
    assert all(out[1] == out[7] for out in left_out)
    assert any(out[7] for out in left_out)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--only", "vowels"], "'--only' must be among signals,"),
        (["--folds", "1"], "'--folds' must be 0, or at least 2. Got 1."),
        (["--workers", "0"], "'--workers' must be at least 1. Got 0."),
        (["--draws", "1"], "'--draws' must be at least 2. Got 1."),
        ([], "the corpora folder must hold gold_train.jsonl."),
    ],
)
def test_what_cannot_be_measured_is_an_error_on_one_line(tmp_path, capsys, options, told):
    assert ablation.main([str(tmp_path), "--quiet", *options]) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"training.ablation: error: {told}")
    assert error.count("\n") == 1
