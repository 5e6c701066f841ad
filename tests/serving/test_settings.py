from pathlib import Path

import pytest

from data.errors import ConfigError
from serving.settings import KNOWN, Settings, read_settings


def test_settings_are_read_from_their_variables():
    environ = {"HUOREN_MODEL": "m", "HUOREN_POLICY": "p.toml", "HUOREN_CORPORA": "c", "HUOREN_REQUIRE_ALL": "1"}
    expected = Settings(model=Path("m"), policy=Path("p.toml"), corpora=Path("c"), require_all=True)
    assert read_settings(environ) == expected


def test_other_programs_variables_and_empty_values_say_nothing():
    assert read_settings({"PATH": "/bin", "HUOREN_API_KEYS": "", "HUOREN_MODEL": ""}) == Settings()


def test_a_misspelt_variable_is_refused_with_the_known_ones():
    with pytest.raises(ConfigError, match=r"HUOREN_MODEL, .*HUOREN_API_KEYS\. Got HUOREN_MODLE instead\. Did you mean"):
        read_settings({"HUOREN_MODLE": "m"})


@pytest.mark.parametrize("name", [name for name, meaning in KNOWN.items() if meaning == "not supported yet"])
def test_an_option_not_supported_yet_is_refused_without_its_value(name):
    with pytest.raises(ConfigError, match=f"{name} must not be set") as caught:
        read_settings({name: "secret"})
    assert "secret" not in str(caught.value)


def test_a_flag_that_is_neither_is_refused():
    with pytest.raises(ConfigError, match="HUOREN_REQUIRE_ALL must be 1 or 0"):
        read_settings({"HUOREN_REQUIRE_ALL": "maybe"})
