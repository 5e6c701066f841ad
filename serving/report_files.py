"""A report as a file: JSON, CSV or one self-contained page."""

import csv
import io
from pathlib import Path

import msgspec

from data.errors import ConfigError, DataError
from serving.feed_rows import FeedRow, Report, Share
from serving.report_page import render_page

_OTHERS = ("ad", "disclosed_ad", "undisclosed_ad", "diversion")


def render_json(report: Report) -> str:
    """Write the report as indented JSON; every key is always there."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2).decode() + "\n"


def render_csv(report: Report) -> str:
    """Write one line per feed and period; an empty cell where a row has no number."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    head = ["feed", "period", "status", "n", *_columns("organic"), "organic_process_ci_low", "organic_process_ci_high"]
    for name in (*_OTHERS, "disclosure_rate", "naive"):
        head += _columns(name)
    writer.writerow([*head, "audit_labelled", "model_versions", "reasons"])
    for row in report.rows:
        writer.writerow(_cells(row))
    return out.getvalue()


def write_report(report: Report, path: Path) -> None:
    """Write the report in the form that the file's ending asks for.

    Raises
    ------
    ConfigError
        If the file ends in none of .json, .csv, .html.
    DataError
        If it cannot be written.
    """
    check_ending(path)
    text = {".json": render_json, ".csv": render_csv, ".html": render_page}[path.suffix](report)
    try:
        # Excel reads Chinese in a CSV only behind a byte order mark.
        path.write_text(text, encoding="utf-8-sig" if path.suffix == ".csv" else "utf-8")
    except OSError as error:
        raise DataError(f"{path}: a report must be written to a writable place.") from error


def check_ending(path: Path) -> None:
    """Refuse a file that no form is known for, before any work is done.

    Raises
    ------
    ConfigError
        If the file ends in none of .json, .csv, .html.
    """
    if path.suffix not in (".json", ".csv", ".html"):
        raise ConfigError(f"{path}: a report must end in .json, .csv or .html. Got {path.suffix!r} instead.")


def _cells(row: FeedRow) -> list[str | int]:
    others = {share.name: share for share in row.other_shares}
    process: list[float | None] = [None, None]
    if row.organic:
        process = [row.organic.process_ci_low, row.organic.process_ci_high]
    numbers = [*_three(row.organic), *process]
    for name in _OTHERS:
        numbers += _three(others.get(name))
    numbers += _three(row.disclosure_rate)
    numbers += [row.naive.share, row.naive.ci_low, row.naive.ci_high] if row.naive else [None] * 3
    return [
        "*" if row.feed is None else row.feed,
        row.period or "",
        row.status.value,
        row.n,
        *("" if number is None else f"{number:.6f}" for number in numbers),
        row.audit.labelled if row.audit else "",
        " ".join(row.model_versions),
        "; ".join(row.reasons),
    ]


def _columns(name: str) -> list[str]:
    return [f"{name}_share", f"{name}_ci_low", f"{name}_ci_high"]


def _three(share: Share | None) -> list[float | None]:
    return [share.share, share.ci_low, share.ci_high] if share else [None] * 3
