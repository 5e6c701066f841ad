"""`huoren model compare`: is model B better than A on the same labelled notes, and which labels change."""

import argparse
import json
import shlex
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console

from models.manifest import Manifest, read_manifest
from training.bootstrap import DRAWS, LEVEL, SEED
from training.gold_sets import GoldSet
from training.judged import Judge
from training.label_changes import compare_labels, label_changes
from training.model_arguments import MODEL_HELP, add_labelled_files, labelled_sets, model_folder
from training.model_tables import print_comparison
from training.paired_figures import paired_figures
from training.paired_set import PairedSet, trained_by
from training.registry import manifest_sha256

SCHEMA_VERSION = 1
EXAMPLE = """examples:
  huoren model compare released my-model
  huoren model compare my-model-1 my-model-2 gold_dev.jsonl chasm_dev.jsonl -o comparison.json"""
Block = dict[str, Any]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `huoren model compare`."""
    parser.add_argument("a", metavar="A", help=MODEL_HELP)
    parser.add_argument("b", metavar="B", help="model folder, likewise")
    add_labelled_files(parser)
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="write all figures as JSON")
    parser.add_argument("--json", action="store_true", help="print all figures as JSON instead of tables")
    parser.add_argument("--quiet", action="store_true", help="print nothing")
    parser.epilog = EXAMPLE


def run(args: argparse.Namespace, console: Console | None = None, messages: Console | None = None) -> int:
    """Compare what the arguments name; 0 when it was compared, whichever is better.

    Raises
    ------
    AppError
        If a file or a model is unusable.
    """
    from models.classifier import Classifier  # here: `--help` must not wait for weights and tables

    folders = [model_folder(name) for name in (args.a, args.b)]
    manifests = [read_manifest(folder) for folder in folders]
    sets = labelled_sets(args)
    a, b = (Classifier.load(folder) for folder in folders)
    files = [path.name for path in args.files] or [sets[0].name]
    report: Block = {
        "schema_version": SCHEMA_VERSION,
        "command": shlex.join(["huoren", "model", "compare", *(Path(name).name for name in (args.a, args.b)), *files]),
        "bootstrap": {"draws": DRAWS, "seed": SEED, "level": LEVEL, "resampled": "notes within their source"},
    }
    for letter, folder, manifest in zip("ab", folders, manifests, strict=True):
        report[letter] = {"model_version": manifest.model_version, "manifest_sha256": manifest_sha256(folder)}
    report["sets"] = compare(a, b, sets, trained_on={"A": manifests[0], "B": manifests[1]})
    text = json.dumps(report, ensure_ascii=False, indent=2) + "\n"
    if args.output:
        args.output.write_text(text, encoding="utf-8")
    messages = messages or Console(stderr=True, quiet=args.quiet)
    for each in report["sets"]:
        for model in each["trained_on_by"]:
            messages.print(
                f"warning: {model} was trained on {each['name']}: there the comparison flatters it.",
                markup=False,
                highlight=False,
                soft_wrap=True,
            )
    console = console or Console(quiet=args.quiet)
    if args.json:
        console.out(text, end="", highlight=False)
    else:
        print_comparison(report, console)
    return 0


def compare(
    a: Judge,
    b: Judge,
    sets: Sequence[GoldSet],
    *,
    trained_on: dict[str, Manifest] | None = None,
    draws: int = DRAWS,
    seed: int = SEED,
) -> list[Block]:
    """Compare two models on labelled sets, each on its own; sets drawn in different ways are never pooled.

    Parameters
    ----------
    trained_on
        Manifests by name of the model: a set in one's training data is marked.

    Returns
    -------
    list of dict
        JSON-ready, per set: figures overall and by slice, McNemar's test, changed labels.
    """
    blocks = []
    for gold in sets:
        pair = PairedSet.judged_by(a, b, gold, draws=draws, seed=seed)
        slices = {name: _figures(pair, mask) for name, mask in pair.slices()}
        blocks.append(
            {"name": gold.name, "sha256": gold.sha256, "rows": len(gold.rows)}
            | {"trained_on_by": trained_by(gold, trained_on or {})}
            | {"overall": _figures(pair, slice(None)), "slices": slices}
            | {"mcnemar": compare_labels(pair), "changes": label_changes(pair)}
        )
    return blocks


def _figures(pair: PairedSet, mask: Any) -> Block:
    found = paired_figures(*pair.taken(mask))
    return {name: None if figure is None else asdict(figure) for name, figure in found.items()}
