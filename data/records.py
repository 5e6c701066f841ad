"""Notes streamed in from archives: our own schema and the MediaCrawler shape, every error with `path:line`."""

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from data.cells import identifier, json_value, parse_count, parse_tags
from data.comment_spool import CommentSpool, SpooledComment
from data.errors import DataError
from data.inputs import find_files
from data.mediacrawler import comment_fields, note_mapping, shape_of
from data.notes import Note, note_from_mapping
from data.rejects import Rejects
from data.rows import read_rows
from data.streams import STDIN


class NoteRecord(NamedTuple):
    """A note and where it stood: the file as it was given, the 1-based line (Parquet: row)."""

    note: Note
    source_file: str
    source_row: int


def read_notes(
    paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    *,
    rejects: Rejects | None = None,
    batch_size: int = 1024,
) -> Iterator[NoteRecord]:
    """Stream the notes of an archive, in input order and flat memory.

    Parameters
    ----------
    paths
        JSONL, CSV (plain, .gz, .zst) or Parquet files, folders of them, or `-` for JSONL on standard input. Comments
        files of a crawl, known by their columns or `*_comments_*`, are joined to its notes by `note_id`.
    rejects
        Takes what cannot be read; the rest goes on. Comments of unknown notes are one reject a file, with their count.
    batch_size
        Parquet rows held at a time.

    Raises
    ------
    DataError
        If a path cannot be read at all (before the first note), or, without `rejects`, at the first bad row.
    """
    return _stream(find_files(paths), rejects, batch_size)


def _stream(files: list[Path], rejects: Rejects | None, batch_size: int) -> Iterator[NoteRecord]:
    comment_files = [path for path in files if _holds_comments(path)]
    with CommentSpool() as spool:
        for path in comment_files:
            spool.add(_read_comments(path, rejects, batch_size))
        for path in files:
            if path in comment_files:
                continue
            for number, row in read_rows(path, batch_size=batch_size):
                try:
                    note = _note(row, spool)
                except (DataError, OverflowError) as error:  # a time in JSON may be a number of 400 digits
                    _reject(rejects, path, number, error)
                else:
                    yield NoteRecord(note, str(path), number)
        for source_file, first_row, count in spool.orphans():
            orphans = DataError(f"{count} comments, this the first, belong to notes that the input does not hold.")
            _reject(rejects, Path(source_file), first_row, orphans)


def _holds_comments(path: Path) -> bool:
    if path == STDIN:
        return False  # cannot be read twice
    for _, row in read_rows(path, batch_size=1):
        if not isinstance(row, DataError):
            return shape_of(row) == "comment"
    return "_comments_" in path.name


def _read_comments(path: Path, rejects: Rejects | None, batch_size: int) -> Iterator[SpooledComment]:
    for number, row in read_rows(path, batch_size=batch_size):
        try:
            if isinstance(row, DataError):
                raise row
            if shape_of(row) != "comment":
                raise DataError("a row of a comments file must have 'content' and be no note. Got another shape.")
            note_id = identifier(row.get("note_id"), "note_id")
            if note_id is None:
                raise DataError("'note_id' must name the comment's note. Got nothing instead.")
            comment = SpooledComment(note_id, str(path), number, comment_fields(row))
        except (DataError, OverflowError) as error:
            _reject(rejects, path, number, error)
        else:
            yield comment


def _note(row: Mapping[str, Any] | DataError, spool: CommentSpool) -> Note:
    if isinstance(row, DataError):
        raise row
    shape = shape_of(row)
    if shape == "comment":
        raise DataError("a notes file must hold notes. Got a comment; keep comments in a file of their own.")
    if shape == "own":
        return note_from_mapping(_own_mapping(row))
    note_id = identifier(row.get("note_id"), "note_id")
    return note_from_mapping(note_mapping(row, spool.comments_of(note_id) if note_id else ()))


def _own_mapping(row: Mapping[str, Any]) -> dict[str, Any]:
    """Decode what a table holds as text: nested columns as JSON, counts; refuse ids that a spreadsheet rounded."""
    mapping = dict(row)
    for key in ("note_id", "author_id"):
        if isinstance(row.get(key), str):
            identifier(row[key], key)
    for key in ("comments", "platform", "image_texts"):
        if isinstance(row.get(key), str):
            mapping[key] = json_value(row[key], key)
    if isinstance(row.get("tags"), str):
        mapping["tags"] = parse_tags(row["tags"], "tags")
    for key in ("impressions", "likes"):
        if row.get(key) is not None:
            mapping[key] = parse_count(row[key], key)
    return mapping


def _reject(rejects: Rejects | None, path: Path, number: int, error: DataError | OverflowError) -> None:
    located = DataError(f"{path}:{number}: {error}")
    if rejects is None:
        raise located from error
    rejects.add(str(path), number, located)
