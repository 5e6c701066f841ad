"""`huoren fit`: learn a model from the corpora and labelled notes of your own; write it as an artifact folder."""

import argparse
import hashlib
import shlex
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
from rich.console import Console

from data.errors import ConfigError
from models.artifact import TRAINED_NOTES, VALIDATION, write_artifact
from models.card import render_card
from models.classifier import Classifier
from models.manifest import MANIFEST, Manifest, check_version, read_manifest
from models.notice import render_notice
from models.trained_notes import TrainedNotes
from training.checkpoint import Checkpoints, keep_nothing
from training.config import FitConfig
from training.evaluate import evaluate
from training.fit_input import MEASURED_ON, input_of_corpora, input_of_own
from training.fit_metrics import write_metrics
from training.fit_notes import fit_notes
from training.fitted import Fitted, manifest_of, policy_text
from training.gold_sets import read_sets
from training.labelled_data import read_labelled_data
from training.recipe import default_recipe, read_recipe, shipped_text
from training.stages import Stages

EXAMPLE = """examples:
  HUOREN_CORPORA=../shared/corpora huoren fit my-model --version 0.2.0
  huoren fit --print-recipe > my.toml
  huoren fit my-model --recipe my.toml --data labelled.csv more.parquet --work fit-work"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `huoren fit`."""
    parser.add_argument("output", type=Path, metavar="DIR", help="artifact folder to write")
    parser.add_argument("--version", default="", metavar="NAME", help="model version (default: today's date)")
    parser.add_argument("--corpora", type=Path, metavar="DIR", help="corpora folder (default: $HUOREN_CORPORA)")
    parser.add_argument(
        "--data", type=Path, nargs="+", default=[], metavar="FILE", help="labelled notes of your own, besides"
    )
    parser.add_argument("--space", type=Path, metavar="FILE", help="word vectors that `huoren pretrain` learned")
    parser.add_argument("--recipe", type=Path, metavar="FILE", help="TOML; names what it changes of the default")
    parser.add_argument("--print-recipe", action=_PrintRecipe, help="print the default recipe and stop")
    parser.add_argument("--seed", type=int, metavar="N", help="seed, in place of the recipe's")
    parser.add_argument("--work", type=Path, metavar="DIR", help="keep finished stages here; a stopped fit goes on")
    parser.add_argument(
        "--metrics", type=Path, metavar="DIR", help="write figures, predictions and times here (default: WORK/metrics)"
    )
    parser.add_argument(
        "--twin", type=Path, metavar="DIR", help="model whose figures the card shows beside: training/clean.toml's"
    )
    parser.add_argument("--force", action="store_true", help="replace an artifact that stands in DIR")
    parser.add_argument("--quiet", action="store_true", help="print nothing")
    parser.epilog = EXAMPLE


class _PrintRecipe(argparse.Action):
    """As `--help`: say it and stop, whatever else is missing."""

    def __init__(self, option_strings: Sequence[str], dest: str, help: str | None = None) -> None:
        super().__init__(option_strings, dest, nargs=0, help=help, default=argparse.SUPPRESS)

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        sys.stdout.write(shipped_text())
        parser.exit()


def run(args: argparse.Namespace, console: Console | None = None) -> int:
    """Fit, measure and write.

    Raises
    ------
    AppError
        If the recipe, the corpora or the data are unusable, or DIR holds an artifact already.
    """
    console = console or Console(stderr=True, quiet=args.quiet)
    corpora: Path | None = args.corpora
    if args.space and corpora is None:
        raise ConfigError("--space must come with a corpora folder, whose text it was learned from. Got none.")
    if (args.output / MANIFEST).exists() and not args.force:
        raise ConfigError(f"{args.output}: must not hold an artifact yet, or pass --force. Got one.")
    version = check_version(args.version or datetime.now(tz=UTC).strftime("%Y.%m.%d"))
    config = _config(args)
    twin = msgspec.to_builtins(read_manifest(args.twin)) if args.twin else None
    if twin is not None and corpora is None:
        raise ConfigError("--twin must come with a corpora folder, which models are measured on. Got none.")
    keep = Checkpoints(args.work) if args.work else keep_nothing
    with Stages(console, quiet=args.quiet) as stages:
        own = read_labelled_data(args.data)
        if corpora:
            read = input_of_corpora(corpora, own, config, stages, keep, space_file=args.space)
        else:
            read = input_of_own(own, config, stages)
        fitted = fit_notes(read, config, stages, keep)
        manifest = manifest_of(fitted, version)
        policy = policy_text(fitted.review, manifest.model_version)
        extra = {TRAINED_NOTES: TrainedNotes.of(item.note.note_id for item in read.notes).to_bytes()}
        metrics: dict[str, Any] = {"recipe": msgspec.to_builtins(config)} if corpora else {}
        if fitted.validation is not None:
            extra[VALIDATION] = fitted.validation.to_bytes()
            metrics = {"cross_validation": fitted.figures, "recipe": msgspec.to_builtins(config)}
        if corpora:
            with stages.stage("measuring"):
                measured = _measure(fitted, manifest, policy, corpora / MEASURED_ON) | _space_used(args.space)
            metrics = measured | metrics
        manifest = msgspec.structs.replace(manifest, metrics=metrics)
        if corpora or fitted.validation is not None:
            told = msgspec.to_builtins(manifest)
            extra["NOTICE"] = render_notice(told).encode()
            if corpora:
                extra["CARD.md"] = render_card(told, measured, twin=twin).encode()
        complete = write_artifact(args.output, model=fitted.model, manifest=manifest, policy=policy, extra=extra)
    if (folder := args.metrics or (args.work and args.work / "metrics")) is not None:
        write_metrics(folder, config, fitted, stages.seconds)
        console.print(f"{folder}: figures, predictions out of fold, recipe and times")
    _tell(console, args, fitted)
    size = sum(stored.bytes for stored in complete.files.values())
    console.print(f"{args.output}: model {complete.model_version}, {size / 1e6:.1f} MB, thresholds {fitted.thresholds}")
    return 0


def _config(args: argparse.Namespace) -> FitConfig:
    config = read_recipe(args.recipe) if args.recipe else default_recipe()
    if args.seed is None:
        return config
    if not 0 <= args.seed < 2**32:
        raise ConfigError(f"--seed must be a whole number from 0 up to 2**32 - 1. Got {args.seed} instead.")
    return msgspec.structs.replace(config, seed=args.seed)


def _tell(console: Console, args: argparse.Namespace, fitted: Fitted) -> None:
    """Say what a reader would not expect."""
    if fitted.left_out:
        console.print(
            f"{fitted.left_out} notes of --data taught nothing: the corpora hold their ids, or {MEASURED_ON} holds "
            "their source or near-duplicates of them."
        )
    if fitted.validation is None:
        trained_on = "data/corpus and --data" if args.data else "data/corpus"
        alone = "" if args.corpora else f"No corpora folder (HUOREN_CORPORA): trained on {trained_on} alone, "
        why = f"{fitted.not_held_out} " if fitted.not_held_out else ""
        console.print(f"{alone}no validation statistics. {why}Scores are not calibrated, thresholds are 0.5.")


def _measure(fitted: Fitted, manifest: Manifest, policy: str, path: Path) -> dict[str, Any]:
    """Measure what will be shipped, read back from disk: half-precision weights and the fitted policy included."""
    with TemporaryDirectory() as folder:
        write_artifact(Path(folder), model=fitted.model, manifest=manifest, policy=policy, extra={})
        classifier = Classifier.load(Path(folder))
    command = f"huoren fit, then {shlex.join(['huoren', 'evaluate', path.name])}"
    return evaluate(classifier, read_sets([path]), command=command)


def _space_used(path: Path | None) -> dict[str, str]:
    """Name the file of word vectors that a model rests on."""
    return {} if path is None else {"space_sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
