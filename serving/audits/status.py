"""`huoren audit status`: how far the labels of an audit have come, by feed and period."""

import argparse
from pathlib import Path

import msgspec
from rich.box import SIMPLE
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from serving.audits.counts import Progress
from serving.audits.file import read_audit
from serving.audits.progress import audit_progress
from serving.feeds.scored_columns import read_scored

SCHEMA_VERSION = 1
EXAMPLE = "example: huoren audit status audit.csv scored/"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `huoren audit status`."""
    parser.add_argument("audit", type=Path, metavar="AUDIT", help="the audit file")
    parser.add_argument(
        "scored",
        type=Path,
        nargs="?",
        metavar="SCORED",
        help="the archive it was drawn from: adds the intervals so far",
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.epilog = EXAMPLE


def run(args: argparse.Namespace, console: Console | None = None) -> int:
    """Print the progress.

    Raises
    ------
    AppError
        If a file is unusable.
    """
    console = console or Console()
    progress = audit_progress(read_audit(args.audit).rows, read_scored(args.scored) if args.scored else None)
    if args.json:
        block = {"schema_version": SCHEMA_VERSION, "places": msgspec.to_builtins(progress)}
        console.out(msgspec.json.format(msgspec.json.encode(block), indent=2).decode(), highlight=False)
        return 0
    table = Table("feed", "period", title="Labels of the audit", box=SIMPLE, padding=(0, 1, 0, 0))
    for name in ("labelled", "unsure", "twice", "agree (kappa)"):
        table.add_column(name, justify="right")
    table.add_column("ready")
    if args.scored:
        table.add_column("organic (± pt)", justify="right")
    for place in progress:
        table.add_row(*map(escape, _cells(place, with_share=args.scored is not None)))
    console.print(table)
    for reason in dict.fromkeys(reason for place in progress for reason in place.reasons):
        console.print(reason, markup=False, highlight=False, soft_wrap=True)
    return 0


def _cells(place: Progress, *, with_share: bool) -> list[str]:
    agreement = "–" if place.agreement is None else f"{place.agreement:.0%}"
    kappa = "" if place.kappa is None else f" ({place.kappa:.2f})"
    cells = [place.feed, place.period, f"{place.labelled:,} of {place.drawn:,}", f"{place.unsure:,}"]
    cells += [f"{place.labelled_twice:,}", f"{agreement}{kappa}", "yes" if place.ready else "no"]
    if with_share:
        cells.append("–" if place.organic is None else f"{place.organic:.1%} ±{100 * place.half_width:.1f}")
    return cells
