"""`huoren select`: propose what to label next, each note for a named reason, with a random sample mixed in."""

import argparse
import os
from pathlib import Path

import msgspec
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from data.errors import ConfigError
from data.records import read_notes
from data.rejects import Rejects
from training.selection import RANDOM, Labelled, Plan, Selection, select_notes

EXAMPLE = """examples:
  huoren select archive/ -o to-label.jsonl
  huoren select notes.csv.gz --n 500 --exclude gold.jsonl --exclude to-label.jsonl -o next.jsonl

reasons: uncertain (a score near the label's threshold), disagreement (evidence without score, or score without
evidence), rare_signal (the archive's rarest kinds of evidence), unlike_training, random. Only rows with
"chosen_by": "random" may enter validation; each note had the same chance, inclusion_probability, to be one."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `huoren select`."""
    plan = Plan()
    parser.add_argument(
        "inputs", nargs="+", type=Path, metavar="NOTES", help="JSONL, CSV (.gz, .zst) or Parquet, folders of them, or -"
    )
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="write the list here, one JSON object a line")
    parser.add_argument("--json", action="store_true", help="print the list instead of a table of reasons")
    parser.add_argument("--model", type=Path, metavar="DIR", help="model folder (default: the released model)")
    parser.add_argument("--n", type=int, default=plan.n, help=f"notes to propose (default: {plan.n})")
    parser.add_argument(
        "--random-share",
        type=float,
        default=plan.random_share,
        metavar="SHARE",
        help=f"share drawn at random, from 0 to 1 (default: {plan.random_share})",
    )
    parser.add_argument(
        "--per-author",
        type=int,
        default=plan.per_author,
        metavar="N",
        help=f"notes of one author that the model may choose (default: {plan.per_author})",
    )
    parser.add_argument("--seed", type=int, default=plan.seed, help=f"of the random sample (default: {plan.seed})")
    parser.add_argument(
        "--exclude",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="notes labelled already, by note_id and wording; may be repeated",
    )
    parser.add_argument("--force", action="store_true", help="replace a FILE that exists")
    parser.add_argument("--quiet", action="store_true", help="no progress, no table; rejects are still told")
    parser.epilog = EXAMPLE


def run(args: argparse.Namespace, console: Console | None = None) -> int:
    """Propose what the arguments ask for.

    Raises
    ------
    AppError
        If an option, the model or a file is unusable; FILE is then not there.
    """
    from models.artifact import load_artifact  # here: `--help` must not wait for weights and tables
    from models.classifier import Classifier
    from training.selection_novelty import novelty_of

    plan = _plan(args)
    _check_output(args)
    artifact = load_artifact(args.model)
    labelled = Labelled.of(record.note for record in read_notes(args.exclude)) if args.exclude else None
    stderr = Console(stderr=True)
    rejects_file = args.output.with_name(f"{args.output.name}.rejects.jsonl") if args.output else None
    with Rejects(rejects_file) as rejects, _progress(stderr, args.quiet) as progress:
        task = progress.add_task("reading", total=None, notes=0, rejected=0)

        def advance(n_notes: int) -> None:
            progress.update(task, advance=n_notes, rejected=rejects.count)

        notes = (record.note for record in read_notes(args.inputs, rejects=rejects))
        novelty = novelty_of(artifact.model)
        selection = select_notes(notes, Classifier(artifact), novelty, plan, labelled=labelled, on_batch=advance)
    lines = b"".join(msgspec.json.encode(proposal) + b"\n" for proposal in selection.proposals)
    if args.output:
        _write(args.output, lines)
    if rejects.count:  # told with --quiet too: rows that are missing must not go unseen
        where = f": {rejects_file}" if rejects_file else ""
        stderr.print(f"{rejects.count:,} row{'s' if rejects.count > 1 else ''} rejected{where}", highlight=False)
    console = console or Console()
    if args.json:
        console.out(lines.decode(), end="", highlight=False)
    elif not args.quiet:
        console.print(_table(selection))
    return 0


def _plan(args: argparse.Namespace) -> Plan:
    for name, value, is_allowed, range_text in (
        ("--n", args.n, args.n >= 1, "1 or more"),
        ("--per-author", args.per_author, args.per_author >= 1, "1 or more"),
        ("--random-share", args.random_share, 0 <= args.random_share <= 1, "from 0 to 1"),
    ):
        if not is_allowed:
            raise ConfigError(f"{name} must be {range_text}. Got {value}.")
    return Plan(n=args.n, random_share=args.random_share, per_author=args.per_author, seed=args.seed)


def _check_output(args: argparse.Namespace) -> None:
    out: Path | None = args.output
    if out is None:
        if not args.json:
            raise ConfigError("the list must go somewhere: pass -o FILE or --json. Got neither.")
        return
    if out.suffix != ".jsonl":
        raise ConfigError(f"{out}: FILE must end in .jsonl. Got {out.suffix!r}.")
    for path in (*args.inputs, *args.exclude):
        if path.resolve() in (out.resolve(), *out.resolve().parents):
            raise ConfigError(f"{out}: FILE must lie apart from what is read. Got {path} as an input.")
    if out.exists() and not args.force:  # somebody may have begun to label in it
        raise ConfigError(f"{out}: FILE must not exist yet. Got one; name another, or replace it with --force.")


def _write(out: Path, lines: bytes) -> None:
    """Write whole or not at all."""
    staged = out.with_name(f".{out.name}.{os.getpid()}.tmp")
    try:
        staged.write_bytes(lines)
        staged.replace(out)
    finally:
        staged.unlink(missing_ok=True)


def _progress(console: Console, quiet: bool) -> Progress:
    return Progress(
        SpinnerColumn(),  # no share done: the number of notes is known at the end only
        TextColumn("{task.completed:,.0f} notes read, {task.fields[rejected]:,} rejected"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=quiet or not console.is_terminal,
    )


def _table(selection: Selection) -> Table:
    n_chosen = len(selection.proposals)
    table = Table(
        title=f"{n_chosen:,} of {selection.n_notes:,} notes",
        caption=f"{selection.n_labelled:,} rows labelled already" if selection.n_labelled else None,
    )
    for heading in ("reason", "notes", "share"):
        table.add_column(heading, justify="left" if heading == "reason" else "right")
    for reason, count in selection.counts().items():
        table.add_row(reason, f"{count:,}", f"{count / max(1, n_chosen):.0%}")
    probability = next((row.inclusion_probability for row in selection.proposals if row.reason == RANDOM), None)
    if probability is not None:
        table.add_section()
        table.add_row("chance of a note to be drawn at random", f"{probability:.3g}", "")
    return table
