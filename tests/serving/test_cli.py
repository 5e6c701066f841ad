import os
import subprocess
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import pytest

from data.errors import DataError
from serving import cli

ROOT = Path(__file__).parents[2]


@pytest.fixture
def verb(monkeypatch):
    """Put a verb of the test's own into the table."""

    def put(run):
        def add_arguments(parser):
            parser.add_argument("--model")
            parser.add_argument("--corpora")
            parser.epilog = "example: huoren probe"

        monkeypatch.setattr(cli, "VERBS", {"probe": "probe_module:run"})
        module = ModuleType("probe_module")
        module.__spec__ = ModuleSpec("probe_module", None)
        module.add_arguments, module.run = add_arguments, run
        monkeypatch.setitem(sys.modules, "probe_module", module)

    return put


def test_help_lists_every_verb_with_one_line(capsys):
    with pytest.raises(SystemExit, match="0"):
        cli.main(["--help"])
    lines = capsys.readouterr().out.splitlines()
    for verb in cli.VERBS:
        (line,) = [line for line in lines if line.startswith(f"  {verb} ")]
        assert len(line.split()) > 2


@pytest.mark.parametrize("name", [name for name, where in cli.VERBS.items() if where.startswith("serving.")])
def test_the_help_of_a_verb_says_what_it_does_and_ends_with_an_example(name, capsys):
    with pytest.raises(SystemExit, match="0"):
        cli.main([name, "--help"])
    shown = capsys.readouterr().out.rstrip()
    assert "`huoren" not in shown.splitlines()[2]
    assert f"huoren {name}" in shown[shown.rindex("example") :] or f"huoren {name}" in shown.splitlines()[-1]


def test_no_verb_is_a_usage_error_with_the_help(capsys):
    assert cli.main([]) == 2
    assert "classify" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("argument", "words"), [("秘密", "a text stands in quotes"), ("--x=秘密", "unknown option --x")]
)
def test_an_argument_too_many_is_not_quoted_for_it_may_be_text(verb, capsys, argument, words):
    verb(lambda args: 0)
    with pytest.raises(SystemExit, match="2"):
        cli.main(["probe", argument])
    shown = capsys.readouterr().err
    assert words in shown
    assert "秘密" not in shown


@pytest.mark.parametrize("arguments", [["clasify"], ["probe", "--unknown"], ["probe", "--mod", "m"]])
def test_wrong_usage_exits_2(verb, arguments, capsys):
    verb(lambda args: 0)
    with pytest.raises(SystemExit, match="2"):
        cli.main(arguments)


def test_an_error_of_ours_is_one_line_and_exit_1(verb, capsys):
    def run(args):
        raise DataError("notes.jsonl:3: must hold.\nIt does not.")

    verb(run)
    assert cli.main(["probe"]) == 1
    assert capsys.readouterr().err == "huoren: error: notes.jsonl:3: must hold. It does not.\n"


def test_an_error_of_the_system_is_one_line_and_exit_1(verb, capsys):
    verb(lambda args: open("/no/such/file").close())
    assert cli.main(["probe"]) == 1
    assert capsys.readouterr().err == "huoren: error: /no/such/file: No such file or directory\n"


def test_the_environment_fills_what_no_option_gave(verb, monkeypatch):
    models = []
    verb(lambda args: models.append(str(args.model)) or 0)
    monkeypatch.setenv("HUOREN_MODEL", "from-environ")
    cli.main(["probe"])
    cli.main(["probe", "--model", "from-option"])
    assert models == ["from-environ", "from-option"]


def test_the_corpora_folder_comes_from_the_environment(verb, monkeypatch):
    folders = []
    verb(lambda args: folders.append(args.corpora) or 0)
    monkeypatch.setenv("HUOREN_CORPORA", "my-corpora")
    cli.main(["probe"])
    assert folders == [Path("my-corpora")]


def test_a_misspelt_variable_stops_every_verb(verb, monkeypatch, capsys):
    verb(lambda args: pytest.fail("it ran"))
    monkeypatch.setenv("HUOREN_MODLE", "m")
    assert cli.main(["probe"]) == 1
    assert "Did you mean HUOREN_MODEL?" in capsys.readouterr().err


def test_a_verb_whose_extra_is_missing_says_what_to_install(monkeypatch, capsys):
    monkeypatch.setattr(cli, "VERBS", {"fit": "training.fit:run"})

    def import_module(name):
        raise ModuleNotFoundError(name="sklearn.linear_model")

    monkeypatch.setattr(cli.importlib, "import_module", import_module)
    assert cli.main(["fit"]) == 1
    assert "`huoren fit` needs sklearn, which is not installed: pip install 'huoren[train]'" in capsys.readouterr().err


def test_serving_verbs_import_nothing_heavy_or_of_training():
    script = (
        "import importlib, sys\n"
        "from serving.cli import VERBS\n"
        "[importlib.import_module(where.split(':')[0]) for where in VERBS.values() if where.startswith('serving')]\n"
        "print(sorted({'sklearn', 'torch', 'training', 'jieba'} & {name.split('.')[0] for name in sys.modules}))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


_CONSOLE_SCRIPT = "import sys; from serving.cli import main; sys.exit(main())"


@pytest.mark.parametrize("start", ["script", "module", "module with an empty PYTHONPATH entry"])
def test_it_works_beside_an_analysts_own_data_and_models(tmp_path, start):
    own = tmp_path / "analyst"
    for package in ("data", "models"):
        (own / package).mkdir(parents=True)
        (own / package / "__init__.py").write_text("raise SystemExit('the wrong package')", encoding="utf-8")
    script = tmp_path / "bin" / "huoren"  # as pip writes it: not in the current directory
    script.parent.mkdir()
    script.write_text(_CONSOLE_SCRIPT, encoding="utf-8")
    path = f"{os.pathsep}{ROOT}" if "empty" in start else str(ROOT)
    environ = {name: value for name, value in os.environ.items() if not name.startswith("HUOREN_")}
    command = [sys.executable, str(script)] if start == "script" else [sys.executable, "-m", "serving.cli"]
    done = subprocess.run(
        [*command, "report", "gone.parquet", "--model", "gone"],
        cwd=own,
        env=environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert done.stderr.startswith("huoren: error: ")
