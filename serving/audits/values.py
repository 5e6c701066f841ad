"""Cells of audit files and label sheets: what they must hold, with the place of one that does not."""

from collections.abc import Mapping
from typing import Any

from data.cells import identifier
from data.dates import day_in_shanghai, parse_time
from data.errors import ConfigError, DataError
from data.labels import LABELS, Label
from serving.feeds.periods import kind_of_period

WHOLE = "all"  # the period of an audit of the whole range


def read_note_id(fields: Mapping[str, Any], where: str) -> str:
    """Read a row's note id.

    Raises
    ------
    DataError
        If there is none, or a spreadsheet rounded it.
    """
    try:
        note_id = identifier(fields.get("note_id"), "note_id")
    except DataError as error:
        raise DataError(f"{where}: {error}") from error
    if note_id is None:
        raise DataError(f"{where}: a row must have 'note_id'. Got none.")
    return note_id


def read_day(value: object, where: str) -> str | None:
    """Read the day on which a label was given, in ISO form; None where it is empty.

    Raises
    ------
    DataError
        If it is no date.
    """
    try:
        when = parse_time(value)
    except DataError as error:
        raise DataError(f"{where}: 'labelled_at' must be a date like 2025-03-12. Got another value.") from error
    return None if when is None else day_in_shanghai(when)


def read_text(value: object) -> str | None:
    """Read text; None where the cell is empty."""
    return None if value in (None, "") else str(value)


def read_period(value: object, where: str) -> str:
    """Read a day, week or month, or `all`."""
    name = str(value)
    if name != WHOLE:
        try:
            kind_of_period(name)
        except ConfigError as error:
            raise DataError(f"{where}: {error} Spreadsheets rewrite 2025-03: let them read it as text.") from error
    return name


def read_probability(value: str | float | None, where: str) -> float:
    """Read a probability over 0."""
    try:
        number = float(value.replace(",", ".", 1) if isinstance(value, str) else value or 0)  # "0,25" in some countries
    except (TypeError, ValueError):
        number = float("nan")
    if not 0 < number <= 1:
        raise DataError(f"{where}: 'inclusion_probability' must lie in (0, 1]. Got {value!r} instead.")
    return number


def read_label(value: str | None, name: str, where: str) -> Label | None:
    """Read one of the four labels; None where the cell is empty."""
    if value in (None, ""):
        return None
    try:
        return Label(value)
    except ValueError as error:
        known = ", ".join(LABELS)
        raise DataError(f"{where}: {name!r} must be one of {known}, or empty. Got another value.") from error
