from pathlib import Path

import pytest

from data.errors import ConfigError
from serving.settings import Settings, read_settings


def test_settings_are_read_from_their_variables():
    environ = {
        "HUOREN_MODEL": "m",
        "HUOREN_POLICY": "p.toml",
        "HUOREN_CORPORA": "c",
        "HUOREN_REQUIRE_ALL": "1",
        "HUOREN_STATE": "s",
        "HUOREN_DATABASE_URL": "postgresql://h/n",
        "HUOREN_SECRET": "s" * 16,
        "HUOREN_STORE_TEXT": "yes",
        "HUOREN_RETENTION_DAYS": "0",
        "HUOREN_API_KEYS": "a:score:0",
        "HUOREN_RATE": "5",
        "HUOREN_MODELS": "r",
        "HUOREN_JOURNAL_SYNC": "always",
        "HUOREN_JOURNAL_BYTES": "2000000",
        "HUOREN_NOTES_IN_FLIGHT": "7",
        "HUOREN_WEBHOOK_URL": "https://h",
        "HUOREN_WEBHOOK_SECRET": "w" * 16,
        "HUOREN_CALLBACK_HOSTS": "a.example, b.example,",
    }
    expected = Settings(
        model=Path("m"),
        policy=Path("p.toml"),
        corpora=Path("c"),
        require_all=True,
        state=Path("s"),
        database_url="postgresql://h/n",
        secret="s" * 16,
        store_text=True,
        retention_days=0,
        api_keys="a:score:0",
        rate=5.0,
        models=Path("r"),
        journal_sync="always",
        journal_bytes=2_000_000,
        notes_in_flight=7,
        webhook_url="https://h",
        webhook_secret="w" * 16,
        callback_hosts=("a.example", "b.example"),
    )
    assert read_settings(environ) == expected


def test_other_programs_variables_and_empty_values_say_nothing():
    assert read_settings({"PATH": "/bin", "HUOREN_API_KEYS": "", "HUOREN_MODEL": ""}) == Settings()


def test_a_misspelt_variable_is_refused_with_the_known_ones():
    with pytest.raises(
        ConfigError, match=r"HUOREN_MODEL, .*HUOREN_API_KEYS, .*Got HUOREN_MODLE instead\. Did you mean"
    ):
        read_settings({"HUOREN_MODLE": "m"})


@pytest.mark.parametrize(
    ("name", "value", "must"),
    [
        ("HUOREN_REQUIRE_ALL", "maybe", "1 or 0"),
        ("HUOREN_STORE_TEXT", "maybe", "1 or 0"),
        ("HUOREN_JOURNAL_SYNC", "maybe", "always or second"),
        ("HUOREN_SECRET", "maybe", "at least 16 characters"),
        ("HUOREN_WEBHOOK_SECRET", "maybe", "at least 16 characters"),
        ("HUOREN_RETENTION_DAYS", "maybe", "whole number of at least 0"),
        ("HUOREN_RATE", "0.maybe", "whole number of at least 1"),
        ("HUOREN_JOURNAL_BYTES", "1", "whole number of at least 1048576"),
        ("HUOREN_NOTES_IN_FLIGHT", "0", "whole number of at least 1"),
    ],
)
def test_a_value_of_another_kind_is_refused_unquoted(name, value, must):
    with pytest.raises(ConfigError, match=f"{name} must .*{must}") as caught:
        read_settings({name: value})
    assert "maybe" not in str(caught.value)
