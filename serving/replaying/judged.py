"""What a replay compares of a verdict."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class Judged(NamedTuple):
    """One verdict on a note in its feed."""

    note_id: str
    feed: str
    label: str
    author_label: str
    decision: str
    model_version: str
    policy_version: str


def judged_of(row: Mapping[str, Any]) -> Judged:
    """Take it out of a scored row."""
    return Judged(
        row["note_id"],
        row["feed_id"] or row["keyword"] or "default",
        row["label"],
        row["author_label"] or row["label"],
        row["decision"] or "",
        row["model_version"],
        row["policy_version"] or "",
    )
