"""A skip is a failure under HUOREN_REQUIRE_ALL, wherever it happens."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).with_name("conftest.py")
SKIPS = {
    "in a test": "import pytest\ndef test_it(): pytest.skip('no browser')",
    "by a mark": "import pytest\n@pytest.mark.skipif(True, reason='no browser')\ndef test_it(): pass",
    "of a module": "import pytest\npytest.skip('no browser', allow_module_level=True)",
}
EXPECTED_FAILURE = "import pytest\n@pytest.mark.xfail\ndef test_it(): assert False"


def run_pytest(folder, source, *, require_all):
    (folder / "conftest.py").write_text(CONFTEST.read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "test_one.py").write_text(source, encoding="utf-8")
    environment = {key: value for key, value in os.environ.items() if key != "HUOREN_REQUIRE_ALL"}
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # other packages' plugins take seconds to load
    if require_all:
        environment["HUOREN_REQUIRE_ALL"] = "1"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(folder), str(folder)]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


@pytest.mark.parametrize("source", SKIPS.values(), ids=SKIPS)
def test_a_skip_fails_and_says_why(tmp_path, source):
    result = run_pytest(tmp_path, source, require_all=True)
    assert result.returncode != 0
    assert "no browser" in result.stdout


def test_a_skip_passes_without_the_setting(tmp_path):
    assert "1 skipped" in run_pytest(tmp_path, SKIPS["in a test"], require_all=False).stdout


def test_an_expected_failure_is_no_skip(tmp_path):
    assert "1 xfailed" in run_pytest(tmp_path, EXPECTED_FAILURE, require_all=True).stdout
