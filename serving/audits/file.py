"""The audit file: notes that were drawn by chance, and what people said of them."""

import csv
import hashlib
import io
import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from data.errors import DataError
from data.labels import Label
from serving.audits.small_table import check_ending, iter_rows, read_bytes
from serving.audits.values import read_day, read_label, read_note_id, read_period, read_probability, read_text

AUDIT_COLUMNS = (
    "note_id", "feed_id", "period", "stratum", "inclusion_probability",
    "label", "second_label", "annotator", "labelled_at", "model_version",
)  # fmt: skip
_REQUIRED = ("note_id", "period", "stratum", "inclusion_probability")
_WHAT = "an audit file"
BETWEEN = "|"  # stands between the first and the second annotator


class AuditRow(msgspec.Struct, frozen=True, kw_only=True):
    """One drawn note; a `label` of None counts as non-response.

    `annotator` names who was asked, first and second ("ann|ben", "ann", "|ben"): with a name but no label, nobody
    could say; without a name, the note waits to be labelled.
    """

    note_id: str
    feed_id: str
    period: str
    stratum: str
    inclusion_probability: float
    label: Label | None
    second_label: Label | None
    annotator: str | None = None
    labelled_at: str | None = None
    model_version: str | None = None

    @property
    def annotators(self) -> tuple[str | None, str | None]:
        """Who gave the first label, and who the second."""
        first, _, second = (self.annotator or "").partition(BETWEEN)
        return first or None, second or None


class AuditFile(msgspec.Struct, frozen=True, kw_only=True):
    """The rows of one audit file with its hash, which a model's manifest is checked for."""

    sha256: str
    rows: tuple[AuditRow, ...]


def read_audit(path: Path) -> AuditFile:
    """Read an audit file, `.jsonl` or `.csv`.

    Raises
    ------
    DataError
        With `path:line`, if a column is missing or unknown, a label is unknown, or a probability lies outside (0, 1].
    """
    content = read_bytes(path, _WHAT)
    rows = tuple(_row(fields, where) for where, fields in iter_rows(path, content, _WHAT, _REQUIRED))
    if not rows:
        raise DataError(f"{path}: {_WHAT} must hold at least one drawn note. Got none.")
    return AuditFile(sha256=hashlib.sha256(content).hexdigest(), rows=rows)


def write_audit(path: Path, rows: Iterable[AuditRow]) -> None:
    """Write an audit file, `.jsonl` or `.csv`, in place of an old one: whole, or not at all.

    Raises
    ------
    DataError
        If it cannot be written, or ends in neither.
    """
    check_ending(path, _WHAT)
    write_table(path, AUDIT_COLUMNS, (msgspec.to_builtins(row) for row in rows))


def write_table(path: Path, columns: tuple[str, ...], rows: Iterable[dict[str, Any]]) -> None:
    """Write rows as `.csv` or `.jsonl` beside `path`, then rename.

    Raises
    ------
    DataError
        If that cannot be done.
    """
    place = path.resolve()  # of the file itself, where `path` links to it
    beside = place.with_name(f".{place.name}.{os.getpid()}.tmp")
    # Excel reads Chinese in a CSV only behind a byte order mark.
    encoding = "utf-8-sig" if path.suffix == ".csv" else "utf-8"
    text = _csv_text(columns, rows) if path.suffix == ".csv" else _json_text(rows)
    try:
        beside.write_text(text, encoding=encoding, newline="")
        with suppress(FileNotFoundError):
            shutil.copymode(place, beside)
        os.replace(beside, place)
    except OSError as error:
        raise DataError(f"{path}: this file must be in a writable place. Got {error.strerror}.") from error
    finally:
        beside.unlink(missing_ok=True)


def _csv_text(columns: tuple[str, ...], rows: Iterable[dict[str, Any]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _json_text(rows: Iterable[dict[str, Any]]) -> str:
    return "".join(msgspec.json.encode(row).decode() + "\n" for row in rows)


def _row(fields: dict[str, Any], where: str) -> AuditRow:
    if unknown := sorted(fields.keys() - set(AUDIT_COLUMNS)):
        raise DataError(f"{where}: unknown column {unknown[0]!r}. An audit file has {', '.join(AUDIT_COLUMNS)}.")
    for name in _REQUIRED:
        if fields.get(name) in (None, ""):
            raise DataError(f"{where}: an audited note must have {name!r}. Got none.")
    return AuditRow(
        note_id=read_note_id(fields, where),
        feed_id=str(fields.get("feed_id") or "default"),
        period=read_period(fields["period"], where),
        stratum=str(fields["stratum"]),
        inclusion_probability=read_probability(fields["inclusion_probability"], where),
        label=read_label(fields.get("label"), "label", where),
        second_label=read_label(fields.get("second_label"), "second_label", where),
        annotator=read_text(fields.get("annotator")),
        labelled_at=read_day(fields.get("labelled_at"), where),
        model_version=read_text(fields.get("model_version")),
    )
