"""What each family of features, labelled set and further source is worth: `python -m training.ablation CORPORA`.

Every row refits the shipped recipe without one thing and is measured on gold_dev, whose sources never train, and by
cross-validation over the training sources. Curves refit it on growing shares of the gold sources, and of their notes.
Topic space and comment scorer see no answer of a gold note; they are learned once, from all text.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from data.errors import AppError, ConfigError
from training.ablation_bench import Bench, prepare
from training.ablation_figures import compared, figures, interval, places
from training.ablation_rows import ROWS, rows_of, variant
from training.ablation_tables import tables
from training.learning_curves import CURVES, learning_curve
from training.stages import Stages

EXAMPLE = """examples:
  python -m training.ablation ../shared/corpora --json ablation.json
  python -m training.ablation ../shared/corpora --only own unlabelled --folds 0
  python -m training.ablation ../shared/corpora --space space.npz --only vectors sources"""


def main(argv: Sequence[str] | None = None) -> int:
    """Print the tables; 0 when measured, 1 when corpora or options are unusable."""
    parser = argparse.ArgumentParser(
        prog="python -m training.ablation",
        description=(__doc__ or "").splitlines()[0],
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("corpora", type=Path, metavar="CORPORA", help="corpora folder")
    parser.add_argument("--space", type=Path, metavar="FILE", help="of `huoren pretrain` (default: latent topics)")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help=f"of {', '.join((*ROWS, *CURVES))}")
    parser.add_argument("--folds", type=int, default=5, metavar="N", help="of cross-validation; 0: gold_dev alone")
    parser.add_argument("--draws", type=int, default=5, metavar="N", help="of each share of a curve (default: 5)")
    parser.add_argument("--workers", type=int, metavar="N", help="fits at once (default: one a core)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures as JSON")
    parser.add_argument("--quiet", action="store_true", help="show no progress")
    args = parser.parse_args(argv)
    try:
        told = _measure(args, Console(stderr=True, quiet=args.quiet))
    except AppError as error:
        sys.stderr.write(f"training.ablation: error: {error}\n")
        return 1
    if args.json:
        args.json.write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    console = Console()
    for table in tables(told):
        console.print(table)
    return 0


def _measure(args: argparse.Namespace, console: Console) -> dict[str, Any]:
    if unknown := [name for name in args.only if name not in ROWS and name not in CURVES]:
        raise ConfigError(f"'--only' must be among {', '.join((*ROWS, *CURVES))}. Got {unknown[0]!r}.")
    if args.folds < 0 or args.folds == 1:
        raise ConfigError(f"'--folds' must be 0, or at least 2. Got {args.folds}.")
    if args.draws < 2:
        raise ConfigError(f"'--draws' must be at least 2. Got {args.draws}.")
    if (workers := os.cpu_count() or 1 if args.workers is None else args.workers) < 1:
        raise ConfigError(f"'--workers' must be at least 1. Got {workers}.")
    names = rows_of(args.only, has_vectors=args.space is not None)
    with Stages(console, quiet=args.quiet) as stages:
        bench = prepare(args.corpora, space=args.space, folds=args.folds, stages=stages)
    started = time.perf_counter()

    def tell(done: str) -> None:
        console.print(f"{time.perf_counter() - started:6.0f} s  {done}", highlight=False)

    told: dict[str, Any] = {"recipe": msgspec.to_builtins(bench.config), "space": args.space and args.space.name}
    curves = [name for name in CURVES if not args.only or name in args.only]
    # The solver lets other threads run; its own would wait for one another, and for those of other fits.
    with threadpool_limits(1), ThreadPoolExecutor(workers) as pool:
        if names:
            told |= ablate(bench, names, pool, tell)
        told["curves"] = {name: learning_curve(bench, name, args.draws, pool, tell) for name in curves}
    return told


def ablate(bench: Bench, names: Sequence[str], pool: Executor, tell: Callable[[str], None]) -> dict[str, Any]:
    """Fit with everything, then without each of `names`.

    Returns
    -------
    dict
        JSON-ready: `notes` that train and the figures of the `whole`, by place; `rows` of the same with differences.
    """
    at = places(bench)
    whole = figures(bench.fit(variant(bench)), at)
    tell("nothing left out")

    def row(name: str) -> dict[str, Any]:
        without = variant(bench, name)
        found = compared(figures(bench.fit(without), at), whole)
        tell(f"without {name}")
        return {"left_out": name, "notes": int((bench.trains & ~without.left_out).sum())} | found

    return {
        "notes": int(bench.trains.sum()),
        "whole": {
            place: {name: {"value": value} | interval(of.draws[name]) for name, value in of.values.items()}
            for place, of in whole.items()
        },
        "rows": list(pool.map(row, names)),
    }


if __name__ == "__main__":
    raise SystemExit(main())
