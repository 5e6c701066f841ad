"""What the subcommands of `huoren model` take: model folders and labelled files."""

import argparse
from pathlib import Path

from data.errors import ConfigError
from models.artifact import released_folder
from training.gold_sets import GoldSet, read_sets

RELEASED = "released"
MODEL_HELP = f"model folder; the word {RELEASED!r} means the released model"
_DEFAULT_FILE = "gold_dev.jsonl"


def model_folder(name: str) -> Path:
    """Read a model's place; `./released` is a folder of that name.

    Examples
    --------
    >>> model_folder("models/mine").name
    'mine'
    """
    return released_folder() if name == RELEASED else Path(name)


def add_labelled_files(parser: argparse.ArgumentParser) -> None:
    """Declare the labelled files and where they lie by default."""
    default = f"$HUOREN_CORPORA/{_DEFAULT_FILE}"
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help=f"labelled notes (default: {default})")
    parser.add_argument("--corpora", type=Path, metavar="DIR", help="corpora folder (default: $HUOREN_CORPORA)")


def labelled_sets(args: argparse.Namespace) -> list[GoldSet]:
    """Read the labelled files, each a set of its own.

    Raises
    ------
    ConfigError
        If none is named and there is no corpora folder.
    DataError
        If a file is unusable.
    """
    if not args.files and args.corpora is None:
        raise ConfigError("labelled notes must be named, or HUOREN_CORPORA must name their folder. Got neither.")
    return read_sets(args.files or [args.corpora / _DEFAULT_FILE])
