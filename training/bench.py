"""Measure notes per second on one core, beside a plain scikit-learn and jieba pipeline in the same run.

Run as `python -m training.bench [NOTES]`; NOTES is any file or folder that `huoren score` reads.
"""

import os

if __name__ == "__main__":  # before numpy and numba load, which start their threads then
    os.environ["OMP_NUM_THREADS"] = "1"
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    os.environ["MKL_NUM_THREADS"] = "1"
    os.environ["NUMBA_NUM_THREADS"] = "1"

import argparse
import platform
import statistics
import sys
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path

from rich.console import Console
from rich.table import Table

from data.errors import AppError, DataError
from data.notes import Note
from data.records import read_notes
from models.artifact import load_artifact
from training.throughput import PLAIN, WHOLE, n_characters, own_steps, plain_step, seconds_per_note

_DOES = {
    "normalise": "lay out, look up, map back",
    "signals": "detectors and features",
    "n-grams": "hash, weigh, score",
    WHOLE: "notes to verdicts with evidence",
    PLAIN: "jieba words, characters 1-3, logistic regression",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table; 0 when measured, 1 when notes or model are unusable."""
    parser = argparse.ArgumentParser(prog="python -m training.bench", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("notes", nargs="*", type=Path, metavar="NOTES", help="files or folders (default: the archive)")
    parser.add_argument("--model", type=Path, metavar="DIR", help="model folder (default: the released one)")
    parser.add_argument("--most", type=int, default=1024, metavar="N", help="take N notes, evenly (%(default)s)")
    parser.add_argument("--repeats", type=int, default=7, metavar="N", help="rounds; medians are shown (%(default)s)")
    args = parser.parse_args(argv)
    try:
        notes = evenly(_read(args.notes), args.most)
        steps = {**own_steps(notes, load_artifact(args.model)), PLAIN: plain_step(notes)}
        seconds = seconds_per_note(steps, len(notes), repeats=args.repeats)
    except AppError as error:
        sys.stderr.write(f"training.bench: error: {error}\n")
        return 1
    _print(seconds, notes, args.repeats)
    return 0


def _read(paths: Sequence[Path]) -> list[Note]:
    notes = [record.note for record in read_notes(paths or [Path(str(files("data").joinpath("archive/notes.jsonl")))])]
    if len(notes) < 2:
        raise DataError(f"at least 2 notes must be given to measure. Got {len(notes)}.")
    return notes


def evenly(notes: Sequence[Note], most: int) -> list[Note]:
    """Take `most` notes from all over a file, whose parts may differ in length."""
    n = min(most, len(notes))
    return [notes[k * len(notes) // n] for k in range(n)]


def _print(seconds: Mapping[str, float], notes: Sequence[Note], repeats: int) -> None:
    table = Table("part", "what", "notes/s/core", "microseconds a note")
    for column in table.columns[2:]:
        column.justify = "right"
    for name, value in seconds.items():
        table.add_row(name, _DOES[name], f"{1 / value:,.0f}", f"{value * 1e6:,.1f}")
    characters = statistics.median(n_characters(note) for note in notes)
    console = Console()
    console.print(table)
    for line in (
        f"{WHOLE} is {seconds[PLAIN] / seconds[WHOLE]:.1f} times {PLAIN}",
        f"{len(notes):,} notes, median {characters:.0f} characters; medians of {repeats} rounds; CPU time, one thread",
        f"{_processor()}, {os.cpu_count()} cores; Python {platform.python_version()}, {platform.system()}",
    ):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _processor() -> str:
    """Name the processor as Linux does, else as Python does."""
    about = Path("/proc/cpuinfo")
    lines = about.read_text(encoding="utf-8").splitlines() if about.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


if __name__ == "__main__":
    raise SystemExit(main())
