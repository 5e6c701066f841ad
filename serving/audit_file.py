"""Read an audit file: what people said of notes that were drawn by chance."""

import csv
import hashlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from data.errors import DataError
from data.labels import LABELS, Label

AUDIT_COLUMNS = (
    "note_id", "feed_id", "period", "stratum", "inclusion_probability",
    "label", "second_label", "annotator", "labelled_at", "model_version",
)  # fmt: skip
_REQUIRED = ("note_id", "period", "stratum", "inclusion_probability")


class AuditRow(msgspec.Struct, frozen=True, kw_only=True):
    """One drawn note; `label` None means that nobody could say (non-response)."""

    note_id: str
    feed_id: str
    period: str
    stratum: str
    inclusion_probability: float
    label: Label | None
    second_label: Label | None


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
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: an audit file must be a readable UTF-8 file.") from error
    if path.suffix not in (".jsonl", ".csv"):
        raise DataError(f"{path}: an audit file must end in .jsonl or .csv. Got {path.suffix!r} instead.")
    raw = _csv_rows(path, text) if path.suffix == ".csv" else _json_rows(path, text)
    rows = tuple(_row(fields, where) for where, fields in raw)
    return AuditFile(sha256=hashlib.sha256(content).hexdigest(), rows=rows)


def _csv_rows(path: Path, text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    reader = csv.DictReader(io.StringIO(text, newline=""))
    for fields in reader:
        where = f"{path}:{reader.line_num}"
        if None in fields or None in fields.values():
            raise DataError(f"{where}: a row must have the {len(reader.fieldnames or ())} cells of the header.")
        yield where, {name: value or None for name, value in fields.items()}


def _json_rows(path: Path, text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            yield f"{path}:{number}", msgspec.json.decode(line, type=dict[str, Any])
        except msgspec.DecodeError as error:
            raise DataError(f"{path}:{number}: an audited note must be one JSON object.") from error


def _row(fields: dict[str, Any], where: str) -> AuditRow:
    if unknown := sorted(fields.keys() - set(AUDIT_COLUMNS)):
        raise DataError(f"{where}: unknown column {unknown[0]!r}. An audit file has {', '.join(AUDIT_COLUMNS)}.")
    for name in _REQUIRED:
        if fields.get(name) in (None, ""):
            raise DataError(f"{where}: an audited note must have {name!r}.")
    return AuditRow(
        note_id=str(fields["note_id"]),
        feed_id=str(fields.get("feed_id") or "default"),
        period=str(fields["period"]),
        stratum=str(fields["stratum"]),
        inclusion_probability=_probability(fields["inclusion_probability"], where),
        label=_label(fields.get("label"), "label", where),
        second_label=_label(fields.get("second_label"), "second_label", where),
    )


def _probability(value: str | float | None, where: str) -> float:
    try:
        number = float(value or 0)
    except (TypeError, ValueError):
        number = float("nan")
    if not 0 < number <= 1:
        raise DataError(f"{where}: 'inclusion_probability' must lie in (0, 1]. Got {value!r} instead.")
    return number


def _label(value: str | None, name: str, where: str) -> Label | None:
    if value in (None, ""):
        return None
    try:
        return Label(value)
    except ValueError as error:
        known = ", ".join(LABELS)
        raise DataError(f"{where}: {name!r} must be one of {known}, or empty. Got another value.") from error
