"""Analysts' own labelled notes: read as `huoren score` reads notes, their answers from columns beside the text."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from data.dates import parse_time
from data.errors import DataError
from data.inputs import find_files
from data.labels import LABELS, Label
from data.notes import Note
from data.records import read_notes
from data.rows import read_rows
from data.streams import STDIN
from models.manifest import TrainingSet
from training.gold import LabeledNote, labeled_note

_ANSWERS = frozenset({"commercial", "disclosed", "diversion", "label", "source", "by", "kind", "chosen_by"})
_OTHER_NAMES = frozenset({"author", "text", "published_on"})  # as corpora files name author_id, body, published_at
_OF_LABEL = {
    Label.DISCLOSED_AD: {"commercial": "yes", "disclosed": "yes", "diversion": "no"},
    Label.DIVERSION: {"commercial": "unsure", "diversion": "yes"},  # the label leaves open whether it also sells
    Label.ORGANIC: {"commercial": "no", "diversion": "no"},
    Label.UNDISCLOSED_AD: {"commercial": "yes", "disclosed": "no", "diversion": "no"},
}
_LICENCE = "own"


class LabelledData(msgspec.Struct, frozen=True):
    """Labelled notes, and the files that they stood in."""

    notes: tuple[LabeledNote, ...] = ()
    files: tuple[TrainingSet, ...] = ()


def read_labelled_data(paths: Sequence[Path]) -> LabelledData:
    """Read labelled notes: JSONL, CSV (plain, .gz, .zst) or Parquet files, folders of them, in any shape of notes.

    A row bears its answers as `commercial`, `disclosed`, `diversion` (yes, no, unsure or na), or as `label`: one of
    the four labels, or 1 (a covert advertisement) and 0. `source` groups notes (default: the file's name);
    `chosen_by` = model marks notes that may train but never measure.

    Raises
    ------
    DataError
        If a path cannot be read, a row is no labelled note or repeats a note's id: with `path:line`.
    """
    if not paths:
        return LabelledData()
    if STDIN in paths:
        raise DataError("labelled notes must stand in files, which are read twice. Got standard input.")
    files = find_files(paths)
    answers = {str(path): dict(_answer_rows(path)) for path in files}
    notes: list[LabeledNote] = []
    rows_of = dict.fromkeys(answers, 0)
    seen: set[str] = set()
    for note, source_file, source_row in read_notes(files):
        where = f"{source_file}:{source_row}"
        if note.note_id in seen:
            raise DataError(f"{where}: each note must be labelled once. Got its 'note_id' a second time.")
        seen.add(note.note_id)
        notes.append(_labelled(note, answers[source_file][source_row], where))
        rows_of[source_file] += 1
    if not notes:
        raise DataError(f"{paths[0]}: labelled data must hold at least one note. Got none.")
    return LabelledData(tuple(notes), tuple(_described(path, rows_of[str(path)]) for path in files))


def _answer_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Stream what stands beside the notes; a row that is none is left for the reader of notes to refuse."""
    for number, row in read_rows(path, more_columns=_ANSWERS | _OTHER_NAMES):
        if not isinstance(row, DataError):
            yield number, {key: row[key] for key in _ANSWERS | _OTHER_NAMES if row.get(key) is not None}


def _labelled(note: Note, row: Mapping[str, Any], where: str) -> LabeledNote:
    answers = {key: value for key, value in row.items() if key in _ANSWERS}
    if wrong := sorted(key for key in answers.keys() - {"label"} if not isinstance(answers[key], str)):
        raise DataError(f"{where}: {wrong[0]!r} must be a string. Got {type(answers[wrong[0]]).__name__} instead.")
    if "commercial" not in answers and (label := answers.get("label")) is not None:
        if label in LABELS:
            answers |= _OF_LABEL[Label(label)]
        elif label in ("0", "1"):  # a CSV cell
            answers["label"] = int(label)
    if not answers.keys() & {"commercial", "label"} or ("commercial" not in answers and answers["label"] not in (0, 1)):
        raise DataError(
            f"{where}: a labelled row must hold 'commercial' (yes, no or unsure) or a 'label' that is 0, 1 or one of "
            f"{', '.join(LABELS)}. Got neither."
        )
    source = Path(where.rpartition(":")[0]).name.split(".")[0]
    labelled = labeled_note({"note_id": note.note_id, **answers}, where, source)
    return msgspec.structs.replace(labelled, note=_renamed(note, row, where), source=answers.get("source") or source)


def _renamed(note: Note, row: Mapping[str, Any], where: str) -> Note:
    """Take what corpora files name otherwise."""
    for key in ("author", "text"):
        if not isinstance(row.get(key, ""), str):
            raise DataError(f"{where}: {key!r} must be a string. Got {type(row[key]).__name__} instead.")
    try:
        published = parse_time(row.get("published_on"))
    except DataError as error:
        raise DataError(f"{where}: 'published_on': {error}") from error
    if note.date_source != "given" and published is not None:
        note = msgspec.structs.replace(note, published_at=published, date_source="given")
    return msgspec.structs.replace(
        note, author_id=note.author_id or row.get("author") or None, body=note.body or row.get("text", "")
    )


def _described(path: Path, rows: int) -> TrainingSet:
    with path.open("rb") as file:
        return TrainingSet(path.name, rows, hashlib.file_digest(file, "sha256").hexdigest(), _LICENCE)
