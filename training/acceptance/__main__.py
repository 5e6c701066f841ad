"""Run the acceptance rows of the authenticity ratio on feeds whose truth is known, and on real labelled sources.

Run as `python -m training.acceptance`; exits 1 where a row fails. A row that could not be run counts as not run, never
as passed. A short run draws too few feeds for verdicts and exits 0.
"""

import os

if __name__ == "__main__":  # before numpy loads, which starts its threads then: rows run side by side instead
    for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
        os.environ[_name] = "1"

import argparse
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from data.errors import AppError
from training.acceptance.check import Check
from training.acceptance.rows import FULL, ROWS, SHORT, Plan, Result, run_rows

_EPILOG = """examples:
  python -m training.acceptance --rows 1,2,3 --jobs 4
  HUOREN_CORPORA=../shared/corpora python -m training.acceptance --rows 11 --json out/sources.json"""
_WIDTH = 180  # of a file or pipe
_VERDICTS: Mapping[bool | None, str] = {True: "[green]passed[/]", False: "[red]FAILED[/]", None: "-"}


def main(argv: Sequence[str] | None = None) -> int:
    """Print the tables; 0 where no row of a full run fails, 1 where one does or something is unusable."""
    args = _parser().parse_args(argv)
    progress, began = Console(stderr=True, quiet=args.quiet), time.monotonic()
    plan = Plan(
        rows=args.rows,
        size=SHORT if args.short else FULL,
        seed=args.seed,
        jobs=args.jobs,
        predictions=args.predictions,
        corpora=args.corpora,
    )
    try:
        result = run_rows(plan, on_row=lambda row: progress.print(f"{time.monotonic() - began:5.0f} s  {row}"))
    except AppError as error:
        sys.stderr.write(f"training.acceptance: error: {error}\n")
        return 1
    seconds = time.monotonic() - began
    _print(result, seconds)
    if args.json is not None:
        args.json.parent.mkdir(parents=True, exist_ok=True)
        args.json.write_bytes(msgspec.json.format(msgspec.json.encode(_as_json(result, plan, seconds)), indent=1))
    return 1 if result.failed and not args.short else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m training.acceptance",
        description=(__doc__ or "").splitlines()[0],
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--rows", type=_rows, default=tuple(ROWS), metavar="N,N", help="rows to run (default: all)")
    parser.add_argument("--short", action="store_true", help="few feeds: tells whether it runs, not whether it holds")
    parser.add_argument("--seed", type=int, default=2026, metavar="N", help="seed (%(default)s)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="processes (%(default)s)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything here")
    parser.add_argument(
        "--predictions", type=Path, metavar="DIR", help="row 11: what `huoren fit --metrics` wrote (default: made)"
    )
    corpora = os.environ.get("HUOREN_CORPORA")
    parser.add_argument(
        "--corpora",
        type=Path,
        metavar="DIR",
        default=Path(corpora) if corpora else None,
        help="row 11: corpora folder (default: $HUOREN_CORPORA)",
    )
    parser.add_argument("--quiet", action="store_true", help="print the tables alone")
    return parser


def _rows(text: str) -> tuple[int, ...]:
    try:
        rows = tuple(sorted({int(part) for part in text.split(",")}))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"rows must be numbers with commas. Got {text!r} instead.") from error
    if unknown := [row for row in rows if row not in ROWS]:
        raise argparse.ArgumentTypeError(f"rows must lie in {ROWS[0]}..{ROWS[-1]}. Got {unknown[0]} instead.")
    return rows


def _print(result: Result, seconds: float) -> None:
    console = Console()
    if not console.is_terminal:
        console = Console(width=_WIDTH)
    for title, rows in result.tables.items():
        console.print(_table(title, rows))
    console.print(_checks(result.checks))
    not_run = sorted({check.row for check in result.checks if check.not_run})
    told = f"failed: {', '.join(map(str, result.failed)) or 'none'}; not run: {', '.join(map(str, not_run)) or 'none'}"
    console.print(f"rows {told}; {seconds:.0f} s")


def _checks(checks: Sequence[Check]) -> Table:
    table = Table("row", "what", "bar", "published", "ours", "error", "", title="acceptance", title_justify="left")
    for before, check in zip([None, *checks], checks, strict=False):
        if before is not None and before.row != check.row:
            table.add_section()
        verdict = "not run" if check.not_run else _VERDICTS[check.passed]
        ours = check.not_run or check.ours
        table.add_row(str(check.row), check.what, check.bar, check.published, ours, check.error, verdict)
    return table


def _table(title: str, rows: Sequence[Mapping[str, str]]) -> Table:
    table = Table(*rows[0], title=title, title_justify="left")
    for row in rows:
        table.add_row(*row.values())
    return table


def _as_json(result: Result, plan: Plan, seconds: float) -> dict[str, Any]:
    return {
        "seed": plan.seed,
        "size": msgspec.to_builtins(plan.size),
        "seconds": round(seconds, 1),
        "failed": result.failed,
        "checks": [check.as_json() for check in result.checks],
        "tables": result.tables,
    }


if __name__ == "__main__":
    sys.exit(main())
