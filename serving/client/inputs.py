"""What callers give: notes, options and feedback, as the service reads them."""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from data.labels import Label
from data.notes import Note
from models.verdict import Decision


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How to answer: `dry_run` stores and counts nothing, `explain` False leaves the evidence out."""

    dry_run: bool = False
    explain: bool = True
    offsets: Literal["codepoint", "utf16"] = "codepoint"


class FeedbackItem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What somebody says of a verdict, or of a note: then of its latest stored verdict."""

    kind: Literal["false_positive", "miss", "wrong_label"]
    actor: str
    verdict_id: str | None = None
    note_id: str | None = None
    suggested_label: Label | None = None
    decision: Decision | None = None
    appeal: Literal["upheld", "overturned"] | None = None
    reason: str | None = None


def note_body(note: Note | Mapping[str, Any]) -> dict[str, Any]:
    """Give a note's keys; a `Note` without what the service finds out itself.

    Examples
    --------
    >>> note_body({"note_id": "n1", "title": "你好"})
    {'note_id': 'n1', 'title': '你好'}
    """
    if not isinstance(note, Note):
        return dict(note)
    body: dict[str, Any] = msgspec.to_builtins(note)
    if body.pop("date_source") == "note_id":
        del body["published_at"]  # the service decodes it again, and says that it did
    return body
