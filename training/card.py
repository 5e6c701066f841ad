"""`huoren card`: the model card of a model folder, and the NOTICE of its training sources."""

import argparse
import json
from pathlib import Path
from typing import Any

from rich.console import Console

from data.errors import DataError, ModelError
from models.artifact import released_folder
from models.card import render_card
from models.manifest import MANIFEST
from models.notice import render_notice

EXAMPLE = "example: huoren card --model my-model --metrics metrics.json -o my-model/CARD.md --notice my-model/NOTICE"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `huoren card`."""
    parser.add_argument("--model", type=Path, metavar="DIR", help="model folder (default: the released model)")
    parser.add_argument(
        "--metrics", type=Path, metavar="FILE", help="what `huoren evaluate -o` wrote (default: those in the manifest)"
    )
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="write the card instead of printing it")
    parser.add_argument("--notice", type=Path, metavar="FILE", help="write the NOTICE of the training sources too")
    parser.add_argument("--twin", type=Path, metavar="DIR", help="model to set beside it, as `huoren fit --twin`")
    parser.add_argument("--quiet", action="store_true", help="print nothing")
    parser.epilog = EXAMPLE


def run(args: argparse.Namespace, console: Console | None = None) -> int:
    """Render the card that the arguments ask for.

    Raises
    ------
    ModelError
        If the folder holds no usable manifest, or the metrics are not of this model.
    DataError
        If the metrics file cannot be read.
    """
    manifest = _read_json((args.model or released_folder()) / MANIFEST, ModelError)
    metrics = _read_json(args.metrics, DataError) if args.metrics else manifest.get("metrics")
    if not isinstance(metrics, dict) or "sets" not in metrics:
        raise ModelError(
            "a card must have figures. Got none; measure with `huoren evaluate -o FILE`, pass --metrics FILE."
        )
    twin = _read_json(args.twin / MANIFEST, ModelError) if args.twin else None
    card, notice = render_card(manifest, metrics, twin=twin), render_notice(manifest)
    if args.notice:
        args.notice.write_text(notice, encoding="utf-8")
    if args.output:
        args.output.write_text(card, encoding="utf-8")
    elif not args.quiet:
        (console or Console()).out(card, end="", highlight=False)
    return 0


def _read_json(path: Path, kind: type[DataError] | type[ModelError]) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise kind(f"{path}: must be a readable JSON file. Got a {type(error).__name__}.") from error
    if not isinstance(value, dict):
        raise kind(f"{path}: must hold one JSON object. Got {type(value).__name__} instead.")
    return value
