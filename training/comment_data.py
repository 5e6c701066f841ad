"""What the comment scorer learns from: loose texts that lead off the platform, and many more that do not.

None of them is a comment of a gold note, so the score can stand among the features of gold notes without having seen
them.
"""

import random
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from data.kinds import KINDS, is_off_site
from data.notes import Comment, Note
from models.signals import scanner
from training.corpora import in_site_comments, own_corpus, read_rows, texts
from training.design import Design, build_design
from training.read_answers import LabeledComment


class CommentExample(msgspec.Struct, frozen=True):
    """A loose text, whether it leads off the platform, and how much it counts."""

    text: str
    leads_off: bool
    weight: float


def comment_examples(
    corpora: Path, *, seed: int, labelled: Sequence[LabeledComment] = (), label_weight: float = 0.0
) -> list[CommentExample]:
    """Gather examples: chat spam, worded leads of sister platforms, codes; ordinary comments, chat, hard negatives.

    Parameters
    ----------
    labelled
        Comments that were read alone, to learn from at `label_weight` each. What a reading says of a text goes before
        what its file would: unlabelled text counts as ordinary.
    """
    draw = random.Random(seed)
    read = {item.text for item in labelled}

    def sample(pool: Iterable[str], most: int) -> list[str]:
        pool = [text for text in pool if text.strip() and text not in read]
        return draw.sample(pool, min(most, len(pool)))

    diversion = corpora / "diversion"
    spam = list(read_rows(diversion / "contact_spam.jsonl.gz"))
    leads = list(read_rows(diversion / "sister_platform_leads.jsonl"))
    chat = list(read_rows(diversion / "group_chat_ads.jsonl.gz"))
    parts = (
        (sample((row["text"] for row in spam if row["label"] == "spam"), 2500), True, 0.3),
        (sample((row["text"] for row in leads if row["tier"] == "A"), 700), True, 0.5),
        (sample((row["text"] for row in chat if row["label"] == "ad"), 400), True, 0.2),
        ([row["sample"] for row in read_rows(diversion / "codes.jsonl") if row["kind"] != "xhs"], True, 1.0),
        (in_site_comments(), False, 5.0),
        (sample((row["text"] for row in spam if row["label"] == "ham"), 3000), False, 0.5),
        (sample((row["text"] for row in leads if row["tier"] == "B"), 700), False, 0.5),
        (sample((row["text"] for row in chat if row["label"] != "ad"), 1500), False, 0.5),
        (sample(texts(corpora / "unlabelled_comments.jsonl.gz"), 12_000), False, 1.0),
        (sample(_thread_comments(corpora), 8_000), False, 1.0),
        (sample(texts(corpora / "unlabelled_sister_comments.jsonl.gz"), 8_000), False, 0.5),
    )
    examples = [CommentExample(text, leads_off, weight) for group, leads_off, weight in parts for text in group]
    examples += own_comment_examples()
    return examples + [
        CommentExample(item.text, item.answer == "leads_off", label_weight)
        for item in labelled
        if item.answer != "unsure"
    ]


def written_examples() -> list[CommentExample]:
    """Gather what we wrote alone: comments that stay on the platform, and those of our own corpus."""
    return [*(CommentExample(text, False, 5.0) for text in in_site_comments()), *own_comment_examples()]


def own_comment_examples() -> list[CommentExample]:
    """Take the comments of our own corpus: those that divert by answers and detectors, and the rest."""
    notes = own_corpus()
    design = build_design([item.note for item in notes])
    comments = [comment for item in notes for comment in item.note.comments]
    off_site = _off_site_columns()
    examples = []
    for comment, note, row in zip(comments, design.comment_note, design.comment_signals, strict=True):
        item = notes[note]
        by_its_writer = bool(comment.is_author) == (item.by == "author")
        may_divert = item.diversion == "yes" and "comment" in item.where and by_its_writer
        if may_divert and not row[off_site].any():
            continue  # which of the thread's comments leads off is not told
        examples.append(CommentExample(comment.text, may_divert, 1.0))
    return examples


def comment_design(examples: Iterable[CommentExample]) -> Design:
    """Lay examples out as the comments of one-comment notes."""
    return build_design([Note(note_id="-", comments=(Comment(text=item.text),)) for item in examples])


def _thread_comments(corpora: Path) -> Iterator[str]:
    for row in read_rows(corpora / "unlabelled_notes.jsonl.gz"):
        for comment in row.get("comments") or ():
            yield comment["text"]


def _off_site_columns() -> npt.NDArray[np.int64]:
    """Find the columns of a comment's signals that are detectors of off-site routes."""
    kinds = [detector.kind for detector in scanner().detectors]
    return np.flatnonzero([kind in KINDS and is_off_site(kind) for kind in kinds])
