"""An evaluation as files: JSON, one self-contained page, or a folder of both and two CSV files."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from data.errors import ConfigError
from training.evaluate_page import render_page

METRICS, PAGE, MISTAKES, RELIABILITY = "metrics.json", "report.html", "mistakes.csv", "reliability.csv"
_MISTAKE_COLUMNS = ("set", "note_id", "source", "gold", "given", "score")
_BIN_COLUMNS = ("set", "question", "bin", "rows", "positives", "mean_score", "share", "ci_low", "ci_high")
_NOT_FOLDERS = (".csv", ".htm", ".jsonl", ".md", ".npz", ".txt")


def render_json(report: Mapping[str, Any]) -> str:
    """Write the report as indented JSON without NaN."""
    return json.dumps(report, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def check_output(path: Path) -> None:
    """Refuse a place that cannot hold the report, before any work is done.

    Raises
    ------
    ConfigError
        If the name says another kind of file, a folder stands where a file must, or a file where a folder must.
    """
    if path.suffix in _NOT_FOLDERS:
        raise ConfigError(f"{path}: OUT must end in .json or .html, or be a folder. Got {path.suffix!r}.")
    is_file = path.suffix in (".json", ".html")
    if path.exists() and path.is_file() != is_file:
        got = "file" if path.is_file() else "folder"
        raise ConfigError(f"{path}: OUT must be a {'file' if is_file else 'folder'}. Got a {got}.")


def write_output(report: Mapping[str, Any], path: Path) -> None:
    """Write the form that the name asks for; a folder gets all forms, and other files in it stay.

    Parameters
    ----------
    report
        From `evaluate` with details.
    """
    if path.suffix == ".json":
        path.write_text(render_json(report), encoding="utf-8")
    elif path.suffix == ".html":
        path.write_text(render_page(report), encoding="utf-8")
    else:
        path.mkdir(parents=True, exist_ok=True)
        (path / METRICS).write_text(render_json(report), encoding="utf-8")
        (path / PAGE).write_text(render_page(report), encoding="utf-8")
        # Excel reads Chinese in a CSV only behind a byte order mark.
        (path / MISTAKES).write_text(_csv(_MISTAKE_COLUMNS, _mistakes(report)), encoding="utf-8-sig")
        (path / RELIABILITY).write_text(_csv(_BIN_COLUMNS, _bins(report)), encoding="utf-8-sig")


def _mistakes(report: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    for each in report["sets"]:
        yield from ({"set": each["name"], **mistake} for mistake in each["mistakes"])


def _bins(report: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    for each in report["sets"]:
        for question, bins in each["reliability"].items():
            yield from (
                {"set": each["name"], "question": question, "bin": number, **cells}
                for number, cells in enumerate(bins, start=1)
            )


def _csv(columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
