"""Imports point down, weight stays at the edges, and no data file is left out of the package."""

import ast
import tomllib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BELOW = {
    "data": {"data"},
    "models": {"data", "models"},
    "training": {"data", "models", "training"},
    "serving": {"data", "models", "serving"},
}
# Who may import what is heavy, anywhere in a file; nobody imports torch while a module loads.
EDGES = {
    "duckdb": {"serving"},
    "fastapi": {"serving"},
    "starlette": {"serving"},
    "uvicorn": {"serving"},
    "alembic": {"serving"},
    "httpx2": {"serving"},
    "prometheus_client": {"serving"},
    "sqlalchemy": {"serving"},
    "sklearn": {"training"},
    "scipy": {"models", "serving", "training"},
    "jieba": {"serving", "training"},
    "torch": {"models", "training"},
    "transformers": {"models", "training"},
}
SOURCES = sorted(path for package in BELOW for path in (ROOT / package).rglob("*.py"))
each_source = pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())


def imported(nodes):
    """Return the top-level names that these nodes import; a relative import counts as ""."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "" if node.level else node.module.split(".")[0]


def nodes_run_on_import(node):
    """Walk what runs when a module loads: everything outside functions and `if TYPE_CHECKING`."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        yield child
        yield from nodes_run_on_import(child)


@cache
def parse(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def package_of(path):
    return path.relative_to(ROOT).parts[0]


@each_source
def test_imports_point_down(path):
    assert set(imported(ast.walk(parse(path)))) & BELOW.keys() <= BELOW[package_of(path)]


@each_source
def test_imports_are_absolute(path):
    assert "" not in imported(ast.walk(parse(path)))


@each_source
def test_weight_stays_at_the_edges(path):
    heavy = {name for name in imported(ast.walk(parse(path))) if name in EDGES}
    assert heavy == {name for name in heavy if package_of(path) in EDGES[name]}


@each_source
def test_nothing_loads_torch_when_it_is_imported(path):
    assert not {"torch", "transformers"} & set(imported(nodes_run_on_import(parse(path))))


each_folder = pytest.mark.parametrize(
    "folder", sorted({path.parent for path in SOURCES}), ids=lambda path: path.relative_to(ROOT).as_posix()
)


@each_folder
def test_a_folder_of_modules_is_a_package(folder):
    assert (folder / "__init__.py").is_file()


@pytest.mark.parametrize("package", BELOW)
def test_every_data_file_is_package_data(package):
    globs = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["package-data"]
    covered = {path for glob in globs.get(package, ()) for path in (ROOT / package).glob(glob)}
    files = {path for path in (ROOT / package).rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc")}
    missing = {path.relative_to(ROOT).as_posix() for path in files - covered if "__pycache__" not in path.parts}
    assert missing == set()
