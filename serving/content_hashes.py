"""Keyed hashes of what a note says, by which copies and near-copies meet without their text."""

from collections.abc import Sequence
from typing import Any

from data.near_copies import near_hashes
from data.normalize import normalize_fields
from data.notes import Note
from data.scored import NEAR_HASHES, text_hash


def content_hashes(notes: Sequence[Note], key: bytes) -> list[dict[str, Any]]:
    """Hash title and body, what copies share; `text_hash` is None without either, lest all empty notes meet.

    Returns
    -------
    list of dict
        `text_hash` and the hashes `data.scored.NEAR_HASHES` of each note.
    """
    normalized = normalize_fields([text for note in notes for text in (note.title, note.body)])
    bounds = normalized.bounds
    starts, ends = bounds[:-1:2], bounds[2::2] - 1
    texts = [normalized.text[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
    near = near_hashes(normalized.codes, starts, ends, key=key)
    return [
        dict(zip(NEAR_HASHES, of_text, strict=True))
        | {"text_hash": text_hash(text, key=key) if note.title or note.body else None}
        for note, text, of_text in zip(notes, texts, near, strict=True)
    ]
