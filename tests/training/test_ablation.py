"""The ablation: each variant leaves out what it names and nothing else."""

import msgspec

from training import ablation
from training.recipe import default_recipe


def test_a_changed_recipe_keeps_what_was_not_named():
    recipe = msgspec.structs.replace(default_recipe().commercial, strength=0.3, ngram_scale=2.0, detectors=("price",))
    changed = ablation._changed(recipe, {"ngram_scale": 0.0})
    assert changed == msgspec.structs.replace(recipe, ngram_scale=0.0)
    assert recipe.ngram_scale == 2.0


def test_each_variant_sets_one_choice_to_zero_for_both_measured_questions():
    config = default_recipe()
    (_, whole), *variants = ablation._variants(config)
    assert whole == config
    left_out = []
    for _, variant in variants:
        assert msgspec.structs.replace(variant, commercial=config.commercial, diversion=config.diversion) == config
        zeroed = set()
        for question in ("commercial", "diversion"):
            before, after = (msgspec.structs.asdict(each.recipe(question)) for each in (config, variant))
            zeroed |= {name for name, value in after.items() if value != before[name]}
        (name,) = zeroed
        assert getattr(variant.commercial, name) == getattr(variant.diversion, name) == 0
        left_out.append(name)
    assert left_out == ["signal_scale", "ngram_scale", "topic_scale", "source_scale", "source_power"]


def test_a_folder_without_corpora_is_an_error_on_one_line(tmp_path, capsys):
    assert ablation.main([str(tmp_path)]) == 1
    told = capsys.readouterr().err
    assert told.startswith("training.ablation: error: the corpora folder must hold gold_train.jsonl.")
    assert told.count("\n") == 1
