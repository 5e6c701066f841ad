"""`huoren classify`: judge one text or note and show the evidence, or print it as JSON."""

import argparse
import sys

import msgspec
from rich.console import Console

from data.errors import DataError
from serving.classify_input import read_input
from serving.cli_output import say, tell, tell_error
from serving.note_classifier import NoteClassifier, load_classifier
from serving.options import add_model_options
from serving.verdict_view import render_verdict

EXAMPLE = """examples:
  huoren classify "今天到手价29.9，需要的加薇"
  huoren classify note.json --json
  head -n 5 notes.jsonl | huoren classify -"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `huoren classify`."""
    parser.add_argument(
        "source",
        nargs="?",
        default="-",
        metavar="TEXT|FILE.json|-",
        help="a text, a file of JSON notes (one, or one a line), or - for either on standard input (default: -)",
    )
    add_model_options(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON line a note")
    parser.add_argument("--quiet", action="store_true", help="print the label and the decision only")
    parser.epilog = EXAMPLE


def run(args: argparse.Namespace, classifier: NoteClassifier | None = None) -> int:
    """Judge what was given, note by note; 1 where a note could not be read, after the others were judged.

    Raises
    ------
    AppError
        If the model or the policy is unusable.
    """
    if args.source == "-" and sys.stdin.isatty():
        tell("Type a text or a JSON note, then Ctrl-D.")
    classifier = classifier or load_classifier(args.model, args.policy)
    console = Console(highlight=False)
    status = 0
    for note in read_input(args.source):
        if isinstance(note, DataError):
            tell_error(note)
            status = 1
            continue
        verdict = classifier.classify(note)
        if args.json:
            say(msgspec.json.encode(verdict).decode())
        elif args.quiet:
            say(f"{note.note_id}\t{verdict.label}\t{verdict.decision}")
        else:
            console.print(render_verdict(note, verdict))
    return status
