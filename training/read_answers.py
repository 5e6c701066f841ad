"""Put stored answers and the corpora's texts together again: `data/labels` holds what was answered, never the text."""

from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, NamedTuple

from data.errors import DataError
from data.scored import text_hash
from training.corpora import read_rows, texts
from training.gold import LabeledNote, labeled_note

COMMENT_ANSWERS = ("leads_off", "offers", "asks", "neither", "unsure")
NOTES_SET = "unlabelled_notes"
COMMENT_SETS = (NOTES_SET, "unlabelled_comments", "unlabelled_sister_comments")
# No secret: who holds the corpora finds the answered texts by it, and the texts themselves stay out of the project.
_KEY = b"huoren data/labels 1"


class LabeledComment(NamedTuple):
    """A comment or post that was read alone, and the answer."""

    text: str
    answer: str  # one of `COMMENT_ANSWERS`
    set: str  # one of `COMMENT_SETS`: the corpus that the text stands in


def comment_hash(text: str) -> str:
    """Name a comment without its text: a keyed hash that white space does not change.

    Not of `data.normalize`'s form, so that a better normaliser loses no answer.
    """
    return text_hash(" ".join(text.split()), key=_KEY)


def labelled_unlabelled_notes(corpora: Path, *, labels: Traversable | None = None) -> list[LabeledNote]:
    """Join the stored answers on notes with their texts, in the order of the corpus.

    Parameters
    ----------
    labels
        Folder of the answers; None: `data/labels`.

    Raises
    ------
    DataError
        If an answer is of no known shape, or not one of the notes is in the corpus.
    """
    answers = {row["note_id"]: row for row in _stored(labels, "notes.jsonl", "note_id", (NOTES_SET,))}
    path = corpora / f"{NOTES_SET}.jsonl.gz"
    joined = [
        labeled_note({**raw, **answers[raw["note_id"]]}, path.name, NOTES_SET)
        for raw in read_rows(path)
        if raw.get("note_id") in answers
    ]
    if not joined:
        raise DataError(f"{path.name}: must hold the notes that were answered. Got none of {len(answers)}.")
    return joined


def labelled_comments(corpora: Path, *, labels: Traversable | None = None) -> list[LabeledComment]:
    """Join the stored answers on single comments with their texts, each text once, set by set.

    Parameters
    ----------
    labels
        Folder of the answers; None: `data/labels`.

    Raises
    ------
    DataError
        If an answer is of no known shape, or not one of the comments is in the corpora.
    """
    wanted: dict[str, dict[str, str]] = {name: {} for name in COMMENT_SETS}
    for row in _stored(labels, "comments.jsonl", "text_hash", COMMENT_SETS):
        if row.get("answer") not in COMMENT_ANSWERS:
            raise DataError(f"comments.jsonl: 'answer' must be one of {', '.join(COMMENT_ANSWERS)}. Got another.")
        wanted[row["set"]][row["text_hash"]] = row["answer"]
    n_answers = sum(map(len, wanted.values()))
    joined = [
        LabeledComment(text, answers.pop(name), corpus)
        for corpus, answers in wanted.items()
        if answers
        for text in _comments_of(corpora / f"{corpus}.jsonl.gz")
        if (name := comment_hash(text)) in answers
    ]
    if not joined:
        raise DataError(f"{corpora}: must hold the comments that were answered. Got none of {n_answers}.")
    return joined


def _comments_of(path: Path) -> Iterator[str]:
    if path.name != f"{NOTES_SET}.jsonl.gz":
        return texts(path)
    return (comment["text"] for row in read_rows(path) for comment in row.get("comments") or ())


def _stored(labels: Traversable | None, name: str, key: str, sets: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    folder = labels or resources.files("data").joinpath("labels")
    with resources.as_file(folder.joinpath(name)) as path:
        for number, row in enumerate(read_rows(path), start=1):
            if not isinstance(row.get(key), str) or row.get("set") not in sets:
                raise DataError(f"{name}:{number}: must hold {key!r} and a 'set' of {', '.join(sets)}. It does not.")
            yield row
