"""`huoren audit add`: put the labels that annotators gave into the audit file."""

import argparse
from datetime import datetime
from pathlib import Path

from data.dates import SHANGHAI
from data.errors import DataError
from serving.audits.file import read_audit, write_audit
from serving.audits.labels import add_labels, read_labels
from serving.cli_output import tell

EXAMPLE = "example: huoren audit add audit.csv audit.first.csv"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `huoren audit add`."""
    parser.add_argument("audit", type=Path, metavar="AUDIT", help="the audit file that `huoren audit plan` wrote")
    parser.add_argument(
        "labels", type=Path, metavar="LABELS",
        help="a filled sheet, .csv or .jsonl: note_id, label (one of the four, or unsure), annotator, labelled_at",
    )  # fmt: skip
    parser.add_argument("--second", action="store_true", help="these are second labels, by other people")
    parser.add_argument("--quiet", action="store_true", help="print nothing")
    parser.epilog = EXAMPLE


def run(args: argparse.Namespace) -> int:
    """Fill the audit file, whole or not at all.

    Raises
    ------
    AppError
        If a file is unusable, or a label is unknown, of a note that was not drawn, or differs from the one there is.
    """
    audit = read_audit(args.audit)
    sheet = read_labels(args.labels, today=datetime.now(SHANGHAI).date())
    filled = add_labels(audit.rows, sheet.given, second=args.second)
    if filled.rows != audit.rows:
        if read_audit(args.audit).sha256 != audit.sha256:
            raise DataError(f"{args.audit}: nobody else must add labels meanwhile. Somebody did; run this again.")
        write_audit(args.audit, filled.rows)
    if not args.quiet:
        kind = "second labels" if args.second else "labels"
        tell(f"{args.audit}: {filled.labelled:,} {kind} added, {filled.unsure:,} unsure, {filled.known:,} known before")
        if sheet.left:
            tell(f"{args.labels}: {sheet.left:,} notes wait for a label")
    return 0
