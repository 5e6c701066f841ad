import tomllib
from importlib import resources

import pytest

from data.errors import ConfigError
from training.guards import check_guards, read_guards

RAW = tomllib.loads(resources.files("training").joinpath("guards.toml").read_text(encoding="utf-8"))


def test_the_guards_that_ship_are_usable():
    guards, sha256 = read_guards(None)
    assert guards.min_notes == 30
    assert len(sha256) == 64


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"min_note": 3}, r"g\.toml: unknown key 'min_note'. Known here are .*min_notes.*slices"),
        ({"slices": RAW["slices"] | {"worst": 0}}, r"\[slices\]: unknown key 'worst'. Known here are figures, prob"),
        ({"overall": RAW["overall"] | {"figures": ["auc"]}}, r"unknown figure 'auc'. Known here are commercial_auc"),
        ({"floors": {"commercial_ece": 0.1}}, r"\[floors\]: unknown figure 'commercial_ece'"),
        ({"ceilings": {"macro_3": 0.1}}, r"\[ceilings\]: unknown figure 'macro_3'. Known here are commercial_ece, div"),
        ({"floors": {"macro_3": 50}}, r"g\.toml: Expected `float` <= 1"),
        ({"overall": RAW["overall"] | {"worst_difference": 0.1}}, r"Expected `float` <= 0"),
        ({"overall": 3}, r"Expected `object`, got `int` - at `\$\.overall`"),
    ],
)
def test_what_is_unknown_or_impossible_is_refused(change, message):
    with pytest.raises(ConfigError, match=message):
        check_guards(RAW | change, where="g.toml")


def test_a_missing_key_is_refused():
    with pytest.raises(ConfigError, match="missing required field `floors`"):
        check_guards({key: value for key, value in RAW.items() if key != "floors"}, where="g.toml")


@pytest.mark.parametrize(("content", "message"), [(b"a = ", "must be TOML"), (b"\xff", "UnicodeDecodeError")])
def test_a_file_that_is_no_toml_is_named(tmp_path, content, message):
    path = tmp_path / "guards.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=message):
        read_guards(path)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"guards\.toml: guards must be a readable file. Got No such file"):
        read_guards(tmp_path / "guards.toml")
