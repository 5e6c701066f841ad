import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from data.errors import ConfigError
from serving.secret import read_secret, warn_of_own_secret
from serving.settings import Settings

ROOT = Path(__file__).parents[2]
READ = """
import sys
from pathlib import Path
from serving.secret import read_secret
from serving.settings import Settings
sys.stdin.read()
print(read_secret(Settings(state=Path(sys.argv[1]))).hex())
"""


def test_a_given_secret_is_taken(tmp_path):
    assert read_secret(Settings(state=tmp_path / "state", secret="sixteen-letters!")) == b"sixteen-letters!"
    assert not (tmp_path / "state").exists()


def test_a_secret_is_made_once_for_its_owner_alone(tmp_path):
    settings = Settings(state=tmp_path / "state")
    secret = read_secret(settings)
    assert read_secret(settings) == secret
    assert len(secret) == 32
    assert stat.S_IMODE((tmp_path / "state" / "secret").stat().st_mode) == 0o600
    assert os.listdir(tmp_path / "state") == ["secret"]


def test_another_state_has_another_secret(tmp_path):
    assert read_secret(Settings(state=tmp_path / "a")) != read_secret(Settings(state=tmp_path / "b"))


def test_processes_that_start_at_once_agree(tmp_path):
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", READ, tmp_path / "state"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for process in processes:
        process.stdin.close()
    secrets = {process.stdout.read() for process in processes}
    for process in processes:
        process.stdout.close()
        assert process.wait(60) == 0
    assert len(secrets) == 1
    assert os.listdir(tmp_path / "state") == ["secret"]


@pytest.mark.parametrize("text", ["", "canary", "zz" * 32, "ab" * 31])
def test_a_broken_file_is_told_and_not_quoted(tmp_path, text):
    (tmp_path / "secret").write_text(text)
    with pytest.raises(ConfigError, match="64 hex digits") as caught:
        read_secret(Settings(state=tmp_path))
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    ("secret", "url", "warns"),
    [
        (None, "postgresql://db/huoren", True),
        ("sixteen-letters!", "postgresql://db/huoren", False),
        (None, "sqlite:////srv/huoren.db", False),
        (None, None, False),
    ],
)
def test_a_secret_that_other_machines_cannot_know_is_warned_of(secret, url, warns, tmp_path, caplog):
    warn_of_own_secret(Settings(state=tmp_path, secret=secret, database_url=url))
    assert ("HUOREN_SECRET is not set" in caplog.text) is warns
