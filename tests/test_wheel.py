"""The built wheel holds every file and works from a folder with `data/` and `models/` of its own.

An editable install hides a data file that package-data forgets, and imports that only work from the checkout.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("data", "models", "serving", "training")
SCRIPTS = "Scripts" if os.name == "nt" else "bin"


def run(*command, cwd):
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("HUOREN_", "PYTHON"))}
    command = [str(part) for part in command]
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Build from a copy: no stale build/ or egg-info of the checkout can lend a file that is not declared."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("dist")
    for name in PACKAGES:
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source / name)
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, source, cwd=source)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """Return the scripts folder of a fresh environment with the wheel in it.

    The dependencies are this environment's own, through a .pth file: quick, and no network. A .pth file's folder lends
    its packages but not its own .pth files, so the editable install is not seen.
    """
    folder = tmp_path_factory.mktemp("fresh")
    venv.create(folder, symlinks=os.name != "nt")
    python = folder / SCRIPTS / "python"
    site_packages = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder)
    Path(site_packages.strip(), "dependencies.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index", "--no-compile"]
    run(*pip, wheel, cwd=folder)
    return folder / SCRIPTS


@pytest.fixture
def elsewhere(tmp_path):
    """Return a folder whose own `data` and `models` break whoever imports them."""
    for name in ("data", "models"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise ImportError('this is an analyst\\'s own folder')")
    return tmp_path


def test_the_wheel_holds_every_file_of_the_packages(wheel):
    paths = {path for name in PACKAGES for path in (ROOT / name).rglob("*") if "__pycache__" not in path.parts}
    expected = {path.relative_to(ROOT).as_posix() for path in paths if path.is_file()}
    assert expected <= set(zipfile.ZipFile(wheel).namelist())


def test_the_wheel_holds_nothing_beside_the_packages(wheel):
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {name for name in tops if not name.endswith(".dist-info")} == set(PACKAGES)


def test_help_lists_the_verbs_from_another_folder(installed, elsewhere):
    assert "classify" in run(installed / "huoren", "--help", cwd=elsewhere)


def test_doctor_finds_nothing_broken_from_another_folder(installed, elsewhere):
    assert run(installed / "huoren", "doctor", "--json", cwd=elsewhere).startswith('{"ok":true')


def test_the_modules_used_are_those_of_the_wheel(installed, elsewhere):
    show = "import data, serving; print(data.__file__, serving.__file__)"
    where = run(installed / "python", "-P", "-c", show, cwd=elsewhere)
    assert where.count(str(installed.parent)) == 2
