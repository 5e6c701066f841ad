"""`huoren score`: judge archives of notes and write a scored archive."""

import argparse
import secrets
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from data.errors import DataError
from data.records import NoteRecord, read_notes
from data.rejects import Rejects, rejects_path
from data.scored_writer import ScoredWriter
from serving.cli_output import tell
from serving.note_classifier import NoteClassifier
from serving.options import add_model_options, natural_int, positive_int
from serving.scored_row import check_columns
from serving.scoring import Rows, ScoringJob, score_here, score_in_processes
from serving.staged_output import StagedOutput

EXAMPLE = """examples:
  huoren score notes.jsonl scored.parquet
  huoren score crawl/ more.csv.gz scored/ --jobs 4"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `huoren score`."""
    parser.add_argument(
        "inputs", nargs="+", type=Path, metavar="IN", help="JSONL, CSV (.gz, .zst) or Parquet, folders of them, or -"
    )
    parser.add_argument(
        "out", type=Path, metavar="OUT", help="a .jsonl or .parquet file, or a folder of parts; appears when whole"
    )
    add_model_options(parser)
    parser.add_argument("--jobs", type=positive_int, default=1, metavar="N", help="processes (default: 1)")
    parser.add_argument(
        "--max-rejects", type=natural_int, metavar="N", help="stop, and write nothing, at more than N unreadable rows"
    )
    parser.add_argument("--force", action="store_true", help="replace an OUT that exists")
    parser.add_argument("--quiet", action="store_true", help="no progress, no summary; rejects are still told")
    parser.epilog = EXAMPLE


def run(args: argparse.Namespace, classifier: NoteClassifier | None = None) -> int:
    """Score what the arguments name; the count of rejects goes to stderr.

    Raises
    ------
    AppError
        If the model, the input or OUT is unusable, or more rows were rejected than allowed; OUT is then not there.
    """
    started = time.perf_counter()
    job = ScoringJob(
        model=args.model,
        policy=args.policy,
        scored_at=datetime.now(tz=UTC),
        hash_key=secrets.token_bytes(32),
    )
    with (
        StagedOutput(args.out, args.inputs, force=args.force) as staged,
        _progress(args.quiet) as progress,
        Rejects(staged.rejects) as rejects,
    ):
        records = _checked(read_notes(args.inputs, rejects=rejects), rejects, args.max_rejects)
        classifier = classifier or job.load()  # with --jobs too: a broken model is told once, not by each process
        if args.jobs > 1:
            batches = score_in_processes(job, records, jobs=args.jobs)
        else:
            batches = score_here(job, classifier, records)
        with closing(batches), ScoredWriter(staged.path) as writer:
            _write(batches, writer, rejects, progress)
    _tell(writer.rows, rejects.count, args, time.perf_counter() - started)
    return 0


def _checked(records: Iterable[NoteRecord], rejects: Rejects, max_rejects: int | None) -> Iterator[NoteRecord]:
    """Reject what the archive cannot hold, and stop at too many rejects."""
    for record in records:
        try:
            check_columns(record.note)
        except DataError as error:
            at = DataError(f"{record.source_file}:{record.source_row}: {error}")
            rejects.add(record.source_file, record.source_row, at)
        else:
            yield record
        _stop_at(rejects, max_rejects)
    _stop_at(rejects, max_rejects)


def _stop_at(rejects: Rejects, max_rejects: int | None) -> None:
    if max_rejects is not None and rejects.count > max_rejects:
        raise DataError(
            f"at most {max_rejects} rows may be rejected. Got {rejects.count}; without --max-rejects the others are "
            "scored, and a rejects file says where and why."
        )


def _write(batches: Iterator[Rows], writer: ScoredWriter, rejects: Rejects, progress: Progress) -> None:
    task = progress.add_task("scoring", total=None, notes=0, rejected=0)
    for rows in batches:
        for row in rows:
            writer.write(row)
        progress.update(task, notes=writer.rows, rejected=rejects.count)


def _progress(quiet: bool) -> Progress:
    console = Console(stderr=True)
    return Progress(
        SpinnerColumn(),  # no share done: the number of notes is known at the end only
        TextColumn("{task.fields[notes]:,} notes scored, {task.fields[rejected]:,} rejected"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=quiet or not console.is_terminal,
    )


def _tell(n_notes: int, n_rejects: int, args: argparse.Namespace, seconds: float) -> None:
    if not args.quiet:
        rate = n_notes / max(seconds, 1e-9)
        tell(f"{n_notes:,} notes scored in {seconds:.1f} s ({rate:,.0f} a second): {args.out}")
    if n_rejects:  # told with --quiet too: rows that are missing must not go unseen
        tell(f"{n_rejects:,} row{'s' if n_rejects > 1 else ''} rejected: {rejects_path(args.out)}")
