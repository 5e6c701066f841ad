"""Rows of the scored archive: the answer with the columns that are carried beside it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from data.errors import DataError
from data.notes import Note
from data.records import NoteRecord
from serving.content_hashes import content_hashes
from serving.note_classifier import Judgement, NoteClassifier

_INT64 = 2**63


def score_records(
    classifier: NoteClassifier, records: Sequence[NoteRecord], *, scored_at: datetime, hash_key: bytes
) -> list[dict[str, Any]]:
    """Judge a batch and make its rows, in its order, as `data.scored_writer.ScoredWriter.write` takes them."""
    notes = [record.note for record in records]
    hashes = content_hashes(notes, hash_key)
    return [
        _row(record, judgement, scored_at, of_note)
        for record, judgement, of_note in zip(records, classifier.judge_many(notes), hashes, strict=True)
    ]


def check_columns(note: Note) -> None:
    """Refuse what no column of the archive can hold, or no report place: one such row would stop every report.

    Raises
    ------
    DataError
        If impressions or likes lie outside 64 bits, or a time outside the years 1000 to 9998.
    """
    for name, when in (("published_at", note.published_at), ("collected_at", note.collected_at)):
        if when is not None and not 1000 <= when.year <= 9998:
            raise DataError(f"{name!r} must lie in the years 1000 to 9998. It does not.")
    for name, count in (("impressions", note.impressions), ("likes", note.likes)):
        if count is not None and not -_INT64 <= count < _INT64:
            raise DataError(f"{name!r} must be a whole number of 64 bits. Got a longer one.")


def _row(record: NoteRecord, judgement: Judgement, scored_at: datetime, hashes: dict[str, Any]) -> dict[str, Any]:
    note = record.note
    row: dict[str, Any] = msgspec.to_builtins(judgement.verdict)
    row |= {
        "feed_id": note.feed_id,
        "keyword": note.keyword,
        "author_id": note.author_id,
        "published_at": note.published_at,
        "collected_at": note.collected_at,
        "scored_at": scored_at,
        "impressions": note.impressions,
        "likes": note.likes,
        "n_comments": len(note.comments),
        "n_diverting_comments": sum(comment.decision != "pass" for comment in judgement.verdict.comments),
        "pa_organic": judgement.pa_organic,
        **hashes,
        # A file name may hold bytes that are no UTF-8.
        "source_file": record.source_file.encode("utf-8", "backslashreplace").decode("utf-8"),
        "source_row": record.source_row,
    }
    return row
