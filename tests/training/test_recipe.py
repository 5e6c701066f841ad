"""Recipe files: every key is read, typed and told of; what is written is read back."""

import datetime
import tomllib
from importlib import resources
from pathlib import Path

import msgspec
import pytest

from data.errors import ConfigError
from training.config import ThresholdRecipe
from training.recipe import default_recipe, read_recipe, recipe_text, shipped_text


@pytest.fixture
def read(tmp_path):
    def read(text):
        (tmp_path / "my.toml").write_text(text, encoding="utf-8")
        return read_recipe(tmp_path / "my.toml")

    return read


def test_an_empty_file_is_the_shipped_recipe(read):
    assert read("") == default_recipe() == read(shipped_text())


def test_a_file_names_only_what_it_changes(read):
    changed = read("n_topics = 7\n[commercial]\nstrength = 2\n")
    commercial = msgspec.structs.replace(default_recipe().commercial, strength=2.0)
    assert changed == msgspec.structs.replace(default_recipe(), n_topics=7, commercial=commercial)


def test_the_recipe_of_the_clean_twin_is_read():
    clean = read_recipe(Path(str(resources.files("training").joinpath("clean.toml"))))
    assert (set(clean.sets), clean.other_text) == ({"own", "chasm", "zhihu"}, False)


def test_the_shipped_recipe_is_written_as_it_is():
    assert recipe_text(default_recipe()) == shipped_text()


def test_what_is_written_is_read_back_with_its_comments(read):
    changed = read(
        'split = "time"\nheld_out_since = 2025-01-02\nseed = 4\n[thresholds]\nrule = "precision"\nprecision = 0.9\n'
        'prevalence = 0.05\n[disclosed]\ndetectors = ["no_ad_claim"]\nngram_scale = 0.5\n'
    )
    assert changed.held_out_since == datetime.date(2025, 1, 2)
    assert changed.thresholds == ThresholdRecipe(rule="precision", precision=0.9, prevalence=0.05)
    text = recipe_text(changed)
    assert read(text) == changed
    assert text.count("#") == shipped_text().count("#") - 3  # the date and two shares are no comments any more


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("n_topic = 7", r"my\.toml: unknown key 'n_topic'\. Known here are seed, n_topics, "),
        ("[commercial]\nstrenght = 1.0", r"unknown key 'commercial\.strenght'\. Known here are strength, "),
        ("[commercial]\nstrength = 0", r"'commercial\.strength' must be of its type and range\. Expected `float` > 0"),
        ("comment_strength = inf", r"'comment_strength' must be of its type and range"),
        ("[diversion]\nngram_scale = nan", r"'diversion\.ngram_scale' must be of its type and range"),
        ('n_folds = "ten"', r"'n_folds' must be of its type and range\. Expected `int`, got `str`"),
        ("n_folds = 1", r"'n_folds' must be of its type and range\. Expected `int` >= 2"),
        ("near_duplicate = 0.3", r"'near_duplicate' must be of its type and range\. Expected `float` >= 0\.5"),
        ('sets = ["gold", "xhs"]', r"'sets' must be among 'gold', 'chasm', 'adspectorx', .*Got 'xhs' instead"),
        ("sets = []", r"'sets' must be of its type and range"),
        ('sets = "gold"', r"'sets' must be of its type and range"),
        ("other_text = false", r"other_text = false must come with comment_label_weight = 0\. Got 3\.0"),
        (
            'other_text = false\ncomment_label_weight = 0\nsets = ["chasm"]',
            r"other_text = false must come with 'own' among 'sets'",
        ),
        ("perturbed_share = -0.5", r"'perturbed_share' must be of its type and range"),
        ('split = "feed"', r"'split' must be one of 'source', 'author', 'time'\. Got 'feed' instead"),
        ('[thresholds]\nrule = "f1"', r"'thresholds\.rule' must be one of 'macro_f1', 'precision'\. Got 'f1'"),
        ("commercial = 2", r"'commercial' must be a table\. Got int instead"),
        ('split = "time"', r"'held_out_since' must be given with split = 'time', and only then\. Got no date"),
        ("held_out_since = 2025-01-01", r"Got a date and split = 'source'"),
        ("[thresholds]\nprecision = 0.9", r"'thresholds\.precision' must come with rule = 'precision'"),
        (
            '[thresholds]\nrule = "precision"\nprecision = 0.9',
            r"rule = 'precision' must come with 'thresholds\.prevalence'",
        ),
        (
            '[disclosed]\ndetectors = ["adverts"]',
            r"'disclosed\.detectors' must be among .*disclosure_ad.*Got 'adverts'",
        ),
        ("seed = ", r"my\.toml: a recipe must be TOML in UTF-8"),
    ],
)
def test_what_cannot_be_honoured_is_refused(read, text, message):
    with pytest.raises(ConfigError, match=message):
        read(text)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"no\.toml: a recipe must be a readable file"):
        read_recipe(tmp_path / "no.toml")


def test_a_list_over_several_lines_is_replaced_whole():
    config = default_recipe()
    diversion = msgspec.structs.replace(config.diversion, detectors=("phone", "url"))
    changed = msgspec.structs.replace(config, diversion=diversion)
    assert tomllib.loads(recipe_text(changed))["diversion"]["detectors"] == ["phone", "url"]
