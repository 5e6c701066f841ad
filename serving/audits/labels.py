"""What annotators hand back: a sheet of notes with a label each, and how it goes into the audit file."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from data.errors import DataError
from data.labels import LABELS, Label
from serving.audits.file import BETWEEN, AuditRow
from serving.audits.small_table import iter_rows, read_bytes
from serving.audits.values import read_day, read_note_id

SHEET_COLUMNS = ("note_id", "label", "annotator", "labelled_at")
_NEEDED = SHEET_COLUMNS[:3]
UNSURE = "unsure"  # asked, and nobody could say
_WHAT = "a label file"


@dataclass(frozen=True)
class GivenLabel:
    """What one person said of one note; `label` None: could not say. `where` is path:line."""

    where: str
    note_id: str
    label: Label | None
    annotator: str
    labelled_at: str


@dataclass(frozen=True)
class Sheet:
    """A sheet as handed back; `left` notes have no label yet."""

    given: tuple[GivenLabel, ...]
    left: int


@dataclass(frozen=True)
class Filled:
    """Rows of an audit after labels went in: how many notes got a label, were unsure, or had it already."""

    rows: tuple[AuditRow, ...]
    labelled: int
    unsure: int
    known: int


def read_labels(path: Path, *, today: date) -> Sheet:
    """Read a sheet: `note_id, label, annotator`, and `labelled_at` (`today` where empty); other columns are ignored.

    A label is one of the four, `unsure`, or empty: a note that waits to be labelled.

    Raises
    ------
    DataError
        With `path:line`, if a label is unknown, a labelled note has no annotator, or a note stands there twice.
    """
    given: list[GivenLabel] = []
    seen: dict[str, str] = {}
    left = 0
    for where, fields in iter_rows(path, read_bytes(path, _WHAT), _WHAT, _NEEDED):
        for name in _NEEDED:
            if name not in fields:
                raise DataError(f"{where}: {_WHAT} must have the columns {', '.join(_NEEDED)}. Got no {name!r}.")
        note_id = read_note_id(fields, where)
        if note_id in seen:
            raise DataError(f"{where}: a note must stand in {_WHAT} once. Got it at {seen[note_id]} too.")
        seen[note_id] = where
        if label := _cell(fields, "label").casefold():
            given.append(_given(where, note_id, label, fields, today))
        else:
            left += 1
    return Sheet(tuple(given), left)


def add_labels(rows: Sequence[AuditRow], given: Iterable[GivenLabel], *, second: bool, correct: bool = False) -> Filled:
    """Put labels into the rows of their notes, in every feed and period that a note was drawn in.

    A label that is there already, by the same person, stays: a sheet may be added again as it grows. With `correct`
    another one by the same person takes its place.

    Raises
    ------
    DataError
        With `path:line`, if a note was not drawn, has another answer already, or the same person labels it twice.
    """
    filled = list(rows)
    places: dict[str, list[int]] = {}
    for at, row in enumerate(rows):
        places.setdefault(row.note_id, []).append(at)
    labelled = unsure = known = 0
    for each in given:
        if each.note_id not in places:
            raise DataError(f"{each.where}: a labelled note must have been drawn. Got one that the audit file has not.")
        before = [filled[at] for at in places[each.note_id]]
        after = [_fill(row, each, second=second, correct=correct) for row in before]
        for at, row in zip(places[each.note_id], after, strict=True):
            filled[at] = row
        if before == after:
            known += 1
        elif each.label is None:
            unsure += 1
        else:
            labelled += 1
    return Filled(tuple(filled), labelled, unsure, known)


def _fill(row: AuditRow, given: GivenLabel, *, second: bool, correct: bool) -> AuditRow:
    names, labels = list(row.annotators), (row.label, row.second_label)
    mine, other = (1, 0) if second else (0, 1)
    if names[other] == given.annotator:
        raise DataError(
            f"{given.where}: two labels of a note must come from two people. Got both of {row.note_id}'s from one."
        )
    if labels[mine] is not None or names[mine]:
        if (labels[mine], names[mine] or given.annotator) == (given.label, given.annotator):
            return row
        if not (correct and names[mine] == given.annotator):
            raise DataError(_refusal(row, given, labels[mine], names[mine], second=second))
    names[mine] = given.annotator
    changes: dict[str, Any] = {"annotator": (names[0] or "") + (BETWEEN + names[1] if names[1] else "")}
    changes["second_label" if second else "label"] = given.label
    if not second or row.labelled_at is None:
        changes["labelled_at"] = given.labelled_at
    return msgspec.structs.replace(row, **changes)


def _refusal(row: AuditRow, given: GivenLabel, label: Label | None, name: str | None, *, second: bool) -> str:
    return (
        f"{given.where}: a note must get one {'second ' if second else ''}label, from one person. "
        f"{row.note_id} has {label or UNSURE} by {name or 'another'}, got {given.label or UNSURE} by "
        f"{given.annotator}; where the first was a mistake, change it in the audit file."
    )


def _given(where: str, note_id: str, label: str, fields: dict[str, Any], today: date) -> GivenLabel:
    if label != UNSURE and label not in LABELS:
        known = ", ".join(LABELS)
        raise DataError(f"{where}: 'label' must be one of {known}, {UNSURE}, or empty. Got another value.")
    annotator = _cell(fields, "annotator")
    if not annotator or BETWEEN in annotator:
        raise DataError(f"{where}: a labelled note must have an 'annotator', a name without {BETWEEN!r}.")
    day = read_day(_cell(fields, "labelled_at"), where) or today.isoformat()
    if day > today.isoformat():
        raise DataError(f"{where}: 'labelled_at' must not lie ahead of today, {today}. Got {day}.")
    return GivenLabel(where, note_id, None if label == UNSURE else Label(label), annotator, day)


def _cell(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    return "" if value is None else str(value).strip()
