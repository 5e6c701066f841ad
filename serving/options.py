"""Options that several verbs share, declared once."""

import argparse
from pathlib import Path


def add_model_options(parser: argparse.ArgumentParser) -> None:
    """Declare `--model` and `--policy`; their defaults come from HUOREN_MODEL and HUOREN_POLICY."""
    parser.add_argument("--model", type=Path, metavar="DIR", help="model folder (default: the released model)")
    parser.add_argument("--policy", type=Path, metavar="FILE", help="policy file (default: the model's own)")


def positive_int(text: str) -> int:
    """Read a whole number from 1 up; for argparse's `type`."""
    return _at_least(text, 1)


def natural_int(text: str) -> int:
    """Read a whole number from 0 up; for argparse's `type`."""
    return _at_least(text, 0)


def _at_least(text: str, least: int) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < least:
        raise argparse.ArgumentTypeError(f"must be a whole number from {least} up")
    return int(text)
