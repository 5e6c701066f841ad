"""The one command `huoren`: a table of verbs, each loaded when it is called."""

import argparse
import ast
import importlib
import importlib.metadata
import importlib.util
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from serving.cli_output import tell_error

# Strings, so that serving imports nothing of training and `huoren serve` starts without scikit-learn.
VERBS: dict[str, str] = {
    "classify": "serving.classify:run",
    "score": "serving.score:run",
    "report": "serving.report:run",
    "audit": "serving.audit:run",
    "feed": "serving.feed:run",
    "replay": "serving.replay:run",
    "serve": "serving.serve:run",
    "keys": "serving.keys:run",
    "doctor": "serving.doctor:run",
    "fit": "training.fit:run",
    "pretrain": "training.pretrain:run",
    "evaluate": "training.evaluate:run",
    "select": "training.select:run",
    "card": "training.card:run",
    "model": "training.model:run",
}
_OWN = ("data", "models", "serving", "training")
_ABOUT = """Judge notes: real sharing (organic), advertisements that say so, advertisements that do not, and diversion
off the platform; with the evidence, and each feed's share of real sharing."""
_EXAMPLE = 'example: huoren classify "今天到手价29.9，需要的加薇"'


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb.

    Returns
    -------
    int
        0 done, 1 data or run error (one line on stderr), 2 usage, 130 stopped by Ctrl-C.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    _leave_current_directory()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a terminal that knows no Chinese still gets an answer
    if not arguments:
        _top_parser().print_help(sys.stderr)
        return 2
    # The top parser's help reads every verb's file: only where help, version or an error is due.
    verb = arguments[0] if arguments[0] in VERBS else _top_parser().parse_args(arguments[:1]).verb
    from data.errors import AppError  # after the current directory has left the path

    try:
        return _run(verb, arguments[1:])
    except AppError as error:
        return _fail(error)
    except BrokenPipeError:  # `huoren ... | head`: the reader has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        at = f"{error.filename}: " if error.filename else ""
        return _fail(f"{at}{error.strerror or type(error).__name__}")
    except KeyboardInterrupt:
        return 130


def _run(verb: str, arguments: list[str]) -> int:
    from serving.settings import read_settings

    module_name, function = VERBS[verb].split(":")
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        missing = (error.name or "").split(".")[0]
        if missing in _OWN:
            return _fail(f"`huoren {verb}` is not part of this installation.")
        package = "'huoren[train]'" if module_name.startswith("training.") else "huoren"
        return _fail(f"`huoren {verb}` needs {missing}, which is not installed: pip install {package}.")
    parser = argparse.ArgumentParser(
        prog=f"huoren {verb}",
        description=_sentence(_help_line(verb)),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,  # a script written today must not change its meaning with tomorrow's option
    )
    module.add_arguments(parser)
    args, rest = parser.parse_known_args(arguments)
    if rest:  # argparse itself would print them, and they may be a note's text without its quotes
        options = [name for each in rest if (name := each.partition("=")[0]).startswith("-") and name.isascii()]
        parser.error(f"unknown option {options[0]}" if options else "too many arguments; a text stands in quotes")
    args.settings = settings = read_settings(os.environ)
    for name in ("model", "policy", "corpora"):
        default = getattr(settings, name)
        if getattr(args, name, default) is None:
            setattr(args, name, default)
    status = int(getattr(module, function)(args))
    sys.stdout.flush()
    return status


def _fail(message: object) -> int:
    tell_error(message)
    return 1


def _top_parser() -> argparse.ArgumentParser:
    width = max(map(len, VERBS))
    verbs = "\n".join(f"  {verb:<{width}}  {_help_line(verb)}" for verb in VERBS)
    parser = argparse.ArgumentParser(
        prog="huoren",
        usage="huoren VERB [arguments]",
        description=_ABOUT,
        epilog=f"verbs:\n{verbs}\n\n`huoren VERB --help` says more.\n{_EXAMPLE}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("verb", choices=VERBS, metavar="VERB", help="one of those below")
    parser.add_argument("--version", action="version", version=_version())
    return parser


def _help_line(verb: str) -> str:
    """First line of a verb's module docstring, read without importing the module."""
    try:
        spec = importlib.util.find_spec(VERBS[verb].split(":")[0])
    except ModuleNotFoundError:
        spec = None
    if spec is None or spec.origin is None:
        return "(not part of this installation)"
    text = ast.get_docstring(ast.parse(Path(spec.origin).read_text(encoding="utf-8"))) or verb
    return text.splitlines()[0].removeprefix(f"`huoren {verb}`: ")


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]


def _version() -> str:
    try:
        return f"huoren {importlib.metadata.version('huoren')}"
    except importlib.metadata.PackageNotFoundError:
        return "huoren (not installed, run from its source)"


def _leave_current_directory() -> None:
    """Take the current directory off the import path, unless huoren itself lies there.

    `python -m serving.cli` and an empty entry in PYTHONPATH put it on the path, where an analyst's own `data/` or
    `models/` would be imported in place of ours. A console script does not; spawned workers get their parent's path.
    """
    try:
        here = Path.cwd()
    except FileNotFoundError:
        return
    if here != Path(__file__).resolve().parents[1]:
        sys.path[:] = [entry for entry in sys.path if entry and Path(entry) != here]


if __name__ == "__main__":
    raise SystemExit(main())
