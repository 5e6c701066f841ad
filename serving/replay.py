"""`huoren replay`: judge an archive with a new model or policy, and show what changes."""

import argparse
import secrets
from collections.abc import Generator, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from itertools import tee
from pathlib import Path
from typing import IO

import msgspec
from rich.console import Console

from data.errors import ConfigError
from data.records import NoteRecord, read_notes
from data.rejects import Rejects
from serving.cli_output import tell
from serving.options import add_model_options, positive_int
from serving.replaying.change_table import print_replay
from serving.replaying.changes import ChangeCounter, Replay
from serving.replaying.judged import Judged, judged_of
from serving.replaying.old_verdicts import OldVerdicts
from serving.scoring import Rows, ScoringJob, score_here, score_in_processes

EXAMPLE = """examples:
  huoren replay notes.jsonl --model models/0.4.0 --against scored.parquet -o changed.jsonl
  huoren replay notes.jsonl --policy strict.toml --against-model models/0.3.0"""
Pairs = Iterator[tuple[Judged | None, Judged]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `huoren replay`."""
    parser.add_argument(
        "notes", nargs="+", type=Path, metavar="NOTES", help="JSONL, CSV (.gz, .zst) or Parquet, folders of them"
    )
    add_model_options(parser)
    before = parser.add_mutually_exclusive_group(required=True)
    before.add_argument(
        "--against", type=Path, metavar="SCORED", help="what `huoren score` wrote of these notes before"
    )
    before.add_argument("--against-model", type=Path, metavar="DIR", help="the model to compare with")
    parser.add_argument(
        "--against-policy", type=Path, metavar="FILE", help="with --against-model: its policy (default: its own)"
    )
    parser.add_argument("--jobs", type=positive_int, default=1, metavar="N", help="processes of a model (default: 1)")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="write changed notes, .jsonl: ids, labels and decisions"
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument("--quiet", action="store_true", help="print nothing")
    parser.epilog = EXAMPLE


def run(args: argparse.Namespace, console: Console | None = None) -> int:
    """Replay; 0 whatever changed.

    Raises
    ------
    AppError
        If a model, a policy, the notes or the archive is unusable, or the output cannot be written.
    """
    if args.output and args.output.suffix != ".jsonl":
        raise ConfigError(f"{args.output}: changed notes must be written to a .jsonl file. Got another ending.")
    if args.output and args.output.resolve() in {path.resolve() for path in (*args.notes, args.against) if path}:
        raise ConfigError(f"{args.output}: changed notes must not be written over an input. Got one; name another.")
    if args.against_policy and not args.against_model:
        raise ConfigError("--against-policy must come with --against-model. It comes without.")
    rejects, counter = Rejects(), ChangeCounter()
    records = read_notes(args.notes, rejects=rejects)
    with ExitStack() as stack:
        file = stack.enter_context(_staged(args.output)) if args.output else None
        if args.against:
            old = stack.enter_context(OldVerdicts(args.against))
            _count(_against_archive(args, records, old), counter, file)
            only_before = old.count_unfound()
        else:
            _count(_against_model(args, records), counter, file)
            only_before = 0
    _show(counter.sum_up(only_before=only_before, rejected=rejects.count), args, console or Console())
    return 0


def _count(pairs: Pairs, counter: ChangeCounter, file: IO[bytes] | None) -> None:
    for before, after in pairs:
        change = counter.add(before, after)
        if change is not None and file is not None:
            file.write(msgspec.json.encode(change) + b"\n")


def _against_archive(args: argparse.Namespace, records: Iterable[NoteRecord], old: OldVerdicts) -> Pairs:
    with closing(_scored(args, args.model, args.policy, records)) as batches:
        for rows in batches:
            judged = [judged_of(row) for row in rows]
            yield from zip(old.find(judged), judged, strict=True)


def _against_model(args: argparse.Namespace, records: Iterable[NoteRecord]) -> Pairs:
    mine, theirs = tee(records)  # both are read in step: it holds a few batches
    with (
        closing(_scored(args, args.against_model, args.against_policy, theirs)) as before,
        closing(_scored(args, args.model, args.policy, mine)) as after,
    ):
        for old, new in zip(before, after, strict=True):
            yield from zip(map(judged_of, old), map(judged_of, new), strict=True)


def _scored(
    args: argparse.Namespace, model: Path | None, policy: Path | None, records: Iterable[NoteRecord]
) -> Generator[Rows, None, None]:
    now, key = datetime.now(tz=UTC), secrets.token_bytes(32)
    job = ScoringJob(model=model, policy=policy, scored_at=now, hash_key=key)
    classifier = job.load()  # with --jobs too: a broken model is told once, not by each process
    return score_here(job, classifier, records) if args.jobs == 1 else score_in_processes(job, records, jobs=args.jobs)


@contextmanager
def _staged(path: Path) -> Iterator[IO[bytes]]:
    """Open a file that bears its name when it is whole."""
    beside = path.with_name(f".{path.name}.tmp")
    try:
        with beside.open("wb") as file:
            yield file
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _show(replay: Replay, args: argparse.Namespace, console: Console) -> None:
    if args.json and not args.quiet:
        console.out(msgspec.json.format(msgspec.json.encode(replay), indent=2).decode(), highlight=False)
    elif not args.quiet:
        print_replay(replay, console)
    if args.output and not args.quiet:
        tell(f"{args.output}: {replay.changed:,} changed notes")
    if replay.rejected and (args.quiet or args.json):  # rows that are missing must not go unseen
        tell(f"{replay.rejected:,} rows could not be read")
