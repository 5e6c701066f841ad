"""Read the corpora as they are: real notes with three answers, and the two sets that answer only one question."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from data.errors import DataError
from data.labels import Label, derive_label
from data.notes import Note, note_from_mapping

GOLD_FILES = ("gold_train.jsonl", "gold_dev.jsonl")
_ANSWERS = ("yes", "no", "unsure", "na", "")
_CHOOSERS = ("model", "random", "")


class LabeledNote(msgspec.Struct, frozen=True, kw_only=True):
    """A note with what an annotator answered; an empty answer was never asked.

    `chosen_by` says what chose the note to be read: "model" (by what a model said of it, so it stands for no others),
    "random", or "" where that is not known.
    """

    note: Note
    source: str
    commercial: str = ""  # yes | no | unsure
    disclosed: str = ""  # yes | no | na
    diversion: str = ""  # yes | no | unsure
    by: str = ""  # author | other | unknown
    where: tuple[str, ...] = ()
    kind: str = ""
    chosen_by: str = ""  # model | random

    @property
    def label(self) -> Label | None:
        """The derived label; None where it is open."""
        if not (self.commercial and self.diversion):
            return None
        return derive_label(self.commercial, self.disclosed, self.diversion)


def read_labeled(path: Path, *, source: str | None = None) -> list[LabeledNote]:
    """Read one labelled file: a gold file, CHASM (`text`, `label`), AdSpectorX (`label`) or our own corpus.

    Raises
    ------
    DataError
        Names file and line of the first row that is not of these shapes.
    """
    return list(_rows(path, source or path.name.split(".")[0]))


def _rows(path: Path, default_source: str) -> Iterator[LabeledNote]:
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            where = f"{path.name}:{number}"
            try:
                raw = json.loads(line)
            except json.JSONDecodeError as error:
                message = f"{where}: a line must be one JSON object. Got invalid JSON at column {error.colno}."
                raise DataError(message) from error
            if not isinstance(raw, dict):
                raise DataError(f"{where}: a line must be one JSON object. Got {type(raw).__name__} instead.")
            yield labeled_note(raw, where, default_source)


def labeled_note(raw: dict[str, Any], where: str, default_source: str) -> LabeledNote:
    """Read one labelled row, its text and its answers; `where` names it in errors.

    Raises
    ------
    DataError
        If it is of no known shape.
    """
    comments = raw.get("comments")
    note = note_from_mapping(
        {
            **raw,
            "note_id": raw.get("note_id") or raw.get("id") or where,
            "body": raw.get("body", raw.get("text")),
            "author_id": raw.get("author_id", raw.get("author")),
            "published_at": raw.get("published_at") or raw.get("published_on"),
            "comments": [_comment(item) for item in comments] if isinstance(comments, list) else comments,
        },
        where=where,
    )
    if "commercial" in raw:
        return LabeledNote(
            note=note,
            source=raw.get("source") or default_source,
            commercial=_answer(raw, "commercial", where),
            disclosed=_answer(raw, "disclosed", where),
            diversion=_answer(raw, "diversion", where),
            by=raw.get("by") or "",
            where=tuple(raw.get("where") or ()),
            kind=raw.get("kind") or "",
            chosen_by=_chosen_by(raw, where),
        )
    if raw.get("label") in (0, 1):  # CHASM, AdSpectorX: a covert ad or not; nobody asked about diversion
        commercial, disclosed = ("yes", "no") if raw["label"] == 1 else ("no", "")
        chosen_by = _chosen_by(raw, where)
        return LabeledNote(
            note=note, source=default_source, commercial=commercial, disclosed=disclosed, chosen_by=chosen_by
        )
    raise DataError(f"{where}: a labelled row must hold 'commercial' (yes|no|unsure) or a 'label' of 0 or 1. Got none.")


def _comment(item: Any) -> Any:
    """Name the writer as notes do; what is no object is left for `note_from_mapping` to refuse."""
    if not isinstance(item, dict):
        return item
    return {"author_id": item.get("author"), **{key: value for key, value in item.items() if key != "author"}}


def _answer(raw: dict[str, Any], question: str, where: str) -> str:
    answer = raw.get(question) or ""
    if answer not in _ANSWERS:
        raise DataError(f"{where}: {question!r} must be yes, no, unsure, na or empty. Got something else.")
    return str(answer)


def _chosen_by(raw: dict[str, Any], where: str) -> str:
    chooser = raw.get("chosen_by") or ""
    if chooser not in _CHOOSERS:
        raise DataError(f"{where}: 'chosen_by' must be model, random or empty. Got something else.")
    return str(chooser)
