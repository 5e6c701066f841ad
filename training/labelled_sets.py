"""Labelled sets by the names that a recipe gives them: which notes each holds, and in which order they are read."""

import random
from collections.abc import Callable, Sequence
from importlib import resources
from pathlib import Path

import msgspec

from data.notes import Note
from training.config import FitConfig, SetName
from training.corpora import covert_ad_notes, gold_notes, own_corpus, read_rows, texts
from training.gold import LabeledNote, labeled_note
from training.read_answers import labelled_unlabelled_notes
from training.written_notes import read_written

ZHIHU = "zhihu_advertorials.jsonl.gz"
ZHIHU_SOURCE = "zhihu-16k"
_TOPIC_CHARS = 600
Reader = Callable[[Path, FitConfig], Sequence[LabeledNote]]


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
    """A labelled note, the set that it is of, and a name that it shares with notes it must not be torn from."""

    of: SetName
    item: LabeledNote
    tie: str = ""


def read_labelled_sets(corpora: Path, config: FitConfig) -> list[SetNote]:
    """Read the sets that the recipe names.

    Raises
    ------
    AppError
        If a set's file is missing or broken.
    """
    found = []
    for name, read in READERS.items():
        if name in config.sets:
            notes = read(corpora, config)
            ties = own_ties() if name == "own" else [""] * len(notes)
            found += [SetNote(name, item, tie) for item, tie in zip(notes, ties, strict=True)]
    return found


def own_ties() -> list[str]:
    """Name the group of each note that we wrote: notes of one pair or one topic."""
    with resources.as_file(resources.files("data").joinpath("corpus/notes.jsonl")) as path:
        return [f"own {group}" for group in read_written(path).groups.tolist()]


def set_documents(corpora: Path, sets: Sequence[SetNote]) -> list[Note]:
    """Gather the text of sets to learn topics from; of articles, all and not the sample that trains."""
    labelled = [each.item.note for each in sets if each.of != "zhihu"]
    articles = texts(corpora / ZHIHU) if any(each.of == "zhihu" for each in sets) else ()
    return [*labelled, *(Note(note_id="-", body=text[:_TOPIC_CHARS]) for text in articles)]
