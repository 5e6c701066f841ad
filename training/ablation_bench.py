"""What all fits of an ablation share: notes laid out once, and how they are held out."""

from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from training.checkpoint import keep_nothing
from training.config import FitConfig
from training.crossfit import CrossFit, cross_fit
from training.design import build_design
from training.fit_input import input_of_corpora
from training.gold import LabeledNote
from training.labelled_data import LabelledData
from training.labelled_sets import read_labelled_sets
from training.learn import Matrices, weigh_design
from training.near_duplicates import near_duplicate_clusters, note_text
from training.recipe import default_recipe
from training.splits import Bools, Ints, Split, by_source, never_trains
from training.stages import Stages


class Variant(msgspec.Struct, frozen=True):
    """A fit without something; `left_out` (n_notes,) do not train."""

    matrices: Matrices
    config: FitConfig
    left_out: Bools


class Bench(msgspec.Struct, frozen=True, kw_only=True):
    """Notes laid out once, and how they are held out.

    Attributes
    ----------
    set_of
        (n_notes,) the labelled set of each note; of a perturbed copy, that of its note.
    copy_of
        (n_notes,) row of the note that a note is a perturbed copy of; its own row where it is none.
    split
        Its last fold is gold_dev, whose sources never train.
    matrices
        With everything in.
    has_vectors
        Whether the space is one that `huoren pretrain` learned.
    """

    corpora: Path
    config: FitConfig
    notes: list[LabeledNote]
    set_of: npt.NDArray[np.str_]
    copy_of: Ints
    split: Split
    matrices: Matrices
    has_vectors: bool

    @property
    def trains(self) -> Bools:
        """Tell the notes that a fit with everything in learns from: (n_notes,)."""
        return ~self.split.measured

    @property
    def is_copy(self) -> Bools:
        """Tell perturbed copies: (n_notes,)."""
        copies: Bools = self.copy_of != np.arange(len(self.notes))
        return copies

    def fit(self, variant: Variant, *, dev_only: bool = False) -> CrossFit:
        """Judge the held-out notes by fits without what the variant leaves out."""
        folds = self.split.folds
        if dev_only:
            folds = np.where(folds == folds.max(), 0, -1)
        split = msgspec.structs.replace(self.split, folds=folds, measured=self.split.measured | variant.left_out)
        return cross_fit(variant.matrices, self.notes, split, variant.config)


def prepare(corpora: Path, *, space: Path | None, folds: int, stages: Stages) -> Bench:
    """Gather and lay out once what all rows share; `folds` = 0 holds gold_dev out alone.

    Raises
    ------
    AppError
        If the corpora or the space are unusable.
    """
    config = default_recipe()
    read = input_of_corpora(corpora, LabelledData(), config, stages, keep_nothing, space_file=space)
    sets = read_labelled_sets(corpora, config)  # the first notes of `read`, in this order; then come perturbed copies
    row_of = {each.item.note.note_id: row for row, each in enumerate(sets)}
    copied = [row_of[item.note.note_id.rpartition("~")[0]] for item in read.notes[len(sets) :]]
    copy_of = np.array([*range(len(sets)), *copied], dtype=np.int64)
    with stages.stage("looking for near-duplicates"):
        texts = [note_text(item.note) for item in read.notes]
        clusters = near_duplicate_clusters(texts, threshold=config.near_duplicate, seed=config.seed)
        never = never_trains(read.notes, read.measured, clusters)
        held_out = read.held_out & (read.measured | ~never)
        split = by_source(read.notes, held_out, never, clusters, n_folds=max(2, folds))
        if folds == 0:
            split = msgspec.structs.replace(split, folds=np.where(split.folds == split.folds.max(), 0, -1))
    with stages.stage("laying out notes"):
        design = build_design([item.note for item in read.notes])
        matrices = weigh_design(design, read.space, read.scorer, config)
    return Bench(
        corpora=corpora,
        config=config,
        notes=read.notes,
        set_of=np.array([each.of for each in sets], dtype=np.str_)[copy_of],
        copy_of=copy_of,
        split=split,
        matrices=matrices,
        has_vectors=space is not None,
    )
