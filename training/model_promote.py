"""`huoren model promote`: make a model the champion of a registry, unless it is worse where that is guarded."""

import argparse
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from functools import partial
from pathlib import Path

import msgspec
from rich.console import Console

from data.errors import ConfigError
from models.artifact import load_artifact
from training.decisions import Decision, append_decision
from training.guards import read_guards
from training.model_arguments import MODEL_HELP, add_labelled_files, labelled_sets, model_folder
from training.model_tables import print_checks
from training.promotion import decide, roll_back
from training.registry import Registry

USAGE = """huoren model promote [options] CANDIDATE REGISTRY [FILE ...]
       huoren model promote [--dry-run] [--json] --rollback VERSION REGISTRY"""
EPILOG = """Refused: exit 1, the reasons on standard error and in REGISTRY/decisions.jsonl, nothing copied.

examples:
  huoren model promote released registry
  huoren model promote --guards my-guards.toml my-model registry gold_dev.jsonl
  huoren model promote --rollback 0.1.0 registry
  huoren serve --model registry/champion"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `huoren model promote`."""
    parser.usage = USAGE
    parser.add_argument("candidate", nargs="?", metavar="CANDIDATE", help=MODEL_HELP)
    parser.add_argument("registry", type=Path, metavar="REGISTRY", help="folder of versions; made where there is none")
    add_labelled_files(parser)
    parser.add_argument("--guards", type=Path, metavar="FILE", help="guards (default: huoren's training/guards.toml)")
    parser.add_argument(
        "--force-first",
        action="store_true",
        help="waive the floors where there is no champion, or none that this version of huoren can load",
    )
    parser.add_argument("--rollback", metavar="VERSION", help="let a version of the registry be champion, unjudged")
    parser.add_argument("--dry-run", action="store_true", help="decide, and write nothing")
    parser.add_argument("--json", action="store_true", help="print the decision as JSON instead of a table")
    parser.epilog = EPILOG


def run(args: argparse.Namespace, console: Console | None = None, messages: Console | None = None) -> int:
    """Decide, write the decision, and where it is accepted let `champion` lead to the model; 1 where it is refused.

    Raises
    ------
    AppError
        If nothing can be decided: a file, a model, the guards or the registry is unusable.
    """
    registry = Registry(args.registry)
    console, messages = console or Console(), messages or Console(stderr=True)
    deciding = _prepare(args, registry)
    with nullcontext() if args.dry_run else registry.locked():
        decision = deciding()
        is_champion = decision.accepted and decision.candidate == decision.champion
        if not args.dry_run and not is_champion:
            _carry_out(decision, registry, args.candidate)
    if args.json:
        console.out(msgspec.json.format(msgspec.json.encode(decision), indent=2).decode(), highlight=False)
    elif decision.checks:
        print_checks(decision.checks, console)
    for line in _told(decision, dry_run=args.dry_run):
        messages.print(line, markup=False, highlight=False, soft_wrap=True)
    return 0 if decision.accepted else 1


def _prepare(args: argparse.Namespace, registry: Registry) -> Callable[[], Decision]:
    """Read what is to be decided on, so that a slip of the pen makes no registry."""
    if args.rollback is not None:
        if args.candidate or args.files or args.guards or args.force_first:
            raise ConfigError("--rollback must stand with a registry alone: it judges nothing. Got more.")
        if not registry.folder.is_dir():
            raise ConfigError(f"{registry.folder}: --rollback must be given a registry. Got no folder.")
        return partial(roll_back, registry, args.rollback)
    if args.candidate is None:
        raise ConfigError("a candidate and a registry must be named. Got one of the two.")
    guards, guards_sha256 = read_guards(args.guards)
    return partial(
        decide,
        model_folder(args.candidate),
        registry,
        labelled_sets(args),
        guards,
        guards_sha256=guards_sha256,
        force_first=args.force_first,
    )


def _carry_out(decision: Decision, registry: Registry, candidate: str) -> None:
    """Copy, then log, then switch: whatever stops it on the way, the old champion serves on."""
    if decision.accepted and decision.candidate in registry.versions():
        load_artifact(registry.path_of(decision.candidate))
    elif decision.accepted:
        registry.add(model_folder(candidate), sha256=decision.candidate_sha256)
    append_decision(registry.decisions, decision)
    if decision.accepted:
        registry.crown(decision.candidate)


def _told(decision: Decision, *, dry_run: bool) -> Iterator[str]:
    for file in decision.files:
        if "champion" in file.trained_on_by:
            yield f"warning: the champion was trained on {file.name}: there the comparison flatters it."
    for reason in decision.reasons:
        yield f"{'waived' if decision.forced else 'refused'}: {reason}"
    after = f"in place of {decision.champion}" if decision.champion else "the first"
    if not decision.accepted:
        outcome = f"{decision.candidate} does not become champion; {decision.champion or 'none'} stays."
    elif decision.candidate == decision.champion:
        outcome = f"{decision.candidate} is the champion already."
    else:
        outcome = f"{decision.candidate} is champion, {after}."
    yield f"dry run, nothing written: {outcome}" if dry_run else outcome
