"""Labelled sets by the names that a recipe gives them: which notes each holds, and in which order they are read."""

import random
from collections.abc import Callable
from pathlib import Path

import msgspec

from training.config import FitConfig, SetName
from training.corpora import covert_ad_notes, gold_notes, own_corpus, read_rows
from training.gold import LabeledNote, labeled_note
from training.read_answers import labelled_unlabelled_notes

ZHIHU = "zhihu_advertorials.jsonl.gz"
ZHIHU_SOURCE = "zhihu-16k"
Reader = Callable[[Path, FitConfig], list[LabeledNote]]


def zhihu_notes(corpora: Path, config: FitConfig) -> list[LabeledNote]:
    """Draw articles marked as advertorials or not: nobody asked whether they divert."""
    rows = list(enumerate(read_rows(corpora / ZHIHU), start=1))
    drawn = random.Random(config.seed).sample(rows, min(config.zhihu_rows, len(rows)))
    return [labeled_note(row, f"{ZHIHU}:{number}", ZHIHU_SOURCE) for number, row in sorted(drawn, key=lambda it: it[0])]


# In the order that notes are laid out in; a new set goes last, so that older recipes give the same weights.
READERS: dict[SetName, Reader] = {
    "gold": lambda corpora, _: gold_notes(corpora),
    "chasm": lambda corpora, _: covert_ad_notes(corpora, ("chasm",)),
    "adspectorx": lambda corpora, _: covert_ad_notes(corpora, ("adspectorx",)),
    "own": lambda *_: own_corpus(),
    "unlabelled": lambda corpora, _: labelled_unlabelled_notes(corpora),
    "zhihu": zhihu_notes,
}


class SetNote(msgspec.Struct, frozen=True):
    """A labelled note, and the set that it is of."""

    of: SetName
    item: LabeledNote


def read_labelled_sets(corpora: Path, config: FitConfig) -> list[SetNote]:
    """Read the sets that the recipe names.

    Raises
    ------
    AppError
        If a set's file is missing or broken.
    """
    return [
        SetNote(name, item) for name, read in READERS.items() if name in config.sets for item in read(corpora, config)
    ]
