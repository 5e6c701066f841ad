from pathlib import Path

import pytest

from data.errors import ConfigError
from serving.settings import Settings, read_settings


def test_settings_are_read_from_their_variables():
    environ = {"HUOREN_MODEL": "m", "HUOREN_POLICY": "p.toml", "HUOREN_CORPORA": "c", "HUOREN_REQUIRE_ALL": "1"}
    expected = Settings(model=Path("m"), policy=Path("p.toml"), corpora=Path("c"), require_all=True)
    assert read_settings(environ) == expected


def test_other_programs_variables_and_empty_values_say_nothing():
    assert read_settings({"PATH": "/bin", "HUOREN_API_KEYS": "", "HUOREN_MODEL": ""}) == Settings()


def test_a_misspelt_variable_is_refused_with_the_known_ones():
    with pytest.raises(ConfigError, match=r"HUOREN_MODEL, .*HUOREN_CALLBACK_HOSTS\. Got HUOREN_MODLE instead\. Did you mean"):
        read_settings({"HUOREN_MODLE": "m"})


def test_a_flag_that_is_neither_is_refused():
    with pytest.raises(ConfigError, match="HUOREN_REQUIRE_ALL must be 1 or 0"):
        read_settings({"HUOREN_REQUIRE_ALL": "maybe"})


def test_no_secret_stands_in_what_a_traceback_or_a_debugger_shows():
    secrets = {
        "HUOREN_DATABASE_URL": "postgresql://huoren:password-88@db/huoren",
        "HUOREN_SECRET": "password-88-of-hashes",
        "HUOREN_WEBHOOK_URL": "https://hooks.example/password-88",
        "HUOREN_WEBHOOK_SECRET": "password-88-of-webhooks",
    }
    assert "password-88" not in repr(read_settings(secrets))
