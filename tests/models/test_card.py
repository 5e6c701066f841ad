import copy

import pytest

from data.errors import ModelError
from models.card import render_card
from models.notice import render_notice

SHA_TRAIN, SHA_DEV = "a" * 64, "b" * 64
MANIFEST = {
    "format": "huoren-linear-1",
    "model_version": "2026.11.1",
    "created_at": "2026-11-22T18:00:00Z",
    "requires": {"numpy": ">=2"},
    "normaliser_version": "3",
    "label_thresholds": {"commercial": 0.4321, "disclosed": 0.5, "diversion": 0.25},
    "training_data": [
        {"name": "gold_train.jsonl", "rows": 2992, "sha256": SHA_TRAIN, "licence": "none stated: research use"},
        {"name": "chasm_train.jsonl", "rows": 709, "sha256": "c" * 64, "licence": "MIT"},
    ],
    "weights": "other keys are for loading",
}


def _figure(value):
    return {"value": value, "ci_low": value - 0.05, "ci_high": value + 0.05, "level": 0.95}


def _question(value, positives):
    names = ("auc", "average_precision", "precision", "recall", "f1", "calibration_error")
    head = {"rows": 100, "positives": positives, "threshold": 0.5, "status": "measured"}
    return head | {name: _figure(value) for name in names}


def _metrics():
    nothing = {"rows": 20, "positives": 1, "threshold": 0.5, "status": "not established", "positives_needed": 50}
    label = {"positives": 10, "predicted": 12, "status": "measured"} | {
        name: _figure(0.7) for name in ("precision", "recall", "f1")
    }
    per_label = {
        "disclosed_ad": nothing | {"predicted": 2, "positives": 7},
        "diversion": label,
        "organic": label,
        "undisclosed_ad": label | {"precision": None},
    }
    overall = {
        "rows": 100,
        "questions": {"commercial": _question(0.84, 30), "disclosed": nothing, "diversion": _question(0.8, 10)},
        "labels": {
            "macro_3": _figure(0.642),
            "per_label": per_label,
            "confusion": {"order": list(per_label), "counts": [[41, 0, 0, 0]] * 4},
        },
        "decisions": {
            "diverting": 10,
            "not_diverting": 90,
            "recall": _figure(0.61),
            "recall_blocked": None,
            "at_prevalence": [{"prevalence": 0.003, "false_reviews_per_10000": _figure(123.4)}],
        },
    }
    gold = {
        "name": "gold_dev.jsonl",
        "sha256": SHA_DEV,
        "overall": overall,
        "by_source": {"s": overall, "t": overall},
        "by_comments": {"with": overall, "without": None},
    }
    return {
        "command": "huoren evaluate gold_dev.jsonl --model m",
        "model_version": "2026.11.1",
        "ruleset_version": "rules-7",
        "policy_version": "default@1",
        "bootstrap": {
            "draws": 1000,
            "seed": 5,
            "level": 0.95,
            "resampled": "notes within their source",
            "at_0_and_1": "Wilson",
        },
        "sets": [gold],
    }


def test_each_label_has_its_chinese_name_and_an_example():
    card = render_card(MANIFEST, _metrics())
    for label, name in (
        ("disclosed_ad", "已声明广告"),
        ("diversion", "站外导流"),
        ("organic", "真实分享"),
        ("undisclosed_ad", "未声明广告"),
    ):
        (row,) = [line for line in card.splitlines() if line.startswith(f"| `{label}` |")]
        assert name in row


def test_training_data_stands_with_rows_licence_and_hash():
    card = render_card(MANIFEST, _metrics())
    (row,) = [line for line in card.splitlines() if line.startswith("| gold_train.jsonl |")]
    assert "2992 | none stated: research use" in row
    assert SHA_TRAIN in row
    assert "readings by a language model following the guideline, not by human moderators" in card.replace("\n", " ")


def test_who_answered_is_told_with_counts():
    read = {"name": "data/labels/notes.jsonl", "rows": 300, "sha256": "e" * 64, "licence": "Apache-2.0"}
    card = render_card(MANIFEST | {"training_data": [*MANIFEST["training_data"], read]}, _metrics()).replace(
        "\n  ", " "
    )
    (told,) = [line for line in card.splitlines() if "readings by a language model" in line]
    assert "gold_train.jsonl (2992), data/labels/notes.jsonl (300)" in told
    assert "chasm" not in told
    assert "- chasm_train.jsonl (709): by their collectors' annotators" in card
    assert "written together with its answers" not in card


@pytest.mark.parametrize(
    ("licence", "told"), [("MIT", "zhihu_advertorials.jsonl.gz, of which"), ("MIT (text only, labels unused)", "")]
)
def test_articles_are_told_as_labelled_where_their_labels_teach(licence, told):
    zhihu = {"name": "zhihu_advertorials.jsonl.gz", "rows": 9, "sha256": "e" * 64, "licence": licence}
    card = render_card(MANIFEST | {"training_data": [zhihu]}, _metrics())
    assert told in card
    assert ("a sample trains" in card) == bool(told)


def test_a_model_of_permissive_sets_says_what_it_is_for():
    clean = MANIFEST | {"training_data": MANIFEST["training_data"][1:]}
    for whole, others in (
        (render_card(clean, _metrics()), render_card(MANIFEST, _metrics())),
        (
            render_notice(clean),
            render_notice(MANIFEST),
        ),
    ):
        assert "for those who may not use weights" in whole
        assert "for those who may not use weights" not in others


def test_dev_is_told_as_judge_where_no_gold_note_teaches():
    assert "Dev chose too" in render_card(MANIFEST, _metrics())
    card = render_card(MANIFEST | {"training_data": MANIFEST["training_data"][1:]}, _metrics())
    assert "Dev judged only" in card
    assert "Dev chose too" not in card


def test_a_twin_stands_beside_with_intervals():
    metrics = _metrics()
    metrics["sets"][0]["overall"]["labels"]["macro_3"] = _figure(0.5)
    twin = MANIFEST | {"model_version": "clean-1", "training_data": MANIFEST["training_data"][1:], "metrics": metrics}
    card = render_card(MANIFEST, _metrics(), twin=twin)
    assert "| gold_dev.jsonl | 2026.11.1 | clean-1 |" in card
    assert "| commercial AUC | 0.840 (0.790–0.890) | 0.840 (0.790–0.890) |" in card
    assert "| macro-3 | 0.642 (0.592–0.692) | 0.500 (0.450–0.550) |" in card
    assert "trained on chasm_train.jsonl alone" in card
    assert "Beside its twin" not in render_card(MANIFEST, _metrics())


def test_a_twin_measured_on_another_set_is_refused():
    metrics = _metrics()
    metrics["sets"][0]["sha256"] = "f" * 64
    with pytest.raises(ModelError, match="a twin must be measured on a set of the model's"):
        render_card(MANIFEST, _metrics(), twin=MANIFEST | {"metrics": metrics})


def test_a_twin_without_figures_is_refused():
    with pytest.raises(ModelError, match=r"a twin must be a measured model\. Got a KeyError \('metrics'\)"):
        render_card(MANIFEST, _metrics(), twin=MANIFEST)


def test_figures_stand_with_interval_count_set_and_command():
    card = render_card(MANIFEST, _metrics())
    assert "### gold_dev.jsonl: 100 notes, sources: 2" in card
    assert "| commercial | 30 / 100 | 0.840 (0.790–0.890) |" in card
    assert "**0.642 (0.592–0.692)**" in card
    assert "`huoren evaluate gold_dev.jsonl --model m`" in card
    assert "| 0.3% | 123 (123–123) |" in card


def test_what_too_few_notes_show_is_not_established_and_what_is_undefined_is_a_dash():
    card = render_card(MANIFEST, _metrics())
    assert "| disclosed | 1 / 20 | not established (fewer than 50) |" in card
    assert "| undisclosed_ad | 10 / 12 | – |" in card
    assert "with that label: 7 in gold_dev.jsonl." in card


def test_a_covert_set_and_a_comparison_have_their_tables():
    metrics = _metrics()
    overall = metrics["sets"][0]["overall"]
    del overall["labels"], overall["decisions"]
    overall["covert_ad"] = {"positives": 68, "predicted": 70} | {
        name: _figure(0.65) for name in ("precision", "recall", "f1")
    }
    metrics["sets"][0]["against_baseline"] = {
        "covert_ad_f1": {"value": 0.65, "baseline": 0.62, "probability_better": 0.96}
    }
    card = render_card(MANIFEST, metrics)
    assert "| undisclosed_ad or diversion | 68 / 70 | 0.650 (0.600–0.700) |" in card
    assert "| covert ad f1 | 0.650 | 0.620 | 0.960 |" in card


def test_a_set_that_was_trained_on_is_marked():
    metrics = _metrics()
    assert "trained on this very file" not in render_card(MANIFEST, metrics)
    metrics["sets"][0]["sha256"] = SHA_TRAIN
    assert "trained on this very file" in render_card(MANIFEST, metrics)


def test_limits_misuse_and_versions_are_told():
    card = render_card(MANIFEST, _metrics())
    for told in ("Sources never seen", "Few real disclosed", "without a human reading", "no base rate"):
        assert told in card
    for told in ("model 2026.11.1", "normaliser 3", "numpy >=2", "threshold of `diversion`: 0.2500", "rules rules-7"):
        assert told in card


def test_metrics_of_another_model_are_refused():
    with pytest.raises(ModelError, match=r"of the model of the card, '2026\.11\.1'. Got '2025\.1\.1'"):
        render_card(MANIFEST, _metrics() | {"model_version": "2025.1.1"})


def test_metrics_of_another_shape_are_refused():
    metrics = copy.deepcopy(_metrics())
    del metrics["sets"][0]["overall"]["questions"]["commercial"]["auc"]
    with pytest.raises(ModelError, match=r"what `huoren evaluate --json` prints. Got a KeyError \('auc'\)"):
        render_card(MANIFEST, metrics)


@pytest.mark.parametrize("key", ["model_version", "training_data", "requires", "normaliser_version"])
def test_a_manifest_without_a_key_is_refused(key):
    manifest = {name: value for name, value in MANIFEST.items() if name != key}
    with pytest.raises(ModelError, match=key):
        render_card(manifest, _metrics())


def test_a_manifest_that_names_no_training_data_is_refused():
    with pytest.raises(ModelError, match="must name what the model learned from"):
        render_notice(MANIFEST | {"training_data": []})


def test_the_notice_names_every_source_with_licence_and_hash():
    notice = render_notice(MANIFEST)
    assert "chasm_train.jsonl\n  CHASM, covert advertisements on RedNote" in notice
    assert "licence: MIT" in notice
    assert SHA_TRAIN in notice
    assert "that licence does not cover the data" in notice


def test_a_source_unknown_by_name_is_still_named_in_the_notice():
    other = {"name": "mine.jsonl", "rows": 3, "sha256": "d" * 64, "licence": "CC0"}
    assert "mine.jsonl\n  rows: 3\n  licence: CC0" in render_notice(MANIFEST | {"training_data": [other]})
