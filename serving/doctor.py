"""`huoren doctor`: say what is installed and which model is used, and test both."""

import argparse
import importlib.metadata
import platform
import re
import sys
from collections.abc import Callable
from typing import Literal

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from data.errors import AppError
from serving.cli_output import say
from serving.note_classifier import NoteClassifier, load_classifier
from serving.options import add_model_options
from serving.self_test import find_faults

EXAMPLE = "example: huoren doctor --json"
_STYLES = {"ok": "green", "note": "yellow", "broken": "bold red"}
_REQUIREMENT = re.compile(r"([A-Za-z0-9._-]+)")
_OLDEST_PYTHON = (3, 11)
Loader = Callable[[], NoteClassifier]


class Check(msgspec.Struct, frozen=True):
    """One thing looked at; "note" is no fault."""

    name: str
    status: Literal["ok", "note", "broken"]
    detail: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `huoren doctor`."""
    add_model_options(parser)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--quiet", action="store_true", help="print only what is broken")
    parser.epilog = EXAMPLE


def run(args: argparse.Namespace, load: Loader | None = None) -> int:
    """Look at everything; 1 where something is broken."""
    checks = [_python(), *_packages(), *_model(load or (lambda: load_classifier(args.model, args.policy)))]
    is_broken = any(check.status == "broken" for check in checks)
    if args.quiet:
        checks = [check for check in checks if check.status == "broken"]
    if args.json:
        say(msgspec.json.encode({"ok": not is_broken, "checks": checks}).decode())
    elif checks:
        table = Table("", "what", "finding", box=None)
        for check in checks:
            table.add_row(Text(check.status, style=_STYLES[check.status]), Text(check.name), Text(check.detail))
        Console().print(table)
    return int(is_broken)


def _python() -> Check:
    version = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    return Check("Python", "ok" if sys.version_info >= _OLDEST_PYTHON else "broken", version)


def _packages() -> list[Check]:
    """Look up every requirement that huoren's own metadata name; those of extras may be missing."""
    try:
        version, requirements = importlib.metadata.version("huoren"), importlib.metadata.requires("huoren") or []
    except importlib.metadata.PackageNotFoundError:
        return [Check("huoren", "note", "run from its source, not installed; its requirements are not known")]
    checks = [Check("huoren", "ok", version)]
    for requirement in requirements:
        name = _REQUIREMENT.match(requirement)
        if name is None or "extra ==" in requirement:
            continue
        try:
            checks.append(Check(name[1], "ok", importlib.metadata.version(name[1])))
        except importlib.metadata.PackageNotFoundError:
            checks.append(Check(name[1], "broken", "not installed"))
    return checks


def _model(load: Loader) -> list[Check]:
    """Load model and policy (which checks every file's hash), then judge two invented notes."""
    try:
        classifier = load()
        faults = find_faults(classifier)
    except AppError as error:
        return [Check("model", "broken", str(error))]
    checks = [
        Check("model", "ok", f"{classifier.model_version}, hashes as its manifest says"),
        Check("rules", "ok", classifier.ruleset_version),
        Check("policy", "ok", classifier.policy_version),
    ]
    checks += [Check("self-test", "broken", fault) for fault in faults]
    return checks if faults else [*checks, Check("self-test", "ok", "two notes, the expected evidence")]
