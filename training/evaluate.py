"""`huoren evaluate`: figures of a model on labelled notes, with intervals, by slice; worst mistakes; one page."""

import argparse
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from data.errors import ConfigError, ModelError
from data.labels import QUESTIONS
from models.manifest import read_manifest
from training.bootstrap import DRAWS, LEVEL, SEED, bootstrap_weights
from training.comparison import BaselinePredictions, compare, read_baseline
from training.evaluate_output import check_output, render_json, write_output
from training.evaluate_tables import print_report
from training.figures import set_figures
from training.gold_sets import GoldSet, read_sets
from training.judged import Judge, judge, lay_out
from training.operating_points import FPR_FLOOR, Target, target_of
from training.set_details import set_details

SCHEMA_VERSION = 1
VERSIONS = ("model_version", "ruleset_version", "policy_version")
DEFAULT_FILE = "gold_dev.jsonl"
EXAMPLE = "example: huoren evaluate gold_dev.jsonl --model my-model --precision 0.9 --prevalence 0.05 -o evaluation"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `huoren evaluate`."""
    default = f"$HUOREN_CORPORA/{DEFAULT_FILE}"
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help=f"labelled notes (default: {default})")
    parser.add_argument("--corpora", type=Path, metavar="DIR", help="corpora folder (default: $HUOREN_CORPORA)")
    parser.add_argument("--model", type=Path, metavar="DIR", help="model folder (default: the released model)")
    parser.add_argument("--policy", type=Path, metavar="FILE", help="policy file (default: the model's own)")
    parser.add_argument("--baseline", type=Path, metavar="NPZ", help="predictions to compare with, in file order")
    parser.add_argument("--precision", type=float, metavar="P", help="choose each question's threshold to keep this")
    parser.add_argument("--prevalence", type=float, metavar="PI", help="... where this share of the notes is a yes")
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="OUT",
        help="write all figures (.json), one page with plots (.html), or both and CSV files (a folder)",
    )
    parser.add_argument("--json", action="store_true", help="print all figures as JSON instead of tables")
    parser.add_argument("--quiet", action="store_true", help="print nothing")
    parser.epilog = EXAMPLE


def run(args: argparse.Namespace, console: Console | None = None) -> int:
    """Measure what the arguments ask for; 0 when it was measured, however good.

    Raises
    ------
    AppError
        If a file, an option, the model, the policy or the baseline is unusable.
    """
    target = target_of(args.precision, args.prevalence)
    if args.output:
        check_output(args.output)
    from models.artifact import released_folder  # here: `--help` must not wait for weights and tables
    from models.classifier import Classifier

    sets = read_sets(args.files or [_default_file(args.corpora)])
    baseline = read_baseline(args.baseline, n_notes=sum(len(each.rows) for each in sets)) if args.baseline else None
    classifier = Classifier.load(args.model, policy=args.policy)
    report = evaluate(classifier, sets, baseline=baseline, target=target, details=True, command=_command(args))
    learned_from = {each.sha256 for each in read_manifest(args.model or released_folder()).training_data}
    for block in report["sets"]:
        block["in_training"] = block["sha256"] in learned_from
    if args.output:
        write_output(report, args.output)
    console = console or Console()
    if args.json and not args.quiet:
        console.out(render_json(report), end="", highlight=False)
    elif not args.quiet:
        print_report(report, console)
    return 0


def evaluate(
    classifier: Judge,
    sets: Sequence[GoldSet],
    *,
    baseline: BaselinePredictions | None = None,
    target: Target | None = None,
    details: bool = False,
    command: str = "",
    draws: int = DRAWS,
    seed: int = SEED,
) -> dict[str, Any]:
    """Measure a classifier on labelled sets, each on its own; sets drawn in different ways are never pooled.

    Parameters
    ----------
    baseline
        Predictions for the notes of all sets, in their order.
    target
        What thresholds must keep; chosen only with `details`.
    details
        Also measure what an analyst reads and a manifest does not hold; see `set_details`.

    Returns
    -------
    dict
        JSON-ready: what was measured with, then per set its figures and, with a baseline, P(better).

    Raises
    ------
    ModelError
        If the classifier lacks the threshold of a question.
    """
    thresholds = _thresholds(classifier.label_thresholds)
    report: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "command": command,
        **dict.fromkeys(VERSIONS),
        "label_thresholds": thresholds,
        "bootstrap": {"draws": draws, "seed": seed, "level": LEVEL, "resampled": "notes within their source"}
        | {"at_0_and_1": "Wilson intervals of shares, none of other figures"},
    }
    if details and target is not None:
        report["target"] = {"precision": target.precision, "prevalence": target.prevalence} | {
            "least_false_positive_rate": FPR_FLOOR
        }
    report["sets"] = []
    start = 0
    for each in sets:
        verdicts = judge(classifier, each.rows)
        report.update((name, getattr(verdicts[0], name)) for name in VERSIONS)
        judged = lay_out(each.rows, verdicts)
        weights = bootstrap_weights(judged.source.tolist(), draws=draws, seed=seed)
        block: dict[str, Any] = {"name": each.name, "sha256": each.sha256}
        block |= set_figures(judged, weights, thresholds)
        if details:
            block |= set_details(each.rows, verdicts, judged, weights, block["overall"], target=target)
        if baseline is not None:
            block["against_baseline"] = compare(judged, baseline.rows(start, start + len(judged)), weights)
        report["sets"].append(block)
        start += len(judged)
    return report


def _thresholds(given: Mapping[str, float]) -> dict[str, float]:
    for question in QUESTIONS:
        if question not in given:
            raise ModelError(f"a model must have a threshold per question. Got none for {str(question)!r}.")
    return {str(question): float(given[question]) for question in QUESTIONS}


def _default_file(corpora: Path | None) -> Path:
    if corpora is None:
        raise ConfigError("labelled notes must be named, or HUOREN_CORPORA must name their folder. Got neither.")
    return corpora / DEFAULT_FILE


def _command(args: argparse.Namespace) -> str:
    """Give the command to repeat, with file names in place of the paths of one machine."""
    words = ["huoren", "evaluate", *(path.name for path in args.files or [Path(DEFAULT_FILE)])]
    for option in ("model", "policy", "baseline"):
        if path := getattr(args, option):
            words += [f"--{option}", path.name]
    for option in ("precision", "prevalence"):
        if (share := getattr(args, option)) is not None:
            words += [f"--{option}", f"{share:g}"]
    return shlex.join(words)
